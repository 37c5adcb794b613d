import Testing

@testable import accrete_bench

@Suite struct PopularityTests {
  /// By hand: ⌈√10⌉ = 4 adapters; 1, ⌈1.5⌉, ⌈1.5²⌉, ⌈1.5³⌉ = 1, 2, 3, 4, and of twelve the next group has what is left.
  @Test func counts() {
    #expect(Popularity.distinct.counts(3) == [1, 1, 1])
    #expect(Popularity.identical.counts(3) == [3])
    #expect(Popularity.uniform.counts(10) == [3, 3, 2, 2])
    #expect(Popularity.skewed.counts(10) == [4, 3, 2, 1])
    #expect(Popularity.skewed.counts(12) == [4, 3, 2, 2, 1])
  }

  @Test(arguments: Popularity.allCases) func everyRequestIsCounted(_ popularity: Popularity) {
    for requests in [0, 1, 2, 31, 1000] { #expect(popularity.counts(requests).reduce(0, +) == requests) }
    #expect(popularity.counts(-1).isEmpty)
  }

  @Test func distinctTakesAdaptersInTurn() {
    #expect(Popularity.distinct.adapters(5, of: 3, seed: 0) == [0, 1, 2, 0, 1])
  }

  @Test func adaptersHaveTheirCountsInAShuffledOrder() {
    let chosen = Popularity.skewed.adapters(100, of: 64, seed: 1)
    let counts = Dictionary(grouping: chosen) { $0 }.values.map(\.count).sorted(by: >)
    #expect(counts == Popularity.skewed.counts(100))
    #expect(chosen != chosen.sorted { ($0 ?? 0) < ($1 ?? 0) })
    #expect(chosen == Popularity.skewed.adapters(100, of: 64, seed: 1))
    #expect(chosen != Popularity.skewed.adapters(100, of: 64, seed: 2))
  }

  @Test func withoutAdaptersTheBaseAnswers() {
    #expect(Popularity.uniform.adapters(2, of: 0, seed: 0) == [nil, nil])
    #expect(DrawnAdapters.powerLaw(2, of: 0, exponent: 1, seed: 0) == [nil, nil])
    #expect(DrawnAdapters.uniform(2, of: 0, seed: 0) == [nil, nil])
  }

  /// Of four adapters and α = 0.5: √(1/4), √(2/4) − √(1/4), …
  @Test(arguments: [(0.5, [0.5, 0.2071, 0.1589, 0.1340]), (1.0, [0.25, 0.25, 0.25, 0.25])])
  func powerLawHasItsShares(_ exponent: Double, _ shares: [Double]) {
    let chosen = DrawnAdapters.powerLaw(40_000, of: 4, exponent: exponent, seed: 7)
    for (adapter, share) in shares.enumerated() {
      let found = Double(chosen.count { $0 == adapter }) / 40_000
      #expect(abs(found - share) < 0.0125)
    }
  }

  @Test func uniformHasItsShares() {
    let chosen = DrawnAdapters.uniform(40_000, of: 5, seed: 7)
    for adapter in 0..<5 { #expect(abs(Double(chosen.count { $0 == adapter }) / 40_000 - 0.2) < 0.01) }
  }
}
