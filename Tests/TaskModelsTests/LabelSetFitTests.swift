import Foundation
import Learning
import Randomness
import Records
import Testing
import Torch

@testable import TaskModels

/// Thresholds and fits of several labels, beside scikit-learn and scipy (`Scripts/reference/label_set_goldens.py`) and by hand.
@Suite struct LabelSetFitTests {
  struct Goldens: Decodable {
    struct Threshold: Decodable {
      let probabilities: [Double]
      let has: [Bool]
      let f1: Double
    }

    struct Fit: Decodable {
      let scores: [[Double]]
      let targets: [Double]
      let prior: [Double]
      let penalty: Double
      let point: [Double]
    }

    let thresholds: [Threshold]
    let fits: [Fit]

    static func load() throws -> Goldens {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Goldens/label_sets.json").standardizedFileURL
      return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
    }
  }

  private func f1(_ probabilities: [Double], _ has: [Bool], from threshold: Double) -> Double {
    let given = probabilities.map { $0 >= threshold }
    let hits = zip(given, has).count { $0 && $1 }
    let both = given.count { $0 } + has.count { $0 }
    return both == 0 ? 0 : Double(2 * hits) / Double(both)
  }

  @Test func thresholdsReachTheHighestF1() throws {
    for golden in try Goldens.load().thresholds {
      let threshold = LabelThreshold.best(golden.probabilities, golden.has)
      #expect(abs(f1(golden.probabilities, golden.has, from: threshold) - golden.f1) < 1e-12)
      // 0.5 wins where it is as good.
      if abs(f1(golden.probabilities, golden.has, from: 0.5) - golden.f1) < 1e-12 { #expect(threshold == 0.5) }
    }
  }

  @Test func thresholdsByHand() {
    let (five, others) = ([Bool](repeating: true, count: 5), [Bool](repeating: false, count: 5))
    // The label's rows lie at 0.2, the others at 0.1: the middle between them.
    let low = LabelThreshold.best([0.2, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1], five + others)
    #expect(abs(low - 0.15) < 1e-12)
    // Told apart by 0.5 as well as by anything else between them.
    #expect(LabelThreshold.best([0.9, 0.9, 0.9, 0.9, 0.9, 0.2, 0.2, 0.2, 0.2, 0.2], five + others) == 0.5)
    // All probabilities equal: the label is given to all or to none.
    #expect(LabelThreshold.best([Double](repeating: 0.7, count: 10), five + others) == 0.5)
    #expect(abs(LabelThreshold.best([Double](repeating: 0.3, count: 10), five + others) - 0.15) < 1e-12)
    // Too rare, on either side.
    #expect(LabelThreshold.best([0.2, 0.2, 0.2, 0.2, 0.1, 0.1], [true, true, true, true, false, false]) == 0.5)
    #expect(LabelThreshold.best([], []) == 0.5)
    // All five rows of the label lie below 0.5: sure enough. One more in twenty is not.
    let sure = [Double](repeating: 0.2, count: 5) + [Double](repeating: 0.1, count: 5)
    #expect(abs(LabelThreshold.fitted(sure, five + others) - 0.15) < 1e-12)
    let lucky = [Double](repeating: 0.9, count: 19) + [0.4] + [Double](repeating: 0.1, count: 20)
    let twenty = [Bool](repeating: true, count: 20) + [Bool](repeating: false, count: 20)
    #expect(abs(LabelThreshold.best(lucky, twenty) - 0.25) < 1e-12)
    #expect(LabelThreshold.fitted(lucky, twenty) == 0.5)
    let given = LabelSetCombination(expert: nil, ridge: [1, 1], bias: [0, 0], thresholds: [0.5, 0.7])
    #expect(given.given([0.5, 0.69]) == [0] && given.given([0.49, 0.7]) == [1])
  }

  @Test func fitsLikeAnotherSolver() throws {
    for golden in try Goldens.load().fits {
      let point = LogisticFit(
        scores: golden.scores, targets: golden.targets, prior: golden.prior, penalty: golden.penalty
      ).fitted()
      #expect(point.count == golden.point.count)
      for (one, other) in zip(point, golden.point) {
        #expect(abs(one - other) < 1e-3 * max(1, abs(other)), "\(point) \(golden.point)")
      }
    }
  }

  /// Labels of which all rows or none have it get finite numbers, and no loss is infinite.
  @Test func labelsWithoutContrast() {
    for has in [true, false] {
      let (weight, bias) = LogisticFit.platt([0.1, 0.2, 0.3], [has, has, has])
      #expect(weight.isFinite && bias.isFinite && weight >= 0)
      #expect((Logistic.probability(weight * 0.2 + bias) > 0.5) == has)
    }
    #expect(Logistic.probability(-1e9) == 0 && Logistic.probability(1e9) == 1)
    #expect(Logistic.loss(1e9, true) == 0 && Logistic.loss(1e9, false) == 1e9)
    #expect(abs(Logistic.loss(0, true) - log(2)) < 1e-15)
  }

  /// Two labels by one feature each: log-odds of the right sign, and a label that nothing tells gets its share.
  @Test func ridgeOfSeveralLabels() throws {
    var stream = RandomStream(purposes: ["label sets"])
    let rows = (0..<120).map { _ in (0..<3).map { _ in Double(stream.below(1000)) / 500 - 1 } }
    let sets = rows.enumerated().map { number, row in
      (row[0] > 0 ? [0] : []) + (row[1] > 0.5 ? [1] : []) + (number % 4 == 0 ? [2] : [])
    }
    let features = try Tensor(rows.flatMap { $0.map(Float.init) }, shape: [120, 3])
    let fit = try RidgeFit(features, labelSets: sets, count: 3)
    #expect(fit.head.sharpness == 1 && fit.head.weights.shape == [3, 3])
    let odds = try fit.head.logOdds(features)
    let right = zip(odds, sets).count { ($0[0] > 0) == $1.contains(0) }
    #expect(right > 110)
    let share = odds.reduce(0) { $0 + Logistic.probability($1[2]) } / 120
    #expect(abs(share - 0.25) < 0.05)
    // Of one label a row the head is what it was.
    let one = sets.map { $0.contains(0) ? 1 : 0 }
    #expect(try RidgeFit(features, labels: one, count: 2).penalty > 0)
    #expect(throws: TaskModelError.self) { try RidgeFit(features, labelSets: sets, count: 2) }
    #expect(throws: TaskModelError.self) { try RidgeFit(features, labelSets: [[0]], count: 2) }
  }

  /// What comes from a file is checked: lengths, numbers, parts.
  @Test func combinationsFromFiles() {
    func problem(
      _ expert: [Double]?, _ ridge: [Double]?, _ bias: [Double] = [0, 0], _ thresholds: [Double] = [0.5, 0.5]
    ) -> String? {
      LabelSetCombination(expert: expert, ridge: ridge, bias: bias, thresholds: thresholds)
        .problem(labels: 2, hasExpert: false, hasRidge: true)
    }
    #expect(problem(nil, [1, 0]) == nil)
    #expect(problem(nil, [1]) != nil && problem(nil, [1, -1]) != nil && problem(nil, [1, .nan]) != nil)
    #expect(problem([1, 1], [1, 1]) != nil && problem(nil, nil) != nil)
    #expect(problem(nil, [1, 1], [0]) != nil && problem(nil, [1, 1], [0, 0], [0.5, 1.5]) != nil)
  }
}
