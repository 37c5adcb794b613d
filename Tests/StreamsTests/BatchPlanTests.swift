import Streams
import Testing

/// The literal batches come from `Scripts/reference/protocol_streams.py`.
@Suite struct BatchPlanTests {
  /// Many examples of one length, so that ties are broken by position.
  private let lengths = (0..<21).map { ($0 * $0) % 7 + 3 }

  @Test func batchesOfTwo() {
    #expect(
      BatchPlan.batches(lengths: lengths, batchSize: 2, seed: 3, task: "toy", epoch: 0) == [
        [9, 16], [13, 15], [14, 1], [4, 10], [19], [5, 12], [11, 2], [6, 8], [0, 7], [17, 18], [20, 3],
      ])
    #expect(
      BatchPlan.batches(lengths: lengths, batchSize: 2, seed: 3, task: "toy", epoch: 1) == [
        [17, 18], [20, 3], [8, 15], [4, 10], [9], [16, 19], [0, 14], [1, 6], [5, 12], [7, 13], [11, 2],
      ])
  }

  @Test func batchesOfFourInOneChunk() {
    #expect(
      BatchPlan.batches(lengths: lengths, batchSize: 4, seed: 3, task: "toy", epoch: 0) == [
        [11, 17, 18, 2], [19], [6, 8, 13, 15], [0, 7, 14, 1], [5, 9, 12, 16], [20, 3, 4, 10],
      ])
  }

  @Test(arguments: [1, 3, 7, 20, 21, 22, Int.max, 0, -4])
  func everyExampleOnce(batchSize: Int) {
    let batches = BatchPlan.batches(lengths: lengths, batchSize: batchSize, seed: 9, task: "x", epoch: 5)
    #expect(batches.flatMap { $0 }.sorted() == Array(0..<21))
    #expect(batches.allSatisfy { !$0.isEmpty && $0.count <= max(1, batchSize) })
    #expect(batches.filter { $0.count < min(21, max(1, batchSize)) }.count <= 1)
  }

  /// Neighbours in length fill a batch; the number of batches does not depend on the draws.
  @Test func budgetsOfTokens() {
    let batches = (0..<4).map {
      BatchPlan.batches(lengths: lengths, tokenBudget: 20, seed: 3, task: "toy", epoch: $0)
    }
    for epoch in batches {
      #expect(epoch.flatMap { $0 }.sorted() == Array(0..<21))
      let tokens = epoch.map { $0.reduce(0) { $0 + lengths[$1] } }
      #expect(tokens.allSatisfy { (1...20).contains($0) } && epoch.count == batches[0].count)
      #expect(
        epoch.map { $0.map { lengths[$0] }.max() ?? 0 }.sorted()
          == batches[0].map { $0.map { lengths[$0] }.max() ?? 0 }.sorted())
    }
    #expect(batches[0] != batches[1])
    // An example that is larger than the budget is alone.
    let small = BatchPlan.batches(lengths: [9, 2, 2], tokenBudget: 4, seed: 0, task: "x", epoch: 0)
    #expect(small.map { $0.sorted() }.sorted { $0[0] < $1[0] } == [[0], [1, 2]])
    #expect(BatchPlan.batches(lengths: [], tokenBudget: 4, seed: 0, task: "x", epoch: 0).isEmpty)
  }

  @Test func noExamples() {
    #expect(BatchPlan.batches(lengths: [], batchSize: 4, seed: 0, task: "x", epoch: 0).isEmpty)
  }
}
