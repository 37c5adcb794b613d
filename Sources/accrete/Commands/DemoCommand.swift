import ArgumentParser
import Files
import Foundation
import Learning
import Records
import Reports
import Runs
import Torch

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract:
      "Learn three small content-review tasks with accrete and with plain sequential LoRA, then a fourth in a registry.",
    discussion: """
      Needs nothing but this package: base model and texts are inside. Takes less than three minutes on two cores. Both methods have the same \
      learning rate and epochs, which were chosen on validation rows for a third one, moe-cl, and for neither of the two. The registry, the \
      fourth task's rows and the texts stay in the folder.
      """
  )

  @Option(help: "Folder for the two runs. Default: a new one under runs/.")
  var out: String?

  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0

  @Option(help: .of("threads"))
  var threads: Int?

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the metrics of the two runs as JSON, without the registry.")
  var json = false

  /// For tests: the smaller base, fewer rows and passes. What is done and shown is the same.
  @Flag(help: .hidden)
  var short = false

  /// The base of all that is shown.
  var base: URL {
    get throws { try short ? EmbeddedResources.base("seedling") : EmbeddedResources.base() }
  }

  func run() throws {
    let printer = ProgressPrinter(progress)
    try Failure.reported {
      let folder = try outputFolder()
      printer.line("three tasks: comments under a video, direct messages, article headlines; labels ok and violation")
      var results: [(String, TaskMatrix, RunMetrics)] = []
      for method in [RunConfiguration.defaultMethod, "sequential"] {
        printer.line("— \(method)")
        let run = try SequenceRun.start(
          try configuration(method), in: folder.appendingPathComponent(method), report: printer.show)
        try run.run()
        results.append((method, run.currentMatrix, try run.metrics()))
      }
      if json {
        let metrics = results.map(\.2)
        try Console.output(String(decoding: try JSONFile.encode(metrics), as: UTF8.self))
        return
      }
      try Console.output(MatrixTable.render(results.map { MatrixTable.Column(title: $0.0, matrix: $0.1) }))
      for (method, _, metrics) in results {
        let numbers = metrics.metrics.map { "\($0.name) \(RunMetrics.text($0.value, of: $0.name, decimals: 3))" }
        try Console.output(
          "\(method): " + numbers.joined(separator: "  ") + "  n \(metrics.metrics.first?.n ?? 0)  seed \(seed)")
      }
      try Console.output(settings())
      try Console.output(
        "What a task scored just after it was learned (*) and what is left of it at the end is forgetting.")
      try Console.output("run folders: \(folder.path)/\(RunConfiguration.defaultMethod) and \(folder.path)/sequential")
      try showRegistry(of: folder.appendingPathComponent(RunConfiguration.defaultMethod), in: folder, printer)
    }
  }

  /// What both methods have, and for which of them it was chosen: neither was favoured.
  private func settings() throws -> String {
    let training = try configuration(RunConfiguration.defaultMethod).training
    return "Both methods: learning rate \(training.learningRate), \(training.epochs) epochs"
      + (short ? "." : ", chosen on validation rows for a third one, moe-cl.")
  }

  /// `--out`, which must be new, or the next free name under runs/.
  private func outputFolder() throws -> URL {
    if let out {
      let url = URL(fileURLWithPath: absolute(out))
      guard !FileManager.default.fileExists(atPath: url.path) else { throw RunError.folderExists(url.path) }
      return url
    }
    let runs = URL(fileURLWithPath: absolute("runs"))
    var number = 1
    while FileManager.default.fileExists(atPath: runs.appendingPathComponent("demo-\(number)").path) { number += 1 }
    return runs.appendingPathComponent("demo-\(number)")
  }

  private func configuration(_ method: String) throws -> RunConfiguration {
    var result = RunConfiguration()
    result.method = method
    result.seed = seed
    result.base = try base.path
    result.source.files = try EmbeddedResources.demoTasks().map(\.path)
    // A linear head per task and a few more passes: enough for 200 rows of each task on this small base.
    result.outputHead = .trained
    result.training.epochs = short ? 2 : 5
    if short { result.trainLimit = 120 }
    result.threads = threads ?? DefaultThreads.count
    return result
  }
}
