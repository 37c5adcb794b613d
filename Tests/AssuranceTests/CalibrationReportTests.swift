import Foundation
import Testing

@testable import Assurance

/// Are calibration errors, Brier score and log loss those of numpy, and by hand?
@Suite struct CalibrationReportTests {
  @Test func goldens() throws {
    let golden = try Golden.load()
    #expect(golden.calibration.count == 5)
    for (number, expected) in golden.calibration.enumerated() {
      let report = try CalibrationReport(
        probabilities: expected.probabilities, gold: expected.gold, bins: expected.bins)
      #expect(report.n == expected.gold.count)
      for (got, wanted) in [
        (report.ece, expected.ece), (report.adaptiveECE, expected.adaptiveEce), (report.brier, expected.brier),
        (report.brierInterval.low, expected.brierInterval[0]), (report.brierInterval.high, expected.brierInterval[1]),
        (report.logLoss, expected.logLoss),
      ] { #expect(isClose(got, wanted, absolute: 1e-14), "case \(number): \(got), not \(wanted)") }
      #expect(report.reliability.map(\.count) == expected.counts)
    }
  }

  /// By hand: two classes, two bins. Confidences 0.6 (right), 0.8 (wrong), 1 (right): the second bin has accuracy 2/3 and mean
  /// confidence 0.8. Brier: 2 · 0.4², 2 · 0.8², 0.
  @Test func byHand() throws {
    let report = try CalibrationReport(probabilities: [[0.6, 0.4], [0.2, 0.8], [0, 1]], gold: [0, 0, 1], bins: 2)
    #expect(report.reliability.map(\.count) == [0, 3])
    #expect(report.reliability.map(\.low) == [0, 0.5] && report.reliability.map(\.high) == [0.5, 1])
    #expect(report.reliability[0].meanConfidence == 0 && report.reliability[0].accuracy == 0)
    #expect(isClose(report.reliability[1].meanConfidence, 0.8) && isClose(report.reliability[1].accuracy, 2.0 / 3))
    #expect(isClose(report.ece, 0.8 - 2.0 / 3))
    // Two bins of 1.5 rows: the first ends after two rows with accuracy ½ and confidence 0.7, the second is right.
    #expect(isClose(report.adaptiveECE, 2.0 / 3 * 0.2))
    #expect(isClose(report.brier, (0.32 + 1.28) / 3))
    #expect(isClose(report.logLoss, -(log(0.6) + log(0.2)) / 3))
  }

  /// An edge belongs to the bin below it, and 0.5 in two bins to the first.
  @Test func edges() throws {
    let report = try CalibrationReport(probabilities: [[0.5, 0.5], [0.5, 0.5]], gold: [0, 1], bins: 2)
    #expect(report.reliability.map(\.count) == [2, 0] && report.ece == 0 && report.adaptiveECE == 0)
  }

  @Test func equalConfidencesStayTogether() throws {
    let rows = [[0.7, 0.3], [0.7, 0.3], [0.7, 0.3], [0.7, 0.3]]
    let one = try CalibrationReport(probabilities: rows, gold: [0, 0, 1, 1], bins: 4)
    let other = try CalibrationReport(probabilities: rows, gold: [1, 0, 1, 0], bins: 4)
    #expect(isClose(one.adaptiveECE, 0.2) && one.adaptiveECE == other.adaptiveECE)
  }

  @Test func certainAndWrongIsFinite() throws {
    let report = try CalibrationReport(probabilities: [[1, 0]], gold: [1])
    #expect(isClose(report.logLoss, 52 * log(2)) && report.brier == 2 && report.ece == 1)
    #expect(report.brierInterval == Interval(low: 0, high: 2))
    #expect(try JSONDecoder().decode(CalibrationReport.self, from: JSONEncoder().encode(report)) == report)
  }

  @Test func hostileRows() {
    func message(_ probabilities: [[Double]], _ gold: [Int], bins: Int = 15) -> String {
      #expect(throws: AssuranceError.self) {
        try CalibrationReport(probabilities: probabilities, gold: gold, bins: bins)
      }.map { "\($0)" } ?? ""
    }
    #expect(message([], []).contains("probabilities: expected at least one row"))
    #expect(message([[1, 0]], [0, 1]).contains("rows of probabilities: expected 2, got 1"))
    #expect(message([[1, 0], [1]], [0, 0]).contains("number of probabilities in row 1 (the first is 0): expected 2"))
    #expect(message([[1, 0]], [2]).contains("gold class in row 0 (the first is 0): expected 0 ..< 2, got 2"))
    #expect(message([[]], [0]).contains("gold class"))
    for value in [Double.nan, .infinity, -0.1, 1.1] {
      #expect(message([[1, 0], [value, 1 - value]], [0, 0]).contains("probability in row 1"), "\(value)")
    }
    #expect(
      message([[0.4, 0.4]], [0]).contains("sum of probabilities in row 0 (the first is 0): expected 1 within 0.001"))
    for bins in [0, -1, .max] { #expect(message([[1, 0]], [0], bins: bins).contains("number of bins"), "\(bins)") }
  }

  /// A model that is right as often as it says has an error of 0, and one that is always sure and right in 7 of 10 an error of 0.3.
  @Test func errorIntervals() throws {
    var source = SplitMix(seed: 23)
    var (honest, gold): ([[Double]], [Int]) = ([], [])
    for _ in 0..<300 {
      let share = 0.5 + 0.5 * source.share()
      honest.append([share, 1 - share])
      gold.append(source.share() < share ? 0 : 1)
    }
    let interval = try CalibrationReport.adaptiveECEInterval(probabilities: honest, gold: gold, seed: 1, draws: 200)
    let error = try CalibrationReport(probabilities: honest, gold: gold).adaptiveECE
    #expect(interval.low < 0.02 && interval.low < error && interval.high < 0.2, "seed 23: \(interval)")
    #expect(
      try CalibrationReport.adaptiveECEInterval(probabilities: honest, gold: gold, seed: 1, draws: 200) == interval)
    let sure = [[Double]](repeating: [1, 0], count: 200)
    let wrong = (0..<200).map { $0 % 10 < 7 ? 0 : 1 }
    let far = try CalibrationReport.adaptiveECEInterval(probabilities: sure, gold: wrong, seed: 1, draws: 200)
    #expect(far.contains(0.3) && far.low > 0.2 && far.high < 0.4, "\(far)")
  }

  @Test func errorIntervalsOfNothing() throws {
    #expect(throws: AssuranceError.self) {
      try CalibrationReport.adaptiveECEInterval(probabilities: [], gold: [], seed: 1)
    }
    let one = try CalibrationReport.adaptiveECEInterval(
      probabilities: [[1, 0]], gold: [0], seed: 1, draws: -5, level: 7)
    #expect(one == Interval(low: 0, high: 1))
  }
}
