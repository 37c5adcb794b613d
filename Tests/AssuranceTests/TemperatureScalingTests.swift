import Foundation
import Testing

@testable import Assurance

/// Are temperature and bias those with the least loss?
@Suite struct TemperatureScalingTests {
  @Test func goldens() throws {
    let golden = try CertificationGolden.load()
    #expect(golden.scalings.count == 6)
    for (number, expected) in golden.scalings.enumerated() {
      let scaling = try TemperatureScaling(fitting: expected.scores, gold: expected.gold)
      #expect(
        isClose(scaling.temperature, expected.temperature, relative: 1e-6),
        "case \(number): T \(scaling.temperature), not \(expected.temperature)")
      for (got, wanted) in zip(scaling.bias, expected.bias) {
        #expect(abs(got - wanted) < 1e-6, "case \(number): b \(got), not \(wanted)")
      }
      let problem = TemperatureProblem(
        scores: expected.scores, gold: expected.gold, labels: scaling.bias.count)
      let loss = problem.loss(at: [1 / scaling.temperature] + scaling.bias)
      #expect(loss <= expected.loss + 1e-12, "case \(number): loss \(loss), not \(expected.loss)")
      // Equal rows give equal bits.
      #expect(try TemperatureScaling(fitting: expected.scores, gold: expected.gold) == scaling)
    }
  }

  /// By hand: scores 2 and 0 at T = 2 and without a bias: e / (e + 1).
  @Test func byHand() throws {
    let scaling = try TemperatureScaling(temperature: 2, bias: [0, 0])
    let shares = try scaling.probabilities([-3, -5])
    #expect(isClose(shares[0], M_E / (M_E + 1)) && isClose(shares[0] + shares[1], 1))
    #expect(
      try TemperatureScaling(temperature: 1, bias: [1, 1, 1]).probabilities([0, 0, 0]).allSatisfy {
        isClose($0, 1.0 / 3)
      })
  }

  /// With two labels the ranking of rows, and so every decision, is that of the scores.
  @Test func twoLabelsKeepTheirRanking() throws {
    let scores = (0..<40).map { [Double($0 * 7 % 40) / 4, 5] }
    let scaling = try TemperatureScaling(fitting: scores, gold: (0..<40).map { $0 % 3 == 0 ? 1 : 0 })
    let byScore = scores.indices.sorted { scores[$0][0] < scores[$1][0] }
    let shares = try scores.map { try scaling.probabilities($0)[0] }
    #expect(byScore == scores.indices.sorted { shares[$0] < shares[$1] })
  }

  /// Scores that say nothing, a single label, and huge numbers have an answer, too.
  @Test func extremes() throws {
    let same = try TemperatureScaling(fitting: [[-5, -5], [-5, -5]], gold: [0, 1])
    #expect(isClose(same.temperature, 1) && same.bias.allSatisfy { abs($0) < 1e-9 })
    let single = try TemperatureScaling(fitting: [[-5], [-7]], gold: [0, 0])
    #expect(try single.probabilities([-9]) == [1])
    let huge = try TemperatureScaling(fitting: [[1e99, -1e99], [-1e99, 1e99], [3e99, 0]], gold: [0, 0, 1])
    #expect(TemperatureScaling.temperatures.contains(huge.temperature) && huge.bias.allSatisfy(\.isFinite))
    #expect(try huge.probabilities([1e99, 0]).allSatisfy { (0...1).contains($0) })
  }

  @Test func hostileInput() throws {
    #expect(throws: AssuranceError.self) { try TemperatureScaling(fitting: [], gold: []) }
    #expect(throws: AssuranceError.self) { try TemperatureScaling(fitting: [[]], gold: [0]) }
    #expect(throws: AssuranceError.self) { try TemperatureScaling(fitting: [[0, 1]], gold: [0, 1]) }
    #expect(throws: AssuranceError.self) { try TemperatureScaling(fitting: [[0, 1], [0]], gold: [0, 0]) }
    #expect(throws: AssuranceError.self) { try TemperatureScaling(fitting: [[0, 1]], gold: [2]) }
    for score in [Double.nan, .infinity, -.infinity, 1e101] {
      #expect(throws: AssuranceError.self) { try TemperatureScaling(fitting: [[0, score]], gold: [0]) }
      #expect(throws: AssuranceError.self) {
        try TemperatureScaling(temperature: 1, bias: [0, 0]).probabilities([0, score])
      }
    }
    #expect(throws: AssuranceError.self) { try TemperatureScaling(temperature: 1, bias: [0, 0]).probabilities([0]) }
    #expect(throws: AssuranceError.self) { try TemperatureScaling(temperature: 1, bias: []) }
    #expect(throws: AssuranceError.self) { try TemperatureScaling(temperature: 1, bias: [.nan]) }
    for temperature in [0, 0.01, 21, -1, Double.nan] {
      #expect(throws: AssuranceError.self) { try TemperatureScaling(temperature: temperature, bias: [0]) }
    }
    let scaling = try TemperatureScaling(temperature: 2, bias: [0.5, -0.5])
    #expect(try JSONDecoder().decode(TemperatureScaling.self, from: JSONEncoder().encode(scaling)) == scaling)
    let text = Data(#"{"temperature": 0, "bias": [0]}"#.utf8)
    #expect(throws: AssuranceError.self) { try JSONDecoder().decode(TemperatureScaling.self, from: text) }
  }
}
