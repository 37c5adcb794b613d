import Assurance
import Foundation
import Testing

/// Are accuracy, F1 and its interval those of slower code, and by hand?
@Suite struct ClassReportTests {
  @Test func goldens() throws {
    let golden = try Golden.load()
    #expect(golden.classes.count == 2)
    for expected in golden.classes {
      let report = try ClassReport(gold: expected.gold, predicted: expected.predicted, classes: expected.classes)
      #expect(isClose(report.macroF1, expected.macroF1), "\(report.macroF1), not \(expected.macroF1)")
      let interval = report.macroF1Interval(seed: expected.seed, draws: expected.draws)
      #expect(isClose(interval.low, expected.interval[0]), "\(interval), not \(expected.interval)")
      #expect(isClose(interval.high, expected.interval[1]), "\(interval), not \(expected.interval)")
    }
  }

  /// By hand: gold 0 0 1 2, predicted 0 1 1 1 of four classes. F1: 2/3, 2/4, 0; the fourth does not occur.
  @Test func byHand() throws {
    let report = try ClassReport(gold: [0, 0, 1, 2], predicted: [0, 1, 1, 1], classes: 4)
    #expect(report.confusion == [[1, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    #expect(report.accuracy == (try Proportion(successes: 2, n: 4)))
    #expect(report.majorityShare == (try Proportion(successes: 2, n: 4)))
    #expect(report.perClass[0].precision == (try Proportion(successes: 1, n: 1)))
    #expect(report.perClass[0].recall == (try Proportion(successes: 1, n: 2)))
    #expect(report.perClass[1].precision == (try Proportion(successes: 1, n: 3)))
    #expect(report.perClass.map(\.f1) == [2.0 / 3, 0.5, 0, 0])
    #expect(isClose(report.macroF1, (2.0 / 3 + 0.5) / 3))
    #expect(report.perClass[3].recall == (try Proportion(successes: 0, n: 0)))
  }

  @Test func theIntervalIsAFunctionOfItsSeed() throws {
    let gold = (0..<90).map { $0 % 3 }
    let predicted = (0..<90).map { $0 % 7 == 0 ? 0 : $0 % 3 }
    let report = try ClassReport(gold: gold, predicted: predicted, classes: 3)
    let backwards = try ClassReport(gold: gold.reversed(), predicted: predicted.reversed(), classes: 3)
    let interval = report.macroF1Interval(seed: 1, draws: 300)
    #expect(interval == backwards.macroF1Interval(seed: 1, draws: 300))
    #expect(interval != report.macroF1Interval(seed: 2, draws: 300))
    #expect(interval.low < report.macroF1 && report.macroF1 < interval.high)
    let narrow = report.macroF1Interval(seed: 1, draws: 300, level: 0.5)
    #expect(interval.low < narrow.low && narrow.high < interval.high)
    #expect(report.macroF1Interval(seed: 1, draws: 300, level: .nan) == Interval(low: 0, high: 1))
    // Without a single draw there would be no interval: one is made.
    let one = report.macroF1Interval(seed: 1, draws: -5)
    #expect(one.low == one.high)
  }

  @Test func perfectAnswers() throws {
    let report = try ClassReport(gold: [0, 1, 1], predicted: [0, 1, 1], classes: 2)
    // Three rows that are all right are no certainty: 3 / (3 + 1.96²), as Wilson has it.
    let interval = report.macroF1Interval(seed: 0, draws: 50)
    #expect(report.macroF1 == 1 && abs(interval.low - 3 / (3 + 3.841459)) < 1e-6 && interval.high == 1)
  }

  @Test func hostileRows() {
    func message(_ gold: [Int], _ predicted: [Int], _ classes: Int) -> String {
      #expect(throws: AssuranceError.self) { try ClassReport(gold: gold, predicted: predicted, classes: classes) }
        .map { "\($0)" } ?? ""
    }
    #expect(message([], [], 2).contains("at least one row"))
    #expect(
      message([0], [0, 1], 2) == "predicted classes: expected 1, got 2. Give one for each row, in the same order.")
    #expect(message([0, 2], [0, 0], 2).contains("gold class in row 1 (the first is 0): expected 0 ..< 2, got 2"))
    #expect(
      message([0, 1], [0, -1], 2).contains("predicted class in row 1 (the first is 0): expected 0 ..< 2, got -1"))
    #expect(message([0], [0], 0).contains("number of classes: expected 1 … 2048, got 0"))
    #expect(message([0], [0], .max).contains("number of classes"))
    #expect(message([0], [0], -1).contains("number of classes"))
  }

  @Test func throughJSON() throws {
    let report = try ClassReport(gold: [0, 0, 1, 2], predicted: [0, 1, 1, 1], classes: 3)
    let data = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(ClassReport.self, from: data) == report)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(Set(object.keys) == ["accuracy", "confusion", "perClass", "macroF1", "majorityShare"])
  }

  @Test(arguments: [
    "[]", "[[0]]", "[[1, 2]]", "[[1, 2], [3]]", "[[-1]]", "[[9223372036854775807]]",
    "[[5000000, 5000000], [1, 0]]",
  ])
  func hostileTables(table: String) {
    let text = Data(#"{"confusion": \#(table)}"#.utf8)
    #expect(throws: AssuranceError.self) { try JSONDecoder().decode(ClassReport.self, from: text) }
  }
}
