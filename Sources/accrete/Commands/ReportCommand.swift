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
    /// nil: the run has no legacy column.
    let legacy: MatrixFile?
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
      let matrix = try MatrixFile.read(run.matrix)
      let legacy = manifest.hasLegacyColumn ? try MatrixFile.read(run.legacyMatrix) : nil
      let metrics = try JSONFile.read(RunMetrics.self, from: run.metrics)
      if json {
        Console.output(
          String(decoding: try JSONFile.encode(Result(matrix: matrix, legacy: legacy, metrics: metrics)), as: UTF8.self)
        )
        return
      }
      for file in [matrix, legacy].compactMap(\.self) { Console.output(try ScoreTable.render(file, of: manifest)) }
      Console.output(MetricLines.render(metrics))
      Console.output("learned \(metrics.tasksLearned) of \(manifest.tasks.count) tasks")
    }
  }
}
