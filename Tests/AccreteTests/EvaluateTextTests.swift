import Testing

@testable import accrete

/// What `evaluate` prints of means over labels.
@Suite struct EvaluateTextTests {
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
