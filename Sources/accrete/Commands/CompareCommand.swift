import ArgumentParser
import Comparing
import Files
import Foundation
import Records
import Runs
import Torch

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract:
      "Run a grid of methods, orders and seeds as one job that can be killed and goes on, and compare the results.",
    discussion: """
      accrete compare --methods accrete,per-task --orders 1-3 --seeds 0-2 --suite mtl5 --data DIR --out runs/grid --jobs 2
      accrete compare --cells moe-cl:1-3:0-2 --cells sequential:1-3:0 --suite mtl5 --data DIR --out runs/grid

      Every option of `accrete train` is shared by all cells. The same command goes on where it was, and may name more cells; \
      other data, base, options or code are refused. SIGTERM, SIGINT (Ctrl-C) and SIGHUP (a closed terminal) write a checkpoint of \
      every running cell and end the command with 143, 130 and 129; a second one ends it at once. docs/compare.md says what is stored.
      """)

  @OptionGroup var grid: SettingFlags<ComparisonOptions>

  @Option(help: "Folder of the comparison: new, or the one to go on with. Needed here or in the file.")
  var out: String?

  @OptionGroup var options: RunOptions

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if out == nil, options.config == nil { throw ValidationError("Missing expected argument '--out <out>'") }
  }

  func run() throws {
    progress.begin()
    try Failure.reported(memory: options.lessMemory(besides: ComparisonFile.keys)) {
      let file = try options.invocation(besides: ComparisonFile.keys)
      let printer = ProgressPrinter(try progress.with(file))
      printer.baseNote = try options.baseNote(besides: ComparisonFile.keys)
      let folder = ComparisonFolder(URL(fileURLWithPath: try file.outputFolder(out)))
      try refuse("program", file.program)
      try refuse("dry-run", file.dryRun, hint: "where it sizes one cell")
      try refuse("tensorboard", file.tensorboard)
      try folder.requireOwn()
      let plan = try plan(in: folder)
      // Without a folder there is nobody to keep out yet, and what is wrong with base and data leaves nothing behind.
      var lock = try folder.exists ? ComparisonLock(folder) : nil
      let comparison = try Comparison(plan.shared, cells: plan.cells, report: printer.show)
      _ = try comparison.reference(plan.reference)
      try folder.create()
      lock = try lock ?? ComparisonLock(folder)
      try withExtendedLifetime(lock) {
        try comparison.begin(in: folder)
        Signals.listenForChildren()
        let program = CompareProgram(view: CompareView(comparison, in: folder, printer))
        let job = try ComparisonJob(comparison, in: folder, jobs: plan.jobs, reference: plan.reference, by: program)
        try CompareReport.show(job.run(), json: json || file.json == true)
      }
    }
  }
}

extension CompareCommand {
  private struct Plan {
    var cells: [ComparisonCell]
    var shared: RunConfiguration
    var jobs: Int
    var reference: String?
  }

  /// What flags and file say together.
  private func plan(in folder: ComparisonFolder) throws -> Plan {
    let own = try comparison()
    let file = try options.file(besides: ComparisonFile.keys)
    for (key, instead) in [("method", "methods"), ("order", "orders"), ("seed", "seeds")] {
      let given = options.flags.texts[key]?.last ?? (file.given.contains(key) ? "given" : nil)
      try refuse(key, given, instead: instead)
    }
    let grid = try ComparisonGrid(
      methods: own.methods, orders: own.orders, seeds: own.seeds, parts: own.cells)
    guard (1...1024).contains(own.jobs) else {
      throw RunError.invalidConfiguration(key: "jobs", got: "\(own.jobs)", allowed: "1 to 1024")
    }
    var shared = try options.configuration(file)
    if options.flags.texts["threads"] == nil, !file.given.contains("threads") {
      // Results depend on it in their last bits: what a comparison was begun with stays, whatever the machine and --jobs.
      shared.threads =
        try folder.exists
        ? Comparison.read(folder).configuration.threads
        : max(1, DefaultThreads.count / own.jobs)
    }
    return Plan(cells: grid.cells, shared: shared, jobs: own.jobs, reference: own.reference)
  }

  /// What only a comparison knows, of flags and file.
  private func comparison() throws -> ComparisonOptions {
    let flags = try grid.values()
    var result = ComparisonOptions()
    try options.config.map { try ComparisonFile.read(URL(fileURLWithPath: absolute($0))) }?.values.apply(to: &result)
    // Flags replace the file's grid as a whole: half of each would be a grid that nobody asked for.
    if ComparisonOptions.grid.contains(where: flags.given.contains) { result.removeGrid() }
    try flags.apply(to: &result)
    return result
  }

  private func refuse(
    _ key: String, _ value: (some CustomStringConvertible)?, instead: String? = nil, hint: String? = nil
  ) throws {
    guard let value else { return }
    throw RunError.invalidConfiguration(
      key: key, got: "\(value)",
      allowed: "only in `accrete train`" + (hint.map { ", \($0)" } ?? "")
        + (instead.map { "; a comparison has --\($0)" } ?? ""))
  }
}
