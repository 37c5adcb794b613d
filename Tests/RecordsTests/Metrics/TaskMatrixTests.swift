import Foundation
import Testing

@testable import Records

@Suite struct TaskMatrixTests {
  /// By hand: ACC = (0.5 + 0.75 + 1) / 3 = 0.75; BWT = ((0.5 − 1) + (0.75 − 0.875)) / 2 = −0.3125;
  /// FWT = ((0.375 − 0.25) + (0.125 − 0.5)) / 2 = −0.125. All are exact in binary.
  private let scores: [[Double?]] = [
    [0.125, 0.25, 0.5],
    [1.0, 0.375, 0.0625],
    [0.625, 0.875, 0.125],
    [0.5, 0.75, 1.0],
  ]

  @Test func handMadeMatrix() throws {
    let matrix = try TaskMatrix(tasks: ["a", "b", "c"], scores: scores)
    #expect(matrix.averageAccuracy == 0.75)
    #expect(matrix.backwardTransfer == -0.3125)
    #expect(matrix.forwardTransfer == -0.125)
    #expect(matrix[2, 1] == 0.875)
  }

  /// By hand: FGT = ((max(1, 0.625) − 0.5) + (0.875 − 0.75)) / 2 = 0.3125; LA = (1 + 0.875 + 1) / 3;
  /// A = 1, (0.625 + 0.875) / 2, 0.75.
  @Test func forgettingAndCurve() throws {
    var matrix = try TaskMatrix(tasks: ["a", "b", "c"], scores: scores)
    #expect(matrix.forgetting == 0.3125)
    #expect(matrix.learningAccuracy == 2.875 / 3)
    #expect(matrix.averageAccuracyCurve == [1, 0.75, 0.75])
    // Gained after it was learned and lost again: BWT does not see it.
    try matrix.record(0.75, row: 1, column: 0)
    try matrix.record(1, row: 2, column: 0)
    try matrix.record(0.75, row: 3, column: 0)
    #expect(matrix.forgetting == (0.25 + 0.125) / 2)
    #expect(matrix.backwardTransfer == (0 - 0.125) / 2)
    #expect(TaskMatrix(tasks: ["a", "b"]).forgetting == nil && TaskMatrix(tasks: []).learningAccuracy == nil)
    #expect(TaskMatrix(tasks: ["a"]).averageAccuracyCurve == [nil])
  }

  @Test func metricsNeedTheirScoresAndNoOthers() throws {
    var partial = scores
    partial[2][0] = nil
    partial[1][2] = nil
    partial[0][0] = nil
    #expect(try TaskMatrix(tasks: ["a", "b", "c"], scores: partial).forwardTransfer == -0.125)
    partial[2][2] = nil
    partial[0][1] = nil
    let matrix = try TaskMatrix(tasks: ["a", "b", "c"], scores: partial)
    #expect(matrix.averageAccuracy == 0.75 && matrix.backwardTransfer == -0.3125 && matrix.forwardTransfer == nil)
    #expect(TaskMatrix(tasks: ["a", "b"]).averageAccuracy == nil)
  }

  @Test func oneTaskHasNoTransfer() throws {
    let matrix = try TaskMatrix(tasks: ["a"], scores: [[0.25], [0.5]])
    #expect(matrix.averageAccuracy == 0.5 && matrix.backwardTransfer == nil && matrix.forwardTransfer == nil)
    #expect(TaskMatrix(tasks: []).averageAccuracy == nil)
  }

  @Test func recording() throws {
    var matrix = TaskMatrix(tasks: ["a", "b"])
    try matrix.record(0.5, row: 2, column: 1)
    #expect(matrix.scores == [[nil, nil], [nil, nil], [nil, 0.5]])
    #expect(matrix[2, 1] == 0.5 && matrix[3, 0] == nil && matrix[-1, 0] == nil && matrix[0, 2] == nil)
    #expect(throws: MetricError.self) { try matrix.record(0.5, row: 3, column: 0) }
    #expect(throws: MetricError.self) { try matrix.record(0.5, row: 0, column: -1) }
    #expect(throws: MetricError.self) { try matrix.record(1.5, row: 0, column: 0) }
    #expect(throws: MetricError.self) { try matrix.record(.nan, row: 0, column: 0) }
  }

  @Test func shapeIsChecked() {
    #expect(throws: MetricError.shape(what: "rows of the task matrix", expected: 3, got: 2)) {
      try TaskMatrix(tasks: ["a", "b"], scores: [[0, 0], [0, 0]])
    }
    #expect(throws: MetricError.shape(what: "scores in row 1 of the task matrix", expected: 1, got: 2)) {
      try TaskMatrix(tasks: ["a"], scores: [[0], [0, 0]])
    }
  }

  @Test func file() throws {
    let json = #"{"scores":[[0.25,null],[0.5,1],[null,null]],"tasks":["a","b"]}"#
    let matrix = try JSONDecoder().decode(TaskMatrix.self, from: Data(json.utf8))
    #expect(matrix[1, 1] == 1 && matrix[0, 1] == nil)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(String(decoding: try encoder.encode(matrix), as: UTF8.self) == json)
    let bad = Data(#"{"scores":[[0.25]],"tasks":["a"]}"#.utf8)
    #expect(throws: MetricError.self) { try JSONDecoder().decode(TaskMatrix.self, from: bad) }
  }
}
