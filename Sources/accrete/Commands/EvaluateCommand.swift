import ArgumentParser
import Files
import Foundation
import Learning
import Records
import Reports
import Runs
import Streams

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score labelled examples with a task of the registry, or the tasks of a run again. Changes nothing.",
    discussion: """
      accrete evaluate labelled.jsonl --task spam
      accrete evaluate runs/first
      """)

  @Argument(
    help: ArgumentHelp("Labelled examples in any form that `learn` reads; or the folder of a run.", valueName: "file"))
  var folder: String

  @Option(
    help:
      "The task: NAME, NAME@VERSION or NAME:ALIAS; of a run, only this one. Default: the only one that is released; of a run, all.",
    completion: .versions)
  var task: String?

  @Option(help: "Of a run: the state after this many tasks. Default: the newest.")
  var after: Int?

  @Option(help: "Measure of free answers. Default: the one that the task was learned with.")
  var scorer: String?

  @OptionGroup var columns: ColumnOption

  @Flag(
    help:
      "Leave out rows that cannot be read or have no label, and say how many. Default: refuse the file, as scores of some of its rows are others."
  )
  var skipUnreadable = false

  @OptionGroup var registry: RegistryOptions
  @OptionGroup var base: TaskBaseOptions

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  private struct Score: Encodable {
    let task: String
    /// 0…1 of the scorer's range.
    let score: Double
    let scorer: String
    let column: ScoreColumn
    let formula: String
    let n: Int
    let seed: UInt64
  }

  func run() throws {
    let printer = ProgressPrinter(progress)
    try Failure.reported {
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: absolute(folder), isDirectory: &isFolder)
      let isNamedLikeRows = [".jsonl", ".json", ".csv", ".tsv", ".gz"].contains { folder.hasSuffix($0) }
      guard exists || folder == StandardInput.name else {
        let opened = task == nil ? try? registry.open() : nil
        throw StreamError.file(
          .init(
            file: folder.printable,
            expected: isNamedLikeRows
              ? "a file of labelled examples" : "a file of labelled examples, or the folder of a run",
            got: "no such file", fix: "Check the path.\(opened?.hint(onTask: folder, arguments: " FILE") ?? "")"))
      }
      if !exists || !isFolder.boolValue {
        if after != nil { throw ValidationError("--after is for the folder of a run, not for a file of examples.") }
        return try evaluateExamples(printer)
      }
      for (option, given) in ofFiles where given {
        throw ValidationError("\(option) is for a file of examples: a run keeps its own.")
      }
      let run = try SequenceRun.open(URL(fileURLWithPath: absolute(folder)), after: after, report: printer.show)
      let names = task.map { [$0] } ?? run.manifest.tasks
      let scores = try names.flatMap { try self.scores(of: $0, in: run) }
      if json {
        try Console.output(String(decoding: try JSONFile.encode(scores), as: UTF8.self))
      } else {
        for score in scores {
          let column = run.manifest.hasLegacyColumn ? " (\(score.column.rawValue))" : ""
          try Console.output(
            "\(score.task)  \(score.scorer)\(column) \(fixed(score.score, 4))  n \(score.n)  seed \(score.seed)")
        }
      }
    }
  }

  /// What a run's folder has of its own.
  private var ofFiles: [(String, Bool)] {
    [
      ("--scorer", scorer != nil), ("--columns", !columns.columns.isEmpty), ("--skip-unreadable", skipUnreadable),
      ("--registry", registry.registry != nil),
      ("--base", base.base != nil), ("--device", base.device != nil), ("--threads", base.threads != nil),
      ("--weights", base.weights != nil),
    ]
  }

  /// A task's score in each column that it has.
  private func scores(of task: String, in run: SequenceRun) throws -> [Score] {
    let answers = try run.evaluate(task: task)
    let scoring = run.manifest.scoring(of: task)
    return ScoreColumn.allCases.reversed().compactMap { column in
      guard let measure = scoring.measure(column), let outcome = answers.outcome(scoring, column) else { return nil }
      return Score(
        task: task, score: outcome.score, scorer: measure.name, column: column, formula: measure.formula,
        n: outcome.count, seed: run.configuration.seed)
    }
  }
}
