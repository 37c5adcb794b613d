import Assurance
import Foundation
import Testing

/// Are the intervals of a proportion those of statsmodels, and honest at their ends?
@Suite struct ProportionTests {
  @Test func intervals() throws {
    let golden = try Golden.load()
    #expect(golden.proportions.count == 72)
    for expected in golden.proportions {
      let proportion = try Proportion(successes: expected.successes, n: expected.n)
      let (wilson, exact) = (
        proportion.wilson(level: expected.level), proportion.clopperPearson(level: expected.level)
      )
      for (got, wanted) in [
        (wilson.low, expected.wilson[0]), (wilson.high, expected.wilson[1]), (exact.low, expected.clopperPearson[0]),
        (exact.high, expected.clopperPearson[1]), (proportion.lowerBound(level: expected.level), expected.lowerBound),
        (proportion.upperBound(level: expected.level), expected.upperBound),
      ] {
        #expect(
          isClose(got, wanted, absolute: 2e-15),
          "\(expected.successes) of \(expected.n) at \(expected.level): \(got), not \(wanted)")
      }
    }
  }

  /// By hand: none of n: 1 − α^(1/n), about 3/n; all of n: α^(1/n).
  @Test func ruleOfThree() throws {
    for n in [1, 20, 3000, Proportion.most] {
      let (none, all) = (try Proportion(successes: 0, n: n), try Proportion(successes: n, n: n))
      let alpha = 1 - 0.95
      let expected = -expm1(log(alpha) / Double(n))
      #expect(isClose(none.upperBound(), expected), "\(n): \(none.upperBound()), not \(expected)")
      #expect(isClose(all.lowerBound(), 1 - expected))
      #expect(none.lowerBound() == 0 && all.upperBound() == 1)
      #expect(none.wilson().low == 0 && all.wilson().high == 1)
    }
    #expect(abs(try Proportion(successes: 0, n: 1000).upperBound() - 0.003) < 1e-5)
  }

  @Test func withoutRowsEverythingIsPossible() throws {
    let nothing = try Proportion(successes: 0, n: 0)
    let all = Interval(low: 0, high: 1)
    #expect(nothing.value == 0 && nothing.wilson() == all && nothing.clopperPearson() == all)
    #expect(nothing.lowerBound() == 0 && nothing.upperBound() == 1)
  }

  @Test(arguments: [0, 1, -1, 1.5, Double.nan, .infinity])
  func aLevelThatIsNoneGivesTheWidest(level: Double) throws {
    let half = try Proportion(successes: 5, n: 10)
    #expect(half.wilson(level: level) == Interval(low: 0, high: 1))
    #expect(half.clopperPearson(level: level) == Interval(low: 0, high: 1))
    #expect(half.lowerBound(level: level) == 0 && half.upperBound(level: level) == 1)
  }

  @Test func levelsNextToTheirEnds() throws {
    let half = try Proportion(successes: 5, n: 10)
    let (wide, narrow) = (half.clopperPearson(level: 1.0.nextDown), half.wilson(level: .leastNonzeroMagnitude))
    #expect(0 < wide.low && wide.low < 0.02 && 0.98 < wide.high && wide.high < 1)
    #expect(isClose(narrow.low, 0.5) && isClose(narrow.high, 0.5))
  }

  @Test(arguments: [(3, 2), (-1, 2), (0, -1), (0, Int.max), (Int.min, Int.min)])
  func countsThatDoNotFit(successes: Int, n: Int) throws {
    let error = try #require(throws: AssuranceError.self) { try Proportion(successes: successes, n: n) }
    #expect("\(error)".contains("expected 0 … ") && "\(error)".contains("Count the rows"))
    let text = Data(#"{"successes": \#(successes), "n": \#(n)}"#.utf8)
    #expect(throws: AssuranceError.self) { try JSONDecoder().decode(Proportion.self, from: text) }
  }

  @Test func throughJSON() throws {
    let proportion = try Proportion(successes: 3, n: 8)
    #expect(proportion.value == 0.375)
    let back = try JSONDecoder().decode(Proportion.self, from: JSONEncoder().encode(proportion))
    #expect(back == proportion)
  }
}
