import ArgumentParser
import Files
import Foundation
import Learning
import Runs

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Score the tasks of a run again. Changes nothing.")

  @Argument(help: ArgumentHelp("Folder of the run.", valueName: "run"))
  var folder: String

  @Option(help: "Only this task. Default: all.")
  var task: String?

  @Option(help: "The state after this many tasks. Default: the newest.")
  var after: Int?

  @Flag(help: "Print the result as JSON.")
  var json = false

  private struct Score: Encodable {
    let task: String
    let accuracy: Double
    let formula = "right predictions / scored rows"
    let n: Int
    let seed: UInt64
  }

  func run() throws {
    try Failure.reported {
      let printer = ProgressPrinter()
      let run = try SequenceRun.open(URL(fileURLWithPath: absolute(folder)), after: after, report: printer.show)
      let names = task.map { [$0] } ?? run.manifest.tasks
      let scores = try names.map { name in
        let predictions = try run.evaluate(task: name)
        return Score(
          task: name, accuracy: predictions.accuracy, n: predictions.count, seed: run.configuration.seed)
      }
      if json {
        Console.output(String(decoding: try JSONFile.encode(scores), as: UTF8.self))
      } else {
        for score in scores {
          Console.output("\(score.task)  accuracy \(fixed(score.accuracy, 4))  n \(score.n)  seed \(score.seed)")
        }
      }
    }
  }
}
