import Foundation
import Testing

@testable import Assurance

/// Do the tests of shadow and canary reach their verdicts when they should?
@Suite struct SequentialTests {
  @Test func goldens() throws {
    let expected = try CertificationGolden.load().tests
    var harm = HarmTest()
    var promotion = try PromotionTest(margin: expected.margin, expectedDiscordant: expected.discordant)
    #expect(harm.evidence == 1 && promotion.evidence == 1 && expected.pairs.count == 200)
    for (pair, wanted) in zip(expected.pairs, zip(expected.harm, expected.promotion)) {
      if pair != "0" { harm.observe(candidateIsWrong: pair == "+") }
      promotion.observe(candidateIsWrong: pair == "+", currentIsWrong: pair == "-")
      #expect(isClose(harm.evidence, wanted.0, relative: 1e-10), "pair \(promotion.count): \(harm.evidence)")
      #expect(isClose(promotion.evidence, wanted.1, relative: 1e-10), "pair \(promotion.count): \(promotion.evidence)")
    }
  }

  /// By hand: where only the candidate is ever wrong, (1.2¹¹ + 1.4¹¹ + 1.6¹¹) / 3 is 75, and with the next pair 116.
  @Test func harmByHand() throws {
    var test = HarmTest()
    for _ in 1...11 { test.observe(candidateIsWrong: true) }
    #expect(!test.showsHarm && test.harmAt == nil)
    test.observe(candidateIsWrong: true)
    #expect(test.showsHarm && test.harmAt == 12)
    // What was shown stays shown.
    for _ in 0..<100 { test.observe(candidateIsWrong: false) }
    #expect(test.showsHarm && test.harmAt == 12 && test.evidence < 1)
    #expect(try JSONDecoder().decode(HarmTest.self, from: JSONEncoder().encode(test)) == test)
  }

  /// A bad candidate is found within the pairs of docs/assurance.md, an equal one accused in about 1 % of runs.
  @Test func harmInRuns() throws {
    var source = SplitMix(seed: 17)
    var stops: [Int] = []
    for _ in 0..<200 {
      var test = HarmTest()
      while !test.observe(candidateIsWrong: source.share() < 0.8) {}
      stops.append(try #require(test.harmAt))
    }
    #expect((20...28).contains(stops.sorted()[100]), "seed 17: median \(stops.sorted()[100])")
    let accused = (0..<300).count { _ in
      var test = HarmTest()
      return (0..<300).contains { _ in test.observe(candidateIsWrong: source.share() < 0.5) }
    }
    #expect(accused <= 9, "seed 17: \(accused) of 300 equal candidates")
  }

  /// A candidate that is worse by the margin passes in at most 5 % of runs, one that is better soon.
  @Test func promotionInRuns() throws {
    var source = SplitMix(seed: 19)
    func run(candidate: Double, current: Double, pairs: Int) throws -> Bool {
      var test = try PromotionTest(margin: 0.05, expectedDiscordant: 0.15)
      for _ in 0..<pairs {
        let draw = source.share()
        let (candidateIsWrong, currentIsWrong) = (draw < candidate, draw >= 1 - current)
        if test.observe(candidateIsWrong: candidateIsWrong, currentIsWrong: currentIsWrong) { return true }
      }
      return false
    }
    let worse = try (0..<100).count { _ in try run(candidate: 0.1, current: 0.05, pairs: 400) }
    #expect(worse <= 12, "seed 19: \(worse) of 100 that are worse by the margin")
    let better = try (0..<50).count { _ in try run(candidate: 0.05, current: 0.1, pairs: 1500) }
    #expect(better >= 48, "seed 19: \(better) of 50 better ones")
  }

  /// No row can make the evidence negative, or end it: the bets are bounded where d is unknown or tiny.
  @Test(arguments: [0, 1e-300, 0.001, 1])
  func evidenceStaysPositive(discordant: Double) throws {
    for margin in [1e-9, 0.02, 0.9, 0.999] {
      var test = try PromotionTest(margin: margin, expectedDiscordant: discordant)
      for _ in 0..<3000 { test.observe(candidateIsWrong: true, currentIsWrong: false) }
      #expect(test.logEvidence.isFinite && test.evidence >= 0 && !test.showsNonInferiority, "\(margin) \(discordant)")
      for _ in 0..<3000 { test.observe(candidateIsWrong: false, currentIsWrong: true) }
      #expect(test.logEvidence.isFinite && test.evidence <= 1e300)
    }
  }

  @Test func hostileInput() throws {
    for number in [0, 1, -0.1, Double.nan] {
      #expect(throws: AssuranceError.self) { try PromotionTest(margin: number, expectedDiscordant: 0.1) }
    }
    for number in [-0.1, 1.1, Double.nan] {
      #expect(throws: AssuranceError.self) { try PromotionTest(margin: 0.1, expectedDiscordant: number) }
    }
    let harms = [
      #"{"candidateWrong":-1,"currentWrong":0}"#, #"{"candidateWrong":9223372036854775807,"currentWrong":1}"#,
      #"{"candidateWrong":3,"currentWrong":1,"harmAt":5}"#, #"{"candidateWrong":3,"currentWrong":1,"harmAt":0}"#,
    ]
    for text in harms {
      #expect(throws: AssuranceError.self, "\(text)") { try JSONDecoder().decode(HarmTest.self, from: Data(text.utf8)) }
    }
    let promotion = try PromotionTest(margin: 0.02, expectedDiscordant: 0.1)
    #expect(try JSONDecoder().decode(PromotionTest.self, from: JSONEncoder().encode(promotion)) == promotion)
    let text = #"{"margin":0.02,"expectedDiscordant":0.1,"candidateWrong":0,"currentWrong":0,"equal":-1}"#
    #expect(throws: AssuranceError.self) { try JSONDecoder().decode(PromotionTest.self, from: Data(text.utf8)) }
  }
}
