import Streams
import Testing

/// The literal rows come from `Scripts/reference/protocol_streams.py`.
@Suite struct RowSelectionTests {
  private let labels = "abbacabcaabbccabcaba".map(String.init)

  @Test func rowsPerClass() {
    #expect(
      RowSelection.trainingRows(labels: labels, perClass: 2, seed: 7, task: "toy") == [5, 9, 10, 13, 16, 18])
    #expect(
      RowSelection.trainingRows(labels: labels, perClass: 5, seed: 7, task: "toy")
        == [0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18])
    #expect(RowSelection.trainingRows(labels: labels, perClass: nil, seed: 7, task: "toy") == Array(0..<20))
    #expect(RowSelection.trainingRows(labels: labels, perClass: -1, seed: 7, task: "toy") == [])
  }

  @Test func rowsInAll() {
    func rows(_ perClass: Int?, _ limit: Int) -> [Int] {
      RowSelection.trainingRows(labels: labels, perClass: perClass, trainLimit: limit, seed: 7, task: "toy")
    }
    #expect(rows(nil, 6) == [9, 10, 12, 13, 16, 18])
    // Row 12 would be a third of its label.
    #expect(rows(2, 5) == [9, 10, 13, 16, 18] && rows(2, 6) == [5, 9, 10, 13, 16, 18])
    #expect(rows(nil, 99) == Array(0..<20) && rows(nil, 0) == [])
    #expect(
      RowSelection.validationRows(labels: labels, perClass: nil, trainLimit: 6, limit: 3, seed: 7, task: "toy")
        == [0, 2, 5])
  }

  @Test func validationRowsAreNotTrainedOn() {
    #expect(
      RowSelection.validationRows(labels: labels, perClass: 2, limit: 4, seed: 7, task: "toy") == [0, 2, 12, 17])
    #expect(
      RowSelection.validationRows(labels: labels, perClass: 5, limit: nil, seed: 7, task: "toy")
        == [1, 3, 14, 15, 19])
    #expect(RowSelection.validationRows(labels: labels, perClass: nil, limit: 4, seed: 7, task: "toy") == [])
  }

  @Test func testRows() {
    #expect(RowSelection.testRows(count: 20, limit: 6, task: "toy") == [3, 5, 6, 13, 14, 19])
    #expect(RowSelection.testRows(count: 3, limit: nil, task: "toy") == [0, 1, 2])
    #expect(RowSelection.testRows(count: 3, limit: 9, task: "toy") == [0, 1, 2])
    #expect(RowSelection.testRows(count: -3, limit: -9, task: "toy") == [])
  }

  private func task(kind: LearningTask.Kind = .classification) -> LearningTask {
    let train = labels.enumerated().map { Example(id: "\($0)", index: $0, text: "t", answer: $1) }
    return LearningTask(
      name: "toy", instruction: "", cue: "", labels: ["a", "b", "c"], train: train, test: train, kind: kind)
  }

  @Test func ofATask() throws {
    let test = try RowSelection(of: task(), perClass: 2, limit: 6, seed: 7)
    #expect(test.training == [5, 9, 10, 13, 16, 18] && test.evaluated == [3, 5, 6, 13, 14, 19])
    let validation = try RowSelection(of: task(), perClass: 2, evaluation: .validation, limit: 4, seed: 7)
    #expect(validation.evaluated == [0, 2, 12, 17] && validation.evaluation == .validation)
    let few = try RowSelection(of: task(), trainLimit: 6, evaluation: .validation, limit: 3, seed: 7)
    #expect(few.training == [9, 10, 12, 13, 16, 18] && few.evaluated == [0, 2, 5])
  }

  /// Free answers are one class, however many different ones there are.
  @Test func freeAnswersAreOneClass() throws {
    let rows = try RowSelection(of: task(kind: .generation), perClass: 3, limit: 6, seed: 7)
    #expect(rows.training == [9, 13, 18] && rows.evaluated == [3, 5, 6, 13, 14, 19])
    #expect(try RowSelection(of: task(kind: .generation), seed: 7).training.count == 20)
  }

  @Test func nothingToTrainOnOrToScore() {
    #expect(throws: StreamError.self) { try RowSelection(of: task(), perClass: 0, seed: 7) }
    #expect(throws: StreamError.self) { try RowSelection(of: task(), limit: 0, seed: 7) }
    #expect(throws: StreamError.self) { try RowSelection(of: task(), evaluation: .validation, limit: 4, seed: 7) }
    #expect(throws: StreamError.self) { try RowSelection(of: task(), trainLimit: 0, seed: 7) }
    #expect(throws: StreamError.self) { try RowSelection(of: task(kind: .generation), perClass: 0, seed: 7) }
  }
}
