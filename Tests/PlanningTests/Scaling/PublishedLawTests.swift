import Testing

@testable import Planning

/// Are the paper's numbers those of its formulas?
@Suite struct PublishedLawTests {
  @Test func thePapersModel() throws {
    let plan = try PublishedPlan(flops: 3.11e24)
    #expect(abs(plan.activatedParameters / 58.1e9 - 1) < 1e-3, "\(plan.activatedParameters)")
    #expect(abs(plan.tokens / 5.64e12 - 1) < 1e-3, "\(plan.tokens)")
    // Three rounded fits agree to about 1 %.
    #expect(abs(plan.flopsOfBoth / 3.11e24 - 1) < 0.02, "\(plan.flopsOfBoth)")
    // C(52B, 7T) ≈ 3.5e24.
    #expect(abs(PublishedLaw.flops(activated: 52e9, tokens: 7e12) / 3.5e24 - 1) < 0.01)
    #expect(!plan.isWithinFit && plan.note.contains("EXTRAPOLATED") && plan.note.contains("3.27e4 times above"))
  }

  @Test func criticalBatch() throws {
    let plan = try PublishedPlan(flops: 3e19, batch: (tokens: 2e6, critical: 1e6))
    #expect(abs(plan.minimalFlops / 1e19 - 1) < 1e-12 && plan.flops == 3e19)
    #expect(plan.isWithinFit && plan.note.contains("within"))
    #expect(plan.tokens == 3.2 * plan.minimalFlops.squareRoot())
  }

  @Test(arguments: [(4.9e18, false), (5.0e18, true), (9.5e19, true), (9.6e19, false)])
  func endsOfTheFit(flops: Double, isWithin: Bool) throws {
    #expect(try PublishedPlan(flops: flops).isWithinFit == isWithin)
  }

  @Test(arguments: [0.0, -1, 0.5, .nan, .infinity, 1e41, 1e308]) func budgetsThatCannotBe(flops: Double) {
    #expect(throws: ScalingError.self) { try PublishedPlan(flops: flops) }
  }

  @Test(arguments: [(0.0, 1.0), (1, 0), (-1, 1), (.nan, 1), (1, .nan), (1e300, 1e-300)])
  func batchesThatCannotBe(tokens: Double, critical: Double) {
    #expect(throws: ScalingError.self) { try PublishedPlan(flops: 1e19, batch: (tokens, critical)) }
  }
}
