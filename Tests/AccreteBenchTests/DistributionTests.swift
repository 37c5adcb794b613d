import Randomness
import Testing

@testable import accrete_bench

/// Moments lie within five standard errors of those of the distribution; the streams are seeded, so each run sees the same numbers.
@Suite struct DistributionTests {
  private func moments(_ count: Int, _ draw: (inout RandomStream) -> Double) -> (mean: Double, deviation: Double) {
    var stream = RandomStream(seed: 3, "test", "moments")
    let values = (0..<count).map { _ in draw(&stream) }
    let mean = values.reduce(0, +) / Double(count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    return (mean, variance.squareRoot())
  }

  @Test func unitLiesBetweenZeroAndOne() {
    var stream = RandomStream(seed: 1, "test", "unit")
    let values = (0..<10_000).map { _ in stream.unit() }
    #expect(values.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(abs(values.reduce(0, +) / 10_000 - 0.5) < 0.015)
  }

  @Test func normal() {
    let found = moments(20_000) { $0.normal() }
    #expect(abs(found.mean) < 0.035)
    #expect(abs(found.deviation - 1) < 0.025)
  }

  /// The mean is shape · scale, the deviation √shape · scale.
  @Test(arguments: [(0.25, 2.0), (1, 0.5), (4, 3)])
  func gamma(_ shape: Double, _ scale: Double) {
    let found = moments(50_000) { $0.gamma(shape: shape, scale: scale) }
    let deviation = shape.squareRoot() * scale
    #expect(abs(found.mean - shape * scale) < 5 * deviation / 50_000.0.squareRoot())
    #expect(abs(found.deviation / deviation - 1) < 0.06)
  }

  @Test func gammaOfNonsenseIsZero() {
    var stream = RandomStream(seed: 1, "test")
    #expect(stream.gamma(shape: 0, scale: 1) == 0)
    #expect(stream.gamma(shape: .nan, scale: 1) == 0)
    #expect(stream.gamma(shape: 1, scale: .infinity) == 0)
  }

  @Test func wholeNumbersReachBothEnds() {
    var stream = RandomStream(seed: 1, "test", "whole")
    let drawn = Set((0..<500).map { _ in stream.whole(in: 8...12) })
    #expect(drawn == [8, 9, 10, 11, 12])
    #expect(stream.whole(in: 7...7) == 7)
    // A span that no number holds must not end the process.
    #expect(stream.whole(in: Int.min...Int.max) == Int.min)
  }

  @Test(arguments: [1.0, 4]) func arrivalsHaveRateAndVariation(_ variation: Double) {
    let times = Arrivals.gamma(50_000, rate: 2, variation: variation, seed: 5)
    let gaps = zip(times, [0] + times).map { $0 - $1 }
    let mean = gaps.reduce(0, +) / 50_000
    let deviation = (gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50_000).squareRoot()
    #expect(abs(mean - 0.5) < 5 * 0.5 * variation / 50_000.0.squareRoot())
    #expect(abs(deviation / mean / variation - 1) < 0.12)
    #expect(gaps.allSatisfy { $0 >= 0 })
  }

  @Test func aRateWithoutEndIsAllAtOnce() {
    #expect(Arrivals.gamma(3, rate: .infinity, variation: 1, seed: 0) == [0, 0, 0])
    #expect(Arrivals.gamma(-1, rate: 1, variation: 1, seed: 0).isEmpty)
  }
}
