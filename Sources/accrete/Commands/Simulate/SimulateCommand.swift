public import ArgumentParser
public import Evolution
import Files
import Foundation
import Generation

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Play a stream of items with simulated people: what a policy costs, decides and gets wrong.",
    discussion: """
      accrete simulate --stream stream.yaml --policy ours --seed 0
      accrete simulate --stream stream.yaml --seeds 0-19 --out reports

      Without --policy all are played: ours, static, full-retrain, human-only, self-labelled, ours-without-coin, oracle. Equal plans, rows and \
      seeds give equal results. docs/simulation.md says what a stream is.
      """)

  @Option(help: ArgumentHelp("YAML file of the stream.", valueName: "file"))
  var stream: String

  @Option(help: "A policy; may be repeated. Default: all.")
  var policy: [SimulationPolicy] = []

  @Option(help: "Seed of everything random. Default: 0.")
  var seed: UInt64?

  @Option(help: "Several seeds, such as 0-19; instead of --seed.")
  var seeds: String?

  @OptionGroup var columns: ColumnOption

  @OptionGroup var base: BaseOptions

  @Option(help: "Folder for simulation.html, simulation.md and simulation.json.")
  var out: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard seed == nil || seeds == nil else { throw ValidationError("--seeds is instead of --seed: give one of them.") }
    _ = try chosenSeeds()
  }

  func run() throws {
    try Failure.reported(memory: "Play fewer days, or fewer items a day.") {
      let file = try StreamFile(URL(fileURLWithPath: absolute(stream)), columns: columns.names())
      _ = try base.apply()
      let loaded = try Base(folder: base.folder(), precision: base.weights)
      for warning in loaded.warnings { Console.error("warning: \(warning)") }
      let features = CachedFeatures(loaded)
      var results: [SimulationResult] = []
      for policy in policy.isEmpty ? SimulationPolicy.allCases : policy {
        for seed in try chosenSeeds() {
          var simulator = try Simulator(
            file.plan, rows: file.rows, policy: policy, seed: seed, features: features.features)
          results.append(try simulator.run())
          Console.error("\(policy.title), seed \(seed): \(file.plan.days) days")
        }
      }
      try show(SimulationSummary(results))
    }
  }

  private func show(_ summary: SimulationSummary) throws {
    let bytes = try JSONFile.encode(summary)
    if let out {
      let folder = URL(fileURLWithPath: absolute(out))
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try AtomicFile.write(summary.page, to: folder.appendingPathComponent("simulation.html"))
      try AtomicFile.write(summary.markdown, to: folder.appendingPathComponent("simulation.md"))
      try AtomicFile.write(bytes, to: folder.appendingPathComponent("simulation.json"))
    }
    try Console.output(json ? String(decoding: bytes, as: UTF8.self) : summary.markdown)
  }

  /// Seeds of a range of at most a thousand.
  private func chosenSeeds() throws -> [UInt64] {
    guard let seeds else { return [seed ?? 0] }
    let parts = seeds.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
    guard let first = parts.first ?? nil, let last = parts.last ?? nil, parts.count <= 2, first <= last,
      last - first < 1000
    else {
      throw ValidationError(
        "--seeds: expected FIRST-LAST of at most 1,000 seeds, such as 0-19, got \(seeds.printable).")
    }
    return Array(first...last)
  }
}

extension SimulationPolicy: ExpressibleByArgument {}
