import ArgumentParser
import Files
import Foundation
import Reports
import Runs

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show the matrix, metrics and costs of a run, or the table of a comparison, also while it is going on.")

  @Argument(help: ArgumentHelp("Folder of the run or comparison.", valueName: "run"))
  var folder: String

  @Flag(help: "Print the result as JSON.")
  var json = false

  private struct Result: Encodable {
    let matrix: MatrixFile
    let metrics: RunMetrics
  }

  func run() throws {
    try Failure.reported {
      let url = URL(fileURLWithPath: absolute(folder))
      let several = ComparisonFolder(url)
      if several.exists {
        return try CompareReport.show(ComparisonResults(Comparison.read(several), in: several), json: json)
      }
      let run = RunFolder(url)
      let manifest = try run.readManifest()
      let matrix = try JSONFile.read(MatrixFile.self, from: run.matrix)
      let metrics = try JSONFile.read(RunMetrics.self, from: run.metrics)
      if json {
        Console.output(String(decoding: try JSONFile.encode(Result(matrix: matrix, metrics: metrics)), as: UTF8.self))
        return
      }
      let table = try TaskMatrix(tasks: matrix.tasks, scores: matrix.scores)
      Console.output(
        MatrixTable.render([MatrixTable.Column(title: manifest.configuration.method, matrix: table)]))
      Console.output(MetricLines.render(metrics))
      Console.output("learned \(metrics.tasksLearned) of \(manifest.tasks.count) tasks")
    }
  }
}
