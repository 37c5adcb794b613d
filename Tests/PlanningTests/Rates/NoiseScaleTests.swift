import Testing

@testable import Planning

/// Does the estimator find |G|² and tr Σ again, and does it say so where it cannot?
@Suite struct NoiseScaleTests {
  @Test func byHand() throws {
    // |G|² = 2, tr Σ = 24: |g|² is 2 + 24/4 = 8 at 4 tokens and 2 + 24/12 = 4 at 12.
    let noise = try NoiseScale(smallBatch: 4, largeBatch: 12, squares: .init(small: 8, large: 4))
    #expect(abs(noise.gradientSquare - 2) < 1e-12 && abs(noise.noiseTrace - 24) < 1e-12)
    #expect(abs(noise.batch - 12) < 1e-12)
  }

  @Test func meansComeBeforeQuotients() throws {
    // Each alone has no estimate: |G|² = (12·2 − 4·8) / 8 < 0, and tr Σ < 0. Their means are the values above.
    let parts = [NoiseScale.Measurement(small: 11, large: 2), .init(small: 5, large: 6)]
    for part in parts {
      #expect(throws: RateError.self) { try NoiseScale(smallBatch: 4, largeBatch: 12, squares: part) }
    }
    let noise = try NoiseScale(smallBatch: 4, largeBatch: 12, measurements: parts)
    #expect(abs(noise.batch - 12) < 1e-12)
  }

  @Test func noSignalIsNotClamped() {
    #expect(throws: RateError.noEstimate(what: "|G|²", value: 0)) {
      try NoiseScale(smallBatch: 1, largeBatch: 4, squares: .init(small: 4, large: 1))
    }
    #expect(throws: RateError.noEstimate(what: "|G|²", value: -1)) {
      try NoiseScale(smallBatch: 1, largeBatch: 2, squares: .init(small: 3, large: 1))
    }
    #expect(throws: RateError.noEstimate(what: "tr Σ", value: 0)) {
      try NoiseScale(smallBatch: 1, largeBatch: 4, squares: .init(small: 2, large: 2))
    }
    #expect(throws: RateError.noEstimate(what: "tr Σ", value: -2)) {
      try NoiseScale(smallBatch: 1, largeBatch: 2, squares: .init(small: 2, large: 3))
    }
  }

  @Test(arguments: [
    (0.0, 2.0, 2.0, 1.0), (-1, 2, 2, 1), (2, 2, 2, 1), (3, 2, 2, 1), (1, .infinity, 2, 1), (.nan, 2, 2, 1),
    (1, 2, .nan, 1), (1, 2, 2, 0), (1, 2, -2, 1), (1, 2, 2, .infinity),
  ])
  func whatCannotBe(small: Double, large: Double, first: Double, second: Double) {
    #expect(throws: RateError.self) {
      try NoiseScale(smallBatch: small, largeBatch: large, squares: .init(small: first, large: second))
    }
  }

  @Test func nothingMeasured() {
    #expect(throws: RateError.self) { try NoiseScale(smallBatch: 1, largeBatch: 2, measurements: []) }
    // A mean over what is not a number would hide it.
    #expect(throws: RateError.self) {
      try NoiseScale(
        smallBatch: 1, largeBatch: 2, measurements: [.init(small: 4, large: 3), .init(small: -1, large: 2)])
    }
  }
}
