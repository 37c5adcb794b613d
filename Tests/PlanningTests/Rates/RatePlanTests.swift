import Testing

@testable import Planning

/// Does the plan say where its numbers come from, and do they belong together?
@Suite struct RatePlanTests {
  @Test func withoutNoiseItIsThePapersValue() throws {
    let plan = try RatePlan(batchTokens: 4096, experts: 16, active: 1, noise: .unknown, sharedRate: 1e-3)
    #expect(plan.relativeBatchFrom == .paper && plan.relativeBatch == 0.26 && plan.expertTokens == 256)
    #expect(abs(plan.ratio - 4 * 1.26 / 16.26) < 1e-15)
    #expect(plan.sharedRate == 1e-3 && plan.routedRate == 1e-3 * plan.ratio)
    #expect(abs(plan.noiseScale - 4096 / 0.26) < 1e-9)
    // 2 / (√(1/.26) + √.26) of the largest rate.
    let largest = try #require(plan.largestRate)
    #expect(abs(1e-3 / largest - 2 / (1.961_161_351_38 + 0.509_901_951_36)) < 1e-9)
  }

  @Test func bothWaysToGiveTheNoise() throws {
    let one = try RatePlan(batchTokens: 1000, experts: 8, active: 2, noise: .scale(500))
    let other = try RatePlan(batchTokens: 1000, experts: 8, active: 2, noise: .relativeBatch(2))
    #expect(one.relativeBatchFrom == .noiseScale && other.relativeBatchFrom == .ratioBatch)
    #expect(one.relativeBatch == 2 && one.ratio == other.ratio && one.noiseScale == other.noiseScale)
    // n = 4, x = 2: 2 · 3 / 6.
    #expect(one.ratio == 1 && one.sharedRate == nil && one.routedRate == nil && one.largestRate == nil)
  }

  @Test func tableHasThePlansOwnRow() throws {
    let plan = try RatePlan(batchTokens: 10, experts: 7, active: 2, noise: .unknown)
    #expect(plan.table.map(\.parts) == [1, 2, 3.5, 4, 8, 16, 32, 64, 128])
    #expect(plan.table.first { $0.parts == 3.5 }?.ratio == plan.ratio)
    #expect(plan.table.allSatisfy { abs($0.smallBatchRatio - 1 / $0.parts.squareRoot()) < 1e-15 })
  }

  @Test func whatCannotBe() {
    #expect(throws: RateError.self) { try RatePlan(batchTokens: 0, experts: 4, active: 1, noise: .unknown) }
    #expect(throws: RateError.self) { try RatePlan(batchTokens: 8, experts: 4, active: 5, noise: .unknown) }
    for bad in [0, -1, Double.nan, .infinity, Double.leastNonzeroMagnitude] {
      #expect(throws: RateError.self) { try RatePlan(batchTokens: 8, experts: 4, active: 1, noise: .scale(bad)) }
      #expect(throws: RateError.self) {
        try RatePlan(batchTokens: 8, experts: 4, active: 1, noise: .relativeBatch(bad))
      }
    }
    #expect(throws: RateError.self) {
      try RatePlan(batchTokens: 8, experts: 4, active: 1, noise: .unknown, sharedRate: -1)
    }
  }
}
