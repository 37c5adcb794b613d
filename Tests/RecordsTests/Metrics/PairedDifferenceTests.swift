import Testing

@testable import Records

@Suite struct PairedDifferenceTests {
  @Test func interval() throws {
    // d = 1, 1, 1, −1, 0, 0, 0, 0: mean 1/4; s² = (4 − 8/16) / 7 = 1/2; half = 1.959964 · √(1/16) = 0.489991.
    let baseline = [false, false, false, true, true, true, false, false]
    let candidate = [true, true, true, false, true, true, false, false]
    let difference = try PairedDifference(baseline: baseline, candidate: candidate)
    #expect(difference.count == 8 && difference.mean == 0.25)
    #expect(difference.onlyCandidate == 3 && difference.onlyBaseline == 1)
    #expect(abs((difference.lower ?? 9) - -0.239_991) < 1e-6)
    #expect(abs((difference.upper ?? 9) - 0.739_991) < 1e-6)
  }

  @Test func sameListsDifferByNothing() throws {
    let same = try PairedDifference(baseline: [true, false], candidate: [true, false])
    #expect(same.mean == 0 && same.lower == 0 && same.upper == 0)
    let all = try PairedDifference(baseline: [false, false, false], candidate: [true, true, true])
    #expect(all.mean == 1 && all.lower == 1 && all.upper == 1)
  }

  @Test func oneExampleHasNoInterval() throws {
    let one = try PairedDifference(baseline: [true], candidate: [false])
    #expect(one.mean == -1 && one.lower == nil && one.upper == nil)
  }

  @Test func listsThatDoNotFit() {
    #expect(throws: MetricError.self) { try PairedDifference(baseline: [true], candidate: []) }
    #expect(throws: MetricError.self) { try PairedDifference(baseline: [], candidate: []) }
  }
}
