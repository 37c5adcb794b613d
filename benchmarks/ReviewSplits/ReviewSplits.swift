import ArgumentParser
import Files
import Foundation

/// Over many splits of scored rows: how often a certificate promises too much, and how much it lets a side decide.
@main struct ReviewSplits: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accrete-review-splits",
    abstract: "Whether certificates keep what they promise, over many splits of rows that a model has scored.")

  @Argument(
    help: "Files of scored rows, one for each task: {\"gold\": LABEL, \"scores\": {LABEL: log-probability}} a line.")
  var files: [String]
  @Option(help: "How many splits of each task.") var splits = 200
  @Option(help: "The probability with which a certificate may promise too much.") var delta = 0.05
  @Option(help: "The seed of the splits.") var seed: UInt64 = 0

  func run() throws {
    print(
      "| task | side | α | certified | promised too much | decided | empirical rule: promised too much | decided | oracle (test-tuned, not attainable) | needs |"
    )
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    var (certified, broken, empirical, empiricalBroken) = (0, 0, 0, 0)
    for path in files {
      let file = try ScoredFile(URL(fileURLWithPath: path))
      for side in file.labels.indices {
        for alpha in [0.05, 0.02, 0.01] {
          let result = try SplitStudy(file: file)
            .result(side: side, alpha: alpha, delta: delta, splits: splits, seed: seed)
          print(line(result))
          certified += result.certified
          broken += result.broken
          empirical += result.empirical
          empiricalBroken += result.empiricalBroken
        }
      }
    }
    print(
      "\nPromised too much: \(broken) of \(certified) certificates; \(empiricalBroken) of \(empirical) by the empirical rule."
    )
  }

  private func line(_ result: SplitStudy.Result) -> String {
    func percent(_ sum: Double) -> String { String(format: "%.1f %%", 100 * sum / Double(max(1, result.splits))) }
    let cells = [
      result.task, result.side, "\(result.alpha)", "\(result.certified) of \(result.splits)",
      percent(Double(result.broken)), percent(result.stripped), percent(Double(result.empiricalBroken)),
      percent(result.empiricalStripped), percent(result.oracleStripped), result.needs.map(String.init) ?? "–",
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }
}
