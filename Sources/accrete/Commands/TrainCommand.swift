import ArgumentParser
import Files
import Foundation
import Reports
import Runs

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Learn a sequence of tasks, and score all of them after each.",
    discussion: """
      accrete train --suite mtl5 --data DIR --order 1 --out runs/first
      accrete train --tasks spam.jsonl abuse.jsonl --out runs/mine
      """)

  @OptionGroup var options: RunOptions

  @Option(help: "Folder of the run; it must not exist yet.")
  var out: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let printer = ProgressPrinter()
      let run = try SequenceRun.start(
        options.configuration(), in: URL(fileURLWithPath: absolute(out)), report: printer.show)
      try run.run()
      try RunResult.show(run, json: json)
    }
  }
}

struct ResumeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Go on with a run that was stopped, from its last learned task.")

  @Argument(help: ArgumentHelp("Folder of the run.", valueName: "run"))
  var folder: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let printer = ProgressPrinter()
      let run = try SequenceRun.open(URL(fileURLWithPath: absolute(folder)), report: printer.show)
      guard run.learnedTasks < run.tasks.count else { throw RunError.alreadyFinished(folder: folder) }
      printer.line("going on after \(run.learnedTasks) of \(run.tasks.count) tasks")
      try run.run()
      try RunResult.show(run, json: json)
    }
  }
}

/// What `train` and `resume` print at their end.
enum RunResult {
  static func show(_ run: SequenceRun, json: Bool) throws {
    if json {
      Console.output(String(decoding: try JSONFile.encode(run.metrics), as: UTF8.self))
    } else {
      Console.output(
        MatrixTable.render([MatrixTable.Column(title: run.configuration.method, matrix: run.currentMatrix)]))
      Console.output(MetricLines.render(run.metrics))
      Console.output("run folder: \(run.folder.url.path)")
    }
  }
}
