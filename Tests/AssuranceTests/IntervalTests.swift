import Assurance
import Testing

/// Does an interval have its bounds in it?
@Suite struct IntervalTests {
  @Test func boundsAreIncluded() {
    let interval = Interval(low: -1, high: 2)
    #expect(interval.contains(-1) && interval.contains(2) && interval.contains(0))
    #expect(!interval.contains(-1.5) && !interval.contains(2.5) && !interval.contains(.nan))
  }
}
