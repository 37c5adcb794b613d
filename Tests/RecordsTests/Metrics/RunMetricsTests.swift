import Files
import Foundation
import Testing

@testable import Records

/// Are files of runs read as they were meant, whatever version wrote them, and refused where they cannot be?
@Suite struct RunMetricsTests {
  private static let tasks = ["a", "b"]

  private func manifest(scored: Int = 2, trained: Int = 1) -> Manifest {
    let counts = Manifest.RowCounts(trained: trained, scored: scored, truncated: 0, droppedTokens: 0)
    return Manifest(
      accrete: "0", libtorch: "2", configuration: RunConfiguration(), tasks: Self.tasks, baseDigest: Digest(of: Data()),
      tokenizerDigest: Digest(of: Data()), promptDigest: Digest(of: Data()), dataDigests: [:],
      rows: ["a": counts, "b": counts])
  }

  /// The words of earlier versions for the numbers of a router; those of the second stood under today's names.
  private static let words: [[(now: String, earlier: String)]] = [
    [
      ("OOD false alarm rate", "unknown"), ("OOD detection rate", "strangers found"),
      ("called out-of-distribution", "called unknown"),
    ],
    [("to come of the share of rows called out-of-distribution", "to come of the share of rows called unknown")],
  ]

  @Test(arguments: [0, 1]) func metricsOfEarlierVersions(version: Int) throws {
    let outcomes = try Outcomes(
      tasks: Self.tasks, cells: Array(repeating: [.scores([1, 0]), .scores([1, 1])], count: 3))
    let shares = try TaskMatrix(tasks: Self.tasks, scores: Array(repeating: [0.5, 0.25], count: 3))
    var routed = RoutedScores(tasks: Self.tasks)
    (routed.matrix, routed.routerAccuracy, routed.unknownRate) = (shares, shares, shares)
    let metrics = try RunMetrics(
      manifest(), RunOutcomes(clean: outcomes, inferred: RunOutcomes.Inferred(outcomes: outcomes, scores: routed)),
      learned: 2, costs: [], warnings: nil)
    let now = String(decoding: try JSONFile.encode(metrics), as: UTF8.self)
    let earlier = Self.words[version].reduce(now) { $0.replacing($1.now, with: $1.earlier) }
    #expect(now.contains("\"OOD detection rate\"") && now.contains("\"OOD false alarm rate\"") && earlier != now)
    #expect(try JSONFile.decode(RunMetrics.self, from: Data(earlier.utf8), path: "metrics.json") == metrics)
  }

  @Test(arguments: [Int.min, -1, Int(Int32.max) + 1, Int.max]) func rowsThatCannotBe(count: Int) throws {
    for wrong in [manifest(scored: count), manifest(trained: count)] {
      let error = #expect(throws: FileError.self) { try Manifest.decode(JSONFile.encode(wrong), path: "m") }
      #expect(error?.description.contains("a task with \(count) rows") == true)
    }
    #expect(throws: Never.self) { try Manifest.decode(JSONFile.encode(manifest(scored: 0)), path: "m") }
    let most = manifest(scored: Int(Int32.max))
    #expect(throws: Never.self) { try Manifest.decode(JSONFile.encode(most), path: "m") }
  }
}
