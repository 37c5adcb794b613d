import Assurance
import Testing

/// Is it seen when nothing was learned?
@Suite struct NothingLearnedTests {
  private func found(_ gold: [Int], _ predicted: [Int], classes: Int = 2) throws -> NothingLearned? {
    try NothingLearned(ClassReport(gold: gold, predicted: predicted, classes: classes))
  }

  @Test func oneClassForAll() throws {
    #expect(try found([0, 1, 0, 1], [1, 1, 1, 1]) == .sameClass(1))
    #expect(try found([0, 1, 2, 1], [2, 2, 2, 2], classes: 3) == .sameClass(2))
    // All rows are of one class: the answers may be right, and show nothing.
    let one = try #require(try found([1, 1, 1], [1, 1, 1]))
    #expect(
      one == .likeMajority(accuracy: try Proportion(successes: 3, n: 3), majority: try Proportion(successes: 3, n: 3)))
  }

  /// Of 20 rows 10 are of the most frequent class. The one-sided exact 95 % lower bound of 15 right ones is 0.544, of 14 ones 0.492
  /// (Clopper and Pearson: the share p with P(X ≥ 14) = 0.05 under Binomial(20, p)).
  @Test func withinNoiseOfTheMajority() throws {
    func rows(_ right: Int) throws -> NothingLearned? {
      let gold = (0..<20).map { $0 % 2 }
      return try found(gold, gold.enumerated().map { $0 < right ? $1 : 1 - $1 })
    }
    #expect(try rows(15) == nil)
    #expect(
      try rows(14)
        == .likeMajority(accuracy: try Proportion(successes: 14, n: 20), majority: try Proportion(successes: 10, n: 20))
    )
  }

  @Test func emptyAnswers() {
    #expect(NothingLearned(answers: ["", " \n"]) == .empty)
    #expect(NothingLearned(answers: ["", "rain"]) == nil && NothingLearned(answers: []) == nil)
  }

  @Test func words() throws {
    let names = ["ok", "not\nok"]
    func words(_ found: NothingLearned) -> String { found.words(row: "gate row") { names[$0] } }
    #expect(words(.sameClass(1)) == #"every gate row got the same label, "not\nok": nothing was learned."#)
    #expect(
      words(
        .likeMajority(accuracy: try Proportion(successes: 14, n: 20), majority: try Proportion(successes: 10, n: 20)))
        == "accuracy 70.0 % cannot be told from always saying the most frequent label, 50.0 % (n 20).")
    #expect(words(.empty) == "every answer to a gate row is empty: nothing was learned.")
    #expect(NothingLearned.toyBase(fix: "`--base FOLDER`").contains("for trying it. `--base FOLDER` takes"))
  }
}
