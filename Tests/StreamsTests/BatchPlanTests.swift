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

  @Test func noExamples() {
    #expect(BatchPlan.batches(lengths: [], batchSize: 4, seed: 0, task: "x", epoch: 0).isEmpty)
  }
}
