import Foundation
import Learning
import Randomness
import Records
import Testing
import Torch

@testable import TaskModels

@Suite struct CombinationTests {
  private typealias Parts = LabelCombination.Parts

  /// Rows on which both parts know something, and the expert prefers the first label whatever is right.
  private static func rows(_ count: Int, seed: UInt64) -> (parts: [Parts], gold: [Int]) {
    var stream = RandomStream(seed: seed, "combination")
    func number() -> Double { Double(stream.below(2_000_001)) / 1e6 - 1 }
    var (parts, gold) = ([Parts](), [Int]())
    for row in 0..<count {
      let label = row % 3
      let expert = (0..<3).map { number() + ($0 == label ? 0.5 : 0) + ($0 == 0 ? 2 : 0) }
      let ridge = (0..<3).map { number() + ($0 == label ? 1 : 0) }
      parts.append(Parts(expert: expert, ridge: ridge))
      gold.append(label)
    }
    return (parts, gold)
  }

  private func loss(_ combination: LabelCombination, _ parts: [LabelCombination.Parts], _ gold: [Int]) -> Double {
    let data = zip(parts, gold).reduce(0) { $0 - combination.logProbabilities($1.0)[$1.1] }
    let prior =
      (combination.expert - 1) * (combination.expert - 1) + (combination.ridge - 1) * (combination.ridge - 1)
      + combination.bias.reduce(0) { $0 + $1 * $1 }
    return data + prior / 2
  }

  /// Scores that know nothing are judged as that, and not as worse: every part of the rows has the same share of each label.
  @Test(arguments: [(5, 15), (3, 20), (14, 15)]) func knowingNothingIsNotWorse(labels: Int, each: Int) {
    var stream = RandomStream(seed: 3, "nothing")
    let gold = (0..<labels * each).map { $0 % labels }
    let parts = gold.map { _ in
      Parts(expert: (0..<labels).map { _ in Double(stream.below(1000)) / 1e6 }, ridge: nil)
    }
    let fit = CrossFit(parts, gold: gold, labels: labels, use: .init(expert: true, ridge: false), task: "t")
    let mean = fit.losses.reduce(0, +) / Double(fit.losses.count)
    #expect(abs(mean - log(Double(labels))) < 0.005, "\(mean), log \(labels) is \(log(Double(labels)))")
  }

  /// No step in any direction makes it better; weights stay at 0 or above; biases sum to 0.
  @Test(arguments: [1, 2, 3] as [UInt64]) func isTheMinimum(seed: UInt64) {
    let (parts, gold) = Self.rows(60, seed: seed)
    let fit = CombinationFit(parts, gold: gold, labels: 3, use: .init(expert: true, ridge: true)).fitted()
    let best = loss(fit, parts, gold)
    #expect(fit.expert >= 0 && fit.ridge >= 0 && abs(fit.bias.reduce(0, +)) < 1e-9, "seed \(seed)")
    #expect(
      fit.bias[0] < fit.bias[1] && fit.bias[0] < fit.bias[2], "the expert's preference is taken back, seed \(seed)")
    for step in [-1e-3, 1e-3] {
      for index in 0..<5 {
        var bias = fit.bias
        if index > 1 { bias[index - 2] += step }
        let other = LabelCombination(
          expert: fit.expert + (index == 0 ? step : 0), ridge: fit.ridge + (index == 1 ? step : 0), bias: bias)
        #expect(loss(other, parts, gold) > best - 1e-9, "seed \(seed), place \(index)")
      }
    }
  }

  /// A part that says the opposite of what is right gets no weight.
  @Test func aPartThatMisleadsIsLeftOut() {
    let gold = (0..<40).map { $0 % 2 }
    let parts = gold.map { label in
      Parts(expert: label == 0 ? [0, 3] : [3, 0], ridge: label == 0 ? [1, 0] : [0, 1])
    }
    let fit = CombinationFit(parts, gold: gold, labels: 2, use: .init(expert: true, ridge: true)).fitted()
    #expect(fit.expert == 0 && fit.ridge > 1)
  }

  /// An expert that is sure of everything and mostly right: the first step throws its weight to 0, from where it must come back.
  @Test(arguments: [5.0, 20, 100]) func anOverconfidentExpertKeepsAWeight(sure: Double) {
    let gold = (0..<60).map { $0 % 2 }
    let parts = gold.enumerated().map { row, label in
      let said = row % 6 == 5 ? 1 - label : label
      let weak = row % 3 == 2 ? 1 - label : label
      return Parts(expert: said == 0 ? [sure, 0] : [0, sure], ridge: weak == 0 ? [1, 0] : [0, 1])
    }
    let both = CombinationFit(parts, gold: gold, labels: 2, use: .init(expert: true, ridge: true)).fitted()
    #expect(both.expert > 0 && both.expert < 1)
    // Not worse than the ridge head alone, whatever weight that has.
    for weight in [0.0, 0.5, 1, 2] {
      #expect(
        loss(both, parts, gold) < loss(LabelCombination(expert: 0, ridge: weight, bias: [0, 0]), parts, gold))
    }
    let best = loss(both, parts, gold)
    for step in [-1e-3, 1e-3] {
      let other = LabelCombination(expert: both.expert + step, ridge: both.ridge, bias: both.bias)
      #expect(loss(other, parts, gold) > best - 1e-9)
    }
  }

  /// Without rows it is the prior; a part that is not used has weight 0.
  @Test func withoutRowsItIsThePrior() {
    let fit = CombinationFit([], gold: [], labels: 2, use: .init(expert: false, ridge: true)).fitted()
    #expect(fit == LabelCombination(expert: 0, ridge: 1, bias: [0, 0]))
  }

  /// a = 2, b = 1, c = (0, ln 2): z = 2 (ln ½, ln ½) + (ln ¾, ln ¼) + (0, ln 2) → p = (3, 2) / 5.
  @Test func probabilitiesByHand() {
    let combination = LabelCombination(expert: 2, ridge: 1, bias: [0, log(2)])
    let p = combination.logProbabilities(Parts(expert: [5, 5], ridge: [log(0.75), log(0.25)])).map { exp($0) }
    #expect(abs(p[0] - 0.6) < 1e-12 && abs(p[1] - 0.4) < 1e-12)
  }

  /// Impossible labels and infinite scores make no NaN.
  @Test func infiniteScoresAreNoNaN() {
    let combination = LabelCombination(expert: 1, ridge: 0, bias: [0, 0])
    let p = combination.logProbabilities(Parts(expert: [-.infinity, 0], ridge: nil)).map { exp($0) }
    #expect(p == [0, 1])
    let flat = combination.logProbabilities(Parts(expert: [-.infinity, -.infinity], ridge: nil)).map { exp($0) }
    #expect(flat.allSatisfy { abs($0 - 0.5) < 1e-12 })
  }
}

@Suite struct CandidateChoiceTests {
  /// The smaller one is taken while its loss is within one standard error of the best and 0.01 above it at most.
  @Test func fewestBytesWithinOneStandardError() throws {
    let best = [0.1, 0.3, 0.2, 0.4]
    func choice(_ excess: [Double]) throws -> CandidateChoice {
      try #require(
        CandidateChoice([
          (head: .both, bytes: 100, losses: best, right: [true, true, true, false]),
          (head: .ridge, bytes: 1, losses: zip(best, excess).map { $0 + $1 }, right: [true, false, true, false]),
        ]))
    }
    // Mean 0.005, standard error 0.00866: near enough.
    let near = try choice([0.03, -0.01, 0, 0])
    #expect(near.chosen == .ridge && near.rows == 4 && near.candidates[0].excess == 0)
    #expect(abs(near.candidates[1].excess - 0.005) < 1e-12 && abs(near.candidates[1].standardError - 0.00866) < 1e-5)
    #expect(near.candidates[1].accuracy == 0.5)
    // The same excess in every row: no standard error, so that it counts.
    #expect(try choice([0.005, 0.005, 0.005, 0.005]).chosen == .both)
    // Mean 0.05, standard error 0.0866: the rows cannot tell, and it may cost too much.
    #expect(try choice([0.3, -0.1, 0, 0]).chosen == .both)
    #expect(CandidateChoice([]) == nil)
  }

  /// Rows that are all right bound a confidence by their number only (the rule of three); a wrong one leaves it to the calibration.
  @Test func knownConfidenceOfRowsThatAreAllRight() throws {
    func choice(right: [Bool]) throws -> CandidateChoice {
      try #require(CandidateChoice([(head: .ridge, bytes: 1, losses: right.map { _ in 0.1 }, right: right)]))
    }
    let sure = try choice(right: Array(repeating: true, count: 30))
    #expect(sure.knownConfidence == 0.9 && sure.warnings.first?.contains("ends at 0.900") == true)
    let wrong = try choice(right: Array(repeating: true, count: 29) + [false])
    #expect(wrong.knownConfidence == nil && wrong.warnings.isEmpty)
    #expect(try choice(right: [true, true, true]).knownConfidence == nil)
  }
}

@Suite struct LearnEvidenceTests {
  private func evidence(_ losses: [(Double, Double?)]) -> LearnEvidence {
    var evidence = LearnEvidence()
    evidence.measurements = losses.enumerated().map {
      LearnEvidence.Measurement(step: $0 * 50, epoch: $0, loss: $1.0, expertLoss: $1.1, score: nil)
    }
    return evidence
  }

  /// A gain is a better loss, or a better one of the expert alone.
  @Test func gains() {
    #expect(evidence([(0.5, nil), (0.4, nil), (0.45, nil), (0.41, nil)]).measurementsWithoutGain == 2)
    #expect(evidence([(0.5, 0.7), (0.5, 0.69), (0.5, 0.5), (0.51, 0.52)]).measurementsWithoutGain == 1)
    #expect(evidence([(0.5, 0.7)]).measurementsWithoutGain == 0)
  }

  /// Where choose rows cannot tell, the rate that learns fastest is taken; one that diverges has no chance.
  @Test func ratesByTheirTrials() {
    func trial(_ rate: Double, _ loss: Double, _ training: Double) -> LearnEvidence.Trial {
      LearnEvidence.Trial(learningRate: rate, steps: 60, loss: loss, trainingLoss: training)
    }
    #expect(
      TaskModelTraining.best([trial(1, 0.69, 0.5), trial(2, 0.7, 0.3), trial(3, 2, 0.1)], tie: 0.05)! == (2, true))
    #expect(
      TaskModelTraining.best([trial(1, 0.36, 0.5), trial(2, 0.06, 0.3), trial(3, 0.06, 0.3)], tie: 0.05)! == (2, true))
    #expect(TaskModelTraining.best([trial(1, 0.69, 0.5), trial(2, 0.7, 0.3)], tie: 0)! == (1, false))
    #expect(TaskModelTraining.best([], tie: 0) == nil)
  }
}

@Suite struct AveragedWeightsTests {
  /// η = 2: shares 1, 3/4, 3/5: after θ = 1, 2, 3 the mean is 1, 1.75, 2.5.
  @Test func laterStepsWeighMore() throws {
    var average = try AveragedWeights(like: Tensor([Float(9)]))
    var means: [Double] = []
    for value in [1, 2, 3] as [Float] {
      try average.add(Tensor([value]))
      means.append(try average.mean.item())
    }
    #expect(means == [1, 1.75, 2.5] && average.count == 3)
  }

  /// Continued from a stored mean it is the same to the bit.
  @Test func goesOnFromAStoredMean() throws {
    var whole = try AveragedWeights(like: Tensor([Float(0), 0]))
    for step in 0..<5 { try whole.add(Tensor([Float(step) * 0.3, Float(step * step)])) }
    var first = try AveragedWeights(like: Tensor([Float(0), 0]))
    for step in 0..<2 { try first.add(Tensor([Float(step) * 0.3, Float(step * step)])) }
    var second = AveragedWeights(mean: try first.mean.cloned(), count: first.count)
    for step in 2..<5 { try second.add(Tensor([Float(step) * 0.3, Float(step * step)])) }
    #expect(try whole.mean.floats() == second.mean.floats())
  }
}
