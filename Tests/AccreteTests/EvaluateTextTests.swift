import Testing

@testable import accrete

/// What `evaluate` prints of means over labels, and of rows that were learned from.
@Suite struct EvaluateTextTests {
  @Test func rowsThatWereLearned() {
    let (what, end) = ("were learned from or chosen on", "the scores below are too high")
    #expect(EvaluateCommand.seen(3, withOtherTurns: 0, of: 4) == "3 of 4 rows \(what): \(end)")
    #expect(
      EvaluateCommand.seen(3, withOtherTurns: 3, of: 4) == "3 of 4 texts \(what), with other turns around them: \(end)")
    #expect(
      EvaluateCommand.seen(3, withOtherTurns: 1, of: 4)
        == "3 of 4 rows \(what), 1 of them with other turns around them: \(end)")
  }

  @Test func labelsOfAMean() {
    #expect(EvaluateCommand.meanOf([(rows: 3, f1: 0.5), (rows: 1, f1: 0)]) == "")
    #expect(EvaluateCommand.meanOf([]) == "")
    let some = EvaluateCommand.meanOf([(rows: 3, f1: 0.5), (rows: 0, f1: 0), (rows: 0, f1: nil), (rows: 0, f1: nil)])
    #expect(
      some
        == "  (mean of 2 of 4 labels: 2 that no row has or got are left out; 1 that rows got and none has counts as 0)"
    )
  }
}
