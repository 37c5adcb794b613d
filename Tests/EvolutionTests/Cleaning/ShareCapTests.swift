import Randomness
import Testing

@testable import Evolution

/// Is no group more than its share of the set that is left, and is nothing left out without need?
@Suite struct ShareCapTests {
  @Test func whatIsLeftMeetsTheShare() {
    for seed in 0..<200 as Range<UInt64> {
      var stream = RandomStream(seed: seed, "test", "cap")
      let groups = (0..<(20 + stream.below(40))).map { _ in 1 + stream.below(stream.below(10) == 0 ? 500 : 20) }
      let free = stream.below(30)
      let share = [0.05, 0.1, 0.2, 0.5][stream.below(4)]
      let cap = ShareCap(share: share, groups: groups, free: free)
      let total = free + groups.reduce(0) { $0 + min($1, cap.rows) }
      #expect(total == cap.total, "seed \(seed)")
      #expect(Double(min(groups.max() ?? 0, cap.rows)) <= share * Double(total) + 1e-6, "seed \(seed)")
      // One row more of each full group would break the share, or there is none.
      let wider = free + groups.reduce(0) { $0 + min($1, cap.rows + 1) }
      #expect(
        wider == total || Double(cap.rows + 1) > share * Double(wider) + 1e-6,
        "seed \(seed): \(cap) of \(groups), \(share)")
    }
  }

  @Test func aShareThatNobodyCanMeetLeavesNothing() {
    #expect(ShareCap(share: 0.05, groups: [10, 10, 10]).total == 0)
    #expect(ShareCap(share: 0.05, groups: [10, 10, 10], free: 1000).total == 1030)
    #expect(ShareCap(share: 1, groups: [10]).total == 10)
    #expect(ShareCap(share: 0.5, groups: []).total == 0)
  }

  @Test func exactSharesAreNotLostToRounding() {
    // 20 sources with 5 rows each: 5 % of 100 are 5.
    #expect(ShareCap(share: 0.05, groups: [Int](repeating: 5, count: 20)).total == 100)
  }
}
