import Randomness
import Testing

@testable import Learning

/// Are rows cut into batches as large as the budget allows, in order, and no larger?
@Suite struct TokenBudgetTests {
  /// Padded tokens: rows times the longest. 3 · 4 = 12 fits; a fourth row of 2 would make 16. 5 · 2 and one more make 15.
  @Test func byHand() {
    #expect(TokenBudget(12).groups([4, 2, 3, 2, 1, 5, 5]) == [0..<3, 3..<5, 5..<7])
    #expect(TokenBudget(12).groups([]) == [])
    // A row longer than the budget goes alone, wherever it is.
    #expect(TokenBudget(3).groups([9, 1, 1, 1, 9]) == [0..<1, 1..<4, 4..<5])
    #expect(TokenBudget(1).groups([1, 1]) == [0..<1, 1..<2])
    #expect(TokenBudget(100, mostSequences: 2).groups([1, 1, 1, 1, 1]) == [0..<2, 2..<4, 4..<5])
  }

  /// Equal lengths stay in their order.
  @Test func byLength() {
    #expect(TokenBudget(12).groupsByLength([4, 2, 5, 2, 4]) == [[1, 3, 0], [4, 2]])
    #expect(TokenBudget(12).groupsByLength([]) == [])
  }

  @Test func everyGroupIsAsLargeAsItMayBe() {
    var stream = RandomStream(seed: 1, "budget")
    for _ in 0..<200 {
      let lengths = (0..<stream.below(30)).map { _ in 1 + stream.below(20) }
      let budget = 1 + stream.below(80)
      let groups = TokenBudget(budget).groups(lengths)
      #expect(groups.flatMap { Array($0) } == Array(lengths.indices))
      func tokens(_ range: Range<Int>) -> Int { range.count * (lengths[range].max() ?? 0) }
      for (number, group) in groups.enumerated() {
        #expect(tokens(group) <= budget || group.count == 1)
        if number + 1 < groups.count { #expect(tokens(group.lowerBound..<group.upperBound + 1) > budget) }
      }
    }
  }

  /// Where threads would be left without work, there are more groups of about equal length, of the same rows.
  @Test func groupsForEachWorker() {
    let lengths = (0..<24).map { 80 + $0 }
    let groups = TokenBudget.standard.groupsByLength(lengths, workers: 2)
    #expect(groups.count == 2 && groups.flatMap(\.self).sorted() == Array(0..<24))
    let sums = groups.map { $0.reduce(0) { $0 + lengths[$1] } }
    #expect(abs(sums[0] - sums[1]) < 200, "\(sums)")
    // One thread, or too few tokens: as ever.
    for (few, workers) in [(lengths, 1), ([80, 90, 100], 2), ([], 2), ([5_000], 2)] {
      #expect(
        TokenBudget.standard.groupsByLength(few, workers: workers) == TokenBudget.standard.groupsByLength(few))
    }
  }
}
