import Testing

@testable import accrete_bench

@Suite struct StatisticsTests {
  /// By hand, of 1, 2, 3, 4: places 1.5, 2.7, 2.85 and 2.97 of the sorted numbers.
  @Test func spread() throws {
    let spread = try #require(Spread([4, 1, 3, 2]))
    #expect(spread.count == 4 && spread.mean == 2.5 && spread.least == 1 && spread.greatest == 4)
    #expect(abs(spread.std - 1.25.squareRoot()) < 1e-12)
    #expect(spread.median == 2.5 && spread.p50 == 2.5)
    #expect(abs(spread.p90 - 3.7) < 1e-12 && abs(spread.p95 - 3.85) < 1e-12 && abs(spread.p99 - 3.97) < 1e-12)
  }

  @Test func spreadOfOneAndOfNone() throws {
    let one = try #require(Spread([7]))
    #expect(one.std == 0 && one.p99 == 7)
    #expect(Spread([]) == nil && Spread([.nan, .infinity]) == nil)
    // The sum of both is no number.
    #expect(Spread([.greatestFiniteMagnitude, .greatestFiniteMagnitude])?.mean.isFinite == true)
  }

  /// Three requests: 0 to 2 and 5 to 6 of a, 1 to 3 of b. In four busy seconds there are five request seconds.
  @Test func runningRequests() {
    let running = RunningRequests([
      .init(start: 0, end: 2, adapter: "a"), .init(start: 1, end: 3, adapter: "b"),
      .init(start: 5, end: 6, adapter: "a"),
    ])
    #expect(running.busySeconds == 4 && running.greatest == 2)
    #expect(running.mean == 1.25 && running.meanAdapters == 1.25)
    #expect(running.curve(duration: 6, width: 2) == [1.5, 0.5, 0.5])
    #expect(running.curve(duration: 6, width: 4) == [1, 0.5])
  }

  @Test func oneAdapterCountsOnce() {
    let running = RunningRequests([
      .init(start: 0, end: 1, adapter: "a"), .init(start: 0, end: 1, adapter: "a"),
      .init(start: 0, end: 1, adapter: nil),
    ])
    #expect(running.mean == 3 && running.meanAdapters == 1)
  }

  @Test func whatEndsMakesRoom() {
    let running = RunningRequests([.init(start: 1, end: 2, adapter: nil), .init(start: 0, end: 1, adapter: nil)])
    #expect(running.greatest == 1 && running.mean == 1)
  }

  @Test func nothingRuns() {
    let running = RunningRequests([.init(start: 1, end: 1, adapter: "a"), .init(start: 3, end: 2, adapter: "a")])
    #expect(running.mean == 0 && running.meanAdapters == 0 && running.busySeconds == 0)
    #expect(running.curve(duration: 0, width: 1).isEmpty && running.curve(duration: 1e300, width: 1).isEmpty)
    #expect(running.curve(duration: 2, width: 1) == [0, 0])
  }

  @Test func goodput() throws {
    let limits = try GoodputLimits(["ttft:500", "tpot:50"])
    #expect(limits.hold(ttft: 0.5, tpot: 0.05, e2el: nil))
    #expect(!limits.hold(ttft: 0.501, tpot: 0.05, e2el: 1))
    #expect(!limits.hold(ttft: 0.4, tpot: 0.0501, e2el: 1))
    #expect(limits.hold(ttft: 0.4, tpot: nil, e2el: 1))
    #expect(!limits.hold(ttft: nil, tpot: 0.01, e2el: 1))
  }

  @Test(arguments: [["ttft"], ["ttft:"], ["ttft:-1"], ["ttft:nan"], ["itl:5"], ["ttft:1", "ttft:2"], ["a:b:c"]])
  func refusesOddLimits(_ words: [String]) {
    #expect(throws: BenchError.self) { try GoodputLimits(words) }
  }

  /// Of rounds 2/1, 3/2 and 8/2; the fourth has no number.
  @Test func ratio() throws {
    let ratio = try #require(Ratio([2, 3, 8, nil], over: [1, 2, 2, 5]))
    #expect(ratio.rounds == [2, 1.5, 4] && ratio.median == 2 && ratio.lowest == 1.5 && ratio.highest == 4)
    #expect(Ratio([1], over: [0]) == nil && Ratio([nil], over: [1]) == nil)
  }
}
