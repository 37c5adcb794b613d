import Foundation
import Testing

@testable import Planning

/// Does the rule give the values that can be worked out by hand?
@Suite struct SurgeRuleTests {
  @Test(
    arguments: [
      (16.0, 0.26, 0.310, 5e-4), (16, 0, 0.25, 1e-12), (16, 4, 1, 1e-12), (16, 1e18, 4, 1e-12), (16, 1e300, 4, 1e-12),
      (2, 0, 0.71, 5e-3), (2, 0.26, 0.79, 5e-3), (4, 0, 0.50, 5e-3), (4, 0.26, 0.59, 5e-3), (8, 0, 0.35, 5e-3),
      (8, 0.26, 0.43, 5e-3), (1, 0.26, 1, 0), (1, 7, 1, 1e-15),
      // The literal reading of the paper's 0.31 needs this x, and gives specialised experts 3.2 times the rate.
      (16, 61.5, 1 / 0.31, 5e-3),
    ] as [(Double, Double, Double, Double)])
  func ratio(n: Double, x: Double, expected: Double, tolerance: Double) throws {
    #expect(try abs(SurgeRule.ratio(parts: n, relativeBatch: x) - expected) <= tolerance)
  }

  @Test(arguments: [1.0, 100, 4096, 1e7]) func ratioIsThatOfTwoRates(batch: Double) throws {
    let rule = try SurgeRule(noiseScale: 4096)
    let quotient = try rule.share(batch: batch / 16) / rule.share(batch: batch)
    #expect(try abs(SurgeRule.ratio(parts: 16, relativeBatch: batch / 4096) / quotient - 1) < 1e-12)
  }

  @Test func shareOfTheLargestRate() throws {
    let rule = try SurgeRule(noiseScale: 100)
    #expect(try rule.share(batch: 100) == 1)
    // √4 + √¼ = 2.5, on both sides.
    #expect(try abs(rule.share(batch: 25) - 0.8) < 1e-15 && abs(rule.share(batch: 400) - 0.8) < 1e-15)
    // Like √B where B is small.
    #expect(try abs(rule.share(batch: 0.04) / rule.share(batch: 0.01) - 2) < 1e-3)
  }

  @Test func expertsSeeTheirPartOfTheTokens() throws {
    #expect(try SurgeRule.parts(experts: 64, active: 8) == 8)
    #expect(
      try SurgeRule.ratio(experts: 64, active: 8, relativeBatch: 0.26)
        == SurgeRule.ratio(parts: 8, relativeBatch: 0.26))
    #expect(try SurgeRule.ratio(experts: 16, active: 16, relativeBatch: 0.26) == 1)
  }

  @Test(arguments: [(0, 0), (0, 1), (-1, 1), (4, 0), (4, 5), (4, -1), (.max, .min)])
  func expertsThatCannotBe(experts: Int, active: Int) {
    #expect(throws: RateError.self) { try SurgeRule.parts(experts: experts, active: active) }
  }

  @Test(arguments: [0.0, -1, .nan, .infinity]) func numbersThatCannotBe(value: Double) throws {
    #expect(throws: RateError.self) { try SurgeRule(noiseScale: value) }
    #expect(throws: RateError.self) { try SurgeRule(noiseScale: 1).share(batch: value) }
    #expect(throws: RateError.self) { try SurgeRule.ratio(parts: value, relativeBatch: 1) }
    if value != 0 { #expect(throws: RateError.self) { try SurgeRule.ratio(parts: 2, relativeBatch: value) } }
  }
}
