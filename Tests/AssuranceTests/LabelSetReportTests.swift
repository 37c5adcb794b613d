import Foundation
import Testing

@testable import Assurance

/// What scikit-learn computes (`Scripts/reference/label_set_goldens.py`), and cases by hand.
@Suite struct LabelSetReportTests {
  struct Goldens: Decodable {
    struct Report: Decodable {
      let gold: [[Int]]
      let predicted: [[Int]]
      let labels: Int
      let microF1: Double
      let macroF1: Double
      let subsetAccuracy: Double
      let hammingLoss: Double
      let rowF1: [Double]
      let precision: [Double]
      let recall: [Double]
      let f1: [Double]
      let constantMicroF1: Double
    }

    struct Calibration: Decodable {
      let probabilities: [[Double]]
      let gold: [[Int]]
      let brier: Double
      let logLoss: Double
    }

    let reports: [Report]
    let calibration: [Calibration]

    static func load() throws -> Goldens {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Goldens/label_sets.json").standardizedFileURL
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Goldens.self, from: Data(contentsOf: file))
    }
  }

  @Test func likeScikitLearn() throws {
    let reports = try Goldens.load().reports
    #expect(reports.count == 5)
    for golden in reports {
      let report = try LabelSetReport(gold: golden.gold, predicted: golden.predicted, labels: golden.labels)
      #expect(isClose(report.microF1, golden.microF1))
      #expect(isClose(report.macroF1, golden.macroF1))
      #expect(isClose(report.subsetAccuracy.value, golden.subsetAccuracy))
      #expect(isClose(report.hammingLoss, golden.hammingLoss))
      #expect(isClose(report.constant.microF1, golden.constantMicroF1))
      #expect(report.rowF1.count == golden.rowF1.count)
      for (one, other) in zip(report.rowF1, golden.rowF1) { #expect(isClose(one, other)) }
      for label in 0..<golden.labels {
        let counts = report.perLabel[label]
        #expect(isClose(counts.precision.value, golden.precision[label]))
        #expect(isClose(counts.recall.value, golden.recall[label]))
        #expect(isClose(counts.f1 ?? 0, golden.f1[label]))
      }
    }
    for golden in try Goldens.load().calibration {
      let report = try LabelSetCalibration(probabilities: golden.probabilities, gold: golden.gold)
      #expect(isClose(report.brier, golden.brier, relative: 1e-9))
      #expect(isClose(report.logLoss, golden.logLoss, relative: 1e-9))
      #expect(report.ece > 0 && report.ece < 0.5)
    }
  }

  /// Two rows: {0, 1} answered {0}; {} answered {1}. TP 1, FP 1, FN 1.
  @Test func byHand() throws {
    let report = try LabelSetReport(gold: [[0, 1], []], predicted: [[0], [1]], labels: 3)
    #expect(report.microF1 == 0.5)
    // Label 0 has F1 1, label 1 has 0, and label 2 none.
    #expect(report.macroF1 == 0.5)
    #expect(report.subsetAccuracy.value == 0 && report.hammingLoss == 2.0 / 6)
    #expect(isClose(report.rowF1[0], 2.0 / 3) && report.rowF1[1] == 0)
    // Always {0}: 2 · 1 / (2 + 2); always {0, 1}: 2 · 2 / (4 + 2).
    #expect(report.constant.labels == [0, 1] && isClose(report.constant.microF1, 2.0 / 3))
    let empty = try LabelSetReport(gold: [[], []], predicted: [[], []], labels: 2)
    #expect(empty.microF1 == 0 && empty.macroF1 == 0 && empty.subsetAccuracy.value == 1 && empty.rowF1 == [1, 1])
    #expect(empty.constant.labels.isEmpty)
  }

  /// Of rows that are all alike every draw is the same; else the middle of the draws surrounds the number.
  @Test func intervals() throws {
    let alike = try LabelSetReport(
      gold: Array(repeating: [0], count: 30), predicted: Array(repeating: [0, 1], count: 30), labels: 2)
    let same = alike.intervals(seed: 1, draws: 50)
    #expect(isClose(same.microF1.low, 2.0 / 3) && isClose(same.microF1.high, 2.0 / 3))
    // All right, and nothing right: as Wilson's interval of as many rows, 30 / (30 + 1.96²).
    let wilson = try Proportion(successes: 30, n: 30).wilson()
    let right = try LabelSetReport(
      gold: Array(repeating: [0], count: 30), predicted: Array(repeating: [0], count: 30), labels: 2
    ).intervals(seed: 1, draws: 50)
    #expect(isClose(right.microF1.low, wilson.low) && isClose(right.macroF1.low, wilson.low) && right.microF1.high == 1)
    let wrong = try LabelSetReport(
      gold: Array(repeating: [0], count: 30), predicted: Array(repeating: [1], count: 30), labels: 2
    ).intervals(seed: 1, draws: 50)
    #expect(wrong.microF1.low == 0 && isClose(wrong.microF1.high, 1 - wilson.low))
    let golden = try #require(try Goldens.load().reports.first)
    let report = try LabelSetReport(gold: golden.gold, predicted: golden.predicted, labels: golden.labels)
    let found = report.intervals(seed: 3)
    #expect(found == report.intervals(seed: 3) && found != report.intervals(seed: 4))
    #expect(found.microF1.low < report.microF1 && report.microF1 < found.microF1.high)
    #expect(found.macroF1.low < report.macroF1 && report.macroF1 < found.macroF1.high)
    #expect(found.microF1.low < found.microF1LowerBound && found.microF1LowerBound < report.microF1)
    #expect(report.intervals(seed: 3, level: 2).microF1LowerBound == 0)
  }

  @Test func whatIsRefused() throws {
    #expect(throws: AssuranceError.self) { try LabelSetReport(gold: [], predicted: [], labels: 2) }
    #expect(throws: AssuranceError.self) { try LabelSetReport(gold: [[0]], predicted: [], labels: 2) }
    #expect(throws: AssuranceError.self) { try LabelSetReport(gold: [[2]], predicted: [[0]], labels: 2) }
    #expect(throws: AssuranceError.self) { try LabelSetReport(gold: [[0]], predicted: [[1, 1]], labels: 2) }
    #expect(throws: AssuranceError.self) { try LabelSetReport(gold: [[0]], predicted: [[-1]], labels: 2) }
    #expect(throws: AssuranceError.self) { try LabelSetReport(gold: [[]], predicted: [[]], labels: 0) }
    #expect(throws: AssuranceError.self) { try LabelSetCalibration(probabilities: [[0.5], []], gold: [[], []]) }
    #expect(throws: AssuranceError.self) { try LabelSetCalibration(probabilities: [[1.5]], gold: [[0]]) }
    #expect(throws: AssuranceError.self) { try LabelSetCalibration(probabilities: [], gold: []) }
  }
}
