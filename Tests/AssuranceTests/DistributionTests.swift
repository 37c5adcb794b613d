import Foundation
import Testing

@testable import Assurance

/// Are tails and quantiles those of a series with 40 digits and of scipy?
@Suite struct DistributionTests {
  private let golden: Golden

  init() throws { golden = try Golden.load() }

  @Test func normalUpperPoints() {
    #expect(golden.normal.count == 10)
    for row in golden.normal {
      let point = Normal.upperPoint(tail: row[0])
      #expect(isClose(point, row[1]), "tail \(row[0]): \(point), not \(row[1])")
    }
  }

  @Test func studentUpperPoints() {
    #expect(golden.student.count == 45)
    for row in golden.student {
      let point = StudentT.upperPoint(tail: row[0], degrees: row[1])
      #expect(isClose(point, row[2]), "tail \(row[0]), \(row[1]) degrees: \(point), not \(row[2])")
    }
  }

  /// By hand: with one degree of freedom it is Cauchy's distribution, tan(π(½ − tail)); with two t = (1 − 2p)/√(2p(1 − p)).
  @Test func studentByHand() {
    #expect(isClose(StudentT.upperPoint(tail: 0.25, degrees: 1), 1))
    let tail = 0.025
    #expect(
      isClose(StudentT.upperPoint(tail: tail, degrees: 2), (1 - 2 * tail) / (2 * tail * (1 - tail)).squareRoot()))
    let far = StudentT.upperPoint(tail: 1e-15, degrees: 1)
    #expect(isClose(far, 1 / (.pi * 1e-15), relative: 1e-9), "\(far)")
  }

  @Test func incompleteBeta() {
    #expect(golden.beta.count == 50)
    for row in golden.beta {
      let tails = Beta.tails(row[2], 1 - row[2], row[0], row[1])
      // A tail below 1e-16 beside one that is nearly 1 is not there: x itself has no more digits.
      #expect(isClose(tails.lower, row[3], absolute: 1e-16), "\(row): lower \(tails.lower)")
      #expect(isClose(tails.upper, row[4], absolute: 1e-16), "\(row): upper \(tails.upper)")
    }
  }

  /// By hand: I_x(1, 1) = x, I_x(a, 1) = x^a, I_x(1, b) = 1 − (1 − x)^b, I_½(a, a) = ½.
  @Test func incompleteBetaByHand() {
    #expect(isClose(Beta.tails(0.3, 0.7, 1, 1).lower, 0.3))
    #expect(isClose(Beta.tails(0.3, 0.7, 4, 1).lower, 0.0081))
    #expect(isClose(Beta.tails(0.3, 0.7, 1, 4).upper, 0.2401))
    for a in [0.5, 3, 17.25, 4e5, 1e9] {
      #expect(isClose(Beta.tails(0.5, 0.5, a, a).lower, 0.5, relative: 1e-11), "\(a)")
    }
    #expect(Beta.tails(0, 1, 2, 3) == (0, 1) && Beta.tails(1, 0, 2, 3) == (1, 0))
  }

  @Test func quantilesInvertTails() {
    for (a, b) in [(3.0, 2.0), (2.0, 1e7), (40.0, 3.0), (1e6, 2e6)] {
      for tail in [1e-6, 0.025, 0.5, 0.9] {
        let low = Beta.quantile(lowerTail: tail, a, b)
        #expect(isClose(Beta.tails(low, 1 - low, a, b).lower, tail, relative: 1e-9), "\(a) \(b) \(tail): \(low)")
        let high = Beta.quantile(upperTail: tail, a, b)
        #expect(isClose(Beta.tails(high, 1 - high, a, b).upper, tail, relative: 1e-9), "\(a) \(b) \(tail): \(high)")
      }
    }
  }

  /// By hand: ln 1! − (½ ln 2π − 1), and what is left of the series at 15 and 16 is the same function.
  @Test func stirlingError() {
    #expect(isClose(BinomialTerm.stirlingError(1), 1 - 0.5 * log(2 * .pi), relative: 1e-14))
    for z in [0.5, 3.0, 15.5, 16.0, 40.0] {
      let direct = lgamma(z + 1) - (0.5 * log(2 * .pi * z) + z * log(z) - z)
      #expect(isClose(BinomialTerm.stirlingError(z), direct, absolute: 5e-14), "\(z)")
    }
  }

  /// By hand: 10 over 4 of ½: 210 / 1024.
  @Test func binomialTerm() { #expect(isClose(BinomialTerm.value(4, 6, 0.5, 0.5), 210.0 / 1024)) }

  /// The first outputs of SplitMix64 with the seed 0, as published with the algorithm.
  @Test func splitMix() {
    var source = SplitMix(seed: 0)
    #expect(source.next() == 0xE220_A839_7B1D_CDAF)
    #expect(source.next() == 0x6E78_9E6A_A1B9_65F4)
  }

  @Test func quantileOfASample() {
    #expect(Quantile.of(0.25, sorted: [1, 2, 4, 8, 16]) == 2)
    #expect(Quantile.of(0.625, sorted: [1, 2, 4, 8, 16]) == 6)
    #expect(Quantile.of(1, sorted: [1, 2]) == 2 && Quantile.of(0, sorted: [3]) == 3)
  }
}
