import ArgumentParser
import Files
import Foundation
import Records
import Reports
import Runs

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn a sequence of tasks, and score all of them after each.",
    discussion: """
      accrete train --suite mtl5 --data DIR --order 1 --out runs/first
      accrete train --tasks spam.jsonl abuse.jsonl --out runs/mine

      SIGTERM, SIGINT (Ctrl-C) and SIGHUP (a closed terminal, but under nohup) write a checkpoint and end the command with 143, \
      130 and 129; a second SIGINT ends it at once. SIGUSR1 writes a checkpoint and goes on. `accrete resume` continues to the \
      same bits.
      """)

  @OptionGroup var options: RunOptions

  @Option(
    help: "Folder of the run: new, or one in which this run began and nothing was learned. Needed here or in the file.")
  var out: String?

  @Option(
    help:
      "Bind the run to a program by the digest that `accrete doctor` shows, as sha256:…: no other begins it or resumes it. `compare` does this."
  )
  var program: Digest?

  @OptionGroup var starter: StarterOptions

  @Flag(help: "Check data, memory and disk on the hardest parts, estimate the time, and leave nothing behind.")
  var dryRun = false

  @Option(
    help: "Folder for TensorBoard: losses and learning rate of each task, step by step. Default: none are written.")
  var tensorboard: String?

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if out == nil, options.config == nil { throw ValidationError("Missing expected argument '--out <out>'") }
  }

  func run() throws {
    progress.begin()
    try Failure.reported(memory: options.lessMemory()) {
      let file = try options.invocation()
      let printer = ProgressPrinter(try progress.with(file))
      printer.baseNote = try options.baseNote()
      let url = URL(fileURLWithPath: try file.outputFolder(out))
      let json = json || file.json == true
      if dryRun || file.dryRun == true { return try tryOut(in: url, json: json, printer) }
      starter.listen()
      let run = try SequenceRun.start(
        options.configuration(), in: url, program: program ?? Self.program(file),
        report: try printer.report(drawingIn: tensorboard ?? file.tensorboard))
      try run.run(requests: Signals.request)
      try RunResult.show(run, json: json)
    }
  }
}

extension TrainCommand {
  private static func program(_ file: InvocationFile) throws -> Digest? {
    try file.program.map { text in
      guard let digest = Digest(text) else {
        throw RunError.invalidConfiguration(
          key: "program", got: text.printable, allowed: "the digest that `accrete doctor` shows, as sha256:…")
      }
      return digest
    }
  }

  private func tryOut(in url: URL, json: Bool, _ printer: ProgressPrinter) throws {
    let result = try DryRun(options.configuration(), out: url, report: printer.show)
    guard !json else { return try Console.output(String(decoding: try JSONFile.encode(result), as: UTF8.self)) }
    func mebibytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }
    let lines = [
      "\(RegistryText.count(result.rows.count, "task")), \(RegistryText.count(result.steps, "step")), \(result.trainingTokens) tokens to learn, \(result.scoredTokens) to score, at most \(result.writtenTokens) to write",
      "longest step: \(result.longestStepTokens) tokens in \(fixed(result.longestStepSeconds, 2)) s",
      "scoring: \(result.scoredBatchTokens) prompt tokens in \(fixed(result.scoredBatchSeconds, 2)) s",
      "writing: \(result.writtenBatchTokens) tokens of prompts and free answers in \(fixed(result.writtenBatchSeconds, 2)) s",
      result.headSeconds > 0
        ? "closed-form head of the task with the most rows: \(fixed(result.headSeconds, 2)) s" : nil,
      "checkpoint: \(result.checkpointBytes) bytes in \(fixed(result.checkpointSeconds, 3)) s",
      "memory: peak \(mebibytes(result.peakResidentBytes)), \(mebibytes(result.availableBytes)) free beside it",
      "disk: at most \(mebibytes(result.diskBytes)), \(mebibytes(result.freeDiskBytes)) free",
      "time: about \(duration(result.estimatedSeconds)) at these speeds",
    ]
    try Console.output(lines.compactMap(\.self).joined(separator: "\n"))
    if let warning = Self.warning(steps: result.steps, tasks: result.rows.count) {
      Console.error("warning: \(warning)")
    }
  }

  /// Optimizer steps of a task below which it mostly learns nothing.
  private static let fewSteps = 50

  /// What to say where tasks get few steps; `nil`: they do not, or nothing is trained.
  static func warning(steps: Int, tasks: Int) -> String? {
    guard tasks > 0, steps > 0, steps / tasks < fewSteps else { return nil }
    let few = RegistryText.count(steps / tasks, "step")
    return
      "about \(few) a task; fewer than \(fewSteps) rarely learn anything: more --epochs, a smaller --batch, or more rows"
  }
}

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a run that was stopped, from its last checkpoint, bit for bit.")

  @Argument(help: ArgumentHelp("Folder of the run.", valueName: "run"))
  var folder: String

  @OptionGroup var starter: StarterOptions

  @Option(
    help: "Folder for TensorBoard: losses and learning rate of each task, step by step. Default: none are written.")
  var tensorboard: String?

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    progress.begin()
    try Failure.reported(
      memory: "Close other programs: a run that is begun keeps its configuration; a new one may have another."
    ) {
      let url = URL(fileURLWithPath: absolute(folder))
      if RunFolder(url).isPretraining { return try resumePretraining(url) }
      let printer = ProgressPrinter(progress)
      starter.listen()
      let run = try SequenceRun.resume(
        URL(fileURLWithPath: absolute(folder)), report: try printer.report(drawingIn: tensorboard))
      if try run.isComplete {
        // It is not a failure, so that `until accrete resume RUN` ends. Killed at its very end, a run may have left files that have served.
        printer.line("\(folder): everything of this run is learned; there is nothing to resume")
      } else {
        let steps = run.stepsOfNextTask > 0 ? " and \(run.stepsOfNextTask) steps" : ""
        printer.line("going on after \(run.learnedTasks) of \(run.tasks.count) tasks\(steps)")
      }
      try run.run(requests: Signals.request)
      try RunResult.show(run, json: json)
    }
  }
}

extension ResumeCommand {
  private func resumePretraining(_ url: URL) throws {
    guard tensorboard == nil else {
      throw ValidationError("--tensorboard: a pretraining run has its curves in \(folder)/tensorboard: leave it out.")
    }
    let printer = PretrainingPrinter(progress)
    starter.listen()
    let run = try PretrainingRun.resume(url, requests: Signals.request, report: printer.show)
    if run.isComplete {
      printer.line("\(folder): this run is complete; there is nothing to resume")
    } else {
      try run.run(requests: Signals.request)
    }
    try PretrainingResult.show(run, json: json)
  }
}

/// What `train` and `resume` print at their end.
enum RunResult {
  /// What the names of the metrics mean, for who reads them for the first time.
  private static let words =
    "ACC: mean score at the end; LA: just after each task was learned; BWT: the change since (below 0: forgetting); FGT: the most that was lost;"
    + " FWT: what a task gained before it was learned"

  static func show(_ run: SequenceRun, json: Bool) throws {
    let metrics = try run.metrics()
    // What a person is to know stands before the block of numbers, which hides what comes after it.
    func warn() { for warning in metrics.warnings ?? [] { Console.error("warning: \(warning)") } }
    if json {
      try Console.output(String(decoding: try JSONFile.encode(metrics), as: UTF8.self))
      return warn()
    }
    for file in run.matrixFiles { try Console.output(try ScoreTable.render(file, of: run.manifest)) }
    warn()
    try Console.output(words)
    try Console.output(MetricLines.render(metrics))
    try Console.output("run folder: \(run.folder.url.path)")
  }
}
