import Files
import Foundation
import Review
import Testing

/// Are thresholds scores of other rows, strict ones first, and never such that two sides claim one item?
@Suite struct ScoreGridTests {
  private func grid(_ scores: [Double?]) -> ScoreGrid {
    ScoreGrid(task: "spam", side: "violation", scale: .identity(labels: 2), scores: scores)
  }

  @Test func quantilesOfWhatTheModelWouldClaim() {
    let scores = (1...200).map { 0.5 + Double($0) / 400 } + (0..<300).map { Double($0) / 600 }
    let grid = grid(scores)
    #expect(grid.thresholds.count == ScoreGrid.size && grid.stream == 500)
    #expect(grid.thresholds.first == 0.5 + 196.0 / 400 && grid.thresholds.last == 0.5 + 1.0 / 400)
    #expect(grid.above == (1...40).map { 5 * $0 })
    #expect(grid.thresholds.allSatisfy { $0 > 0.5 })
  }

  @Test func equalScoresGiveOneThreshold() {
    let grid = grid(Array(repeating: 0.9, count: 70) + Array(repeating: nil, count: 30))
    #expect(grid.thresholds == [0.9] && grid.above == [70] && grid.stream == 100)
  }

  @Test func whereNothingIsClaimedThereIsNoStart() {
    let grid = grid([0.1, 0.5, nil])
    #expect(grid.thresholds.isEmpty && grid.start(rows: 1_000_000, least: 1) == nil)
    #expect(self.grid([]).start(rows: 10, least: 1) == nil)
  }

  @Test func theStartIsTheStrictestWithEnoughRowsToBeExpected() {
    let grid = grid((1...200).map { 0.5 + Double($0) / 400 } + Array(repeating: nil, count: 200))
    // Of 1,000 rows 12.5 are expected for each step of 5 in 400.
    #expect(grid.start(rows: 1000, least: 118) == 9)
    #expect(grid.start(rows: 1000, least: 12) == 0)
    #expect(grid.start(rows: 100, least: 118) == nil)
  }

  @Test func equalGridsHaveEqualBytes() throws {
    let one = try grid([0.9, 0.7, 0.2, nil]).data()
    #expect(
      String(decoding: one, as: UTF8.self)
        == #"{"above":[1,2],"scale":{"bias":[0,0],"temperature":1},"side":"violation","stream":4,"task":"spam","thresholds":[0.9,0.7]}"#
    )
  }
}
