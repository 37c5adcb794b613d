import Assurance
import Testing

/// Is the interval of a mean scipy's, and absent where there is none?
@Suite struct MeanIntervalTests {
  @Test func goldens() throws {
    let golden = try Golden.load()
    #expect(golden.means.count == 9)
    for expected in golden.means {
      let mean = MeanInterval(expected.values)
      let interval = try #require(mean.student(level: expected.level))
      #expect(mean.n == expected.values.count && isClose(mean.mean, expected.mean))
      #expect(isClose(try #require(mean.deviation), expected.deviation))
      #expect(isClose(interval.low, expected.interval[0]), "\(expected.values): \(interval.low)")
      #expect(isClose(interval.high, expected.interval[1]), "\(expected.values): \(interval.high)")
    }
  }

  @Test func equalNumbersHaveNoWidth() {
    #expect(MeanInterval([5, 5, 5]).student() == Interval(low: 5, high: 5))
  }

  @Test(arguments: [[], [1], [1, .nan], [1, .infinity], [1e308, 1e308, -1e308], [1e200, -1e200]])
  func noInterval(values: [Double]) { #expect(MeanInterval(values).student() == nil) }

  @Test func withoutNumbers() {
    #expect(MeanInterval([]).mean.isNaN && MeanInterval([]).n == 0 && MeanInterval([2]).mean == 2)
    #expect(MeanInterval([2]).deviation == nil)
    for level in [0, 1, Double.nan] { #expect(MeanInterval([1, 2]).student(level: level) == nil) }
  }
}
