import Assurance
import Files
import Foundation
import Testing

@testable import Evolution

/// What `evaluate` says of labels that no row has, or that none got.
@Suite struct EvaluatedLabelTests {
  private func object(_ value: some Encodable) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: JSONFile.encode(value)) as? [String: Any])
  }

  /// A share of no row is null under its keys.
  @Test func sharesOfNoRow() throws {
    let none = TaskEvaluation.Share(try Proportion(successes: 0, n: 0))
    #expect(none.value == nil && none.interval == nil && none.n == 0)
    let written = try object(none)
    #expect(written["value"] is NSNull && written["interval"] is NSNull && written["n"] as? Int == 0)
    let some = try object(TaskEvaluation.Share(try Proportion(successes: 0, n: 2)))
    #expect(some["value"] as? Double == 0 && some["n"] as? Int == 2 && some["interval"] is [String: Any])
  }

  /// Of four labels the second is never given, the third has no row, and the last neither.
  @Test func labelsWithoutRows() throws {
    let report = try ClassReport(gold: [0, 0, 1], predicted: [0, 2, 0], classes: 4)
    let labels = zip(["a", "b", "c", "d"], report.perClass).map { TaskEvaluation.Label($0, $1) }
    #expect(labels.map(\.precision.value) == [0.5, nil, 0, nil])
    #expect(labels.map(\.recall.value) == [0.5, 0, nil, nil])
    #expect(labels.map(\.f1) == [0.5, 0, 0, nil])
    // What macro-F1 is the mean of.
    let known = labels.compactMap(\.f1)
    #expect(abs(report.macroF1 - known.reduce(0, +) / Double(known.count)) < 1e-12)
    let last = try object(labels[3])
    #expect(last["f1"] is NSNull && last["label"] as? String == "d" && last["recall"] is [String: Any])
  }
}
