import Assurance
import Files
import Foundation
import Review
import Testing

/// Are thresholds scores of other rows, strict ones first, and never such that two sides claim one item?
@Suite struct ScoreGridTests {
  private func grid(_ scores: [Double?]) throws -> ScoreGrid? {
    try ScoreGrid(
      task: "spam", side: "violation", scale: TemperatureScaling(temperature: 1, bias: [0, 0]), scores: scores)
  }

  @Test func quantilesOfWhatTheModelWouldClaim() throws {
    let scores = (1...200).map { 0.5 + Double($0) / 400 } + (0..<300).map { Double($0) / 600 }
    let grid = try #require(try grid(scores)).thresholds
    #expect(grid.thresholds.count == ThresholdGrid.usualSize && grid.otherRows == 500)
    #expect(grid.thresholds.first == 0.5 + 196.0 / 400 && grid.thresholds.last == 0.5 + 1.0 / 400)
    #expect(grid.above == (1...40).map { 5 * $0 })
    #expect(grid.thresholds.allSatisfy { $0 > 0.5 })
  }

  @Test func whereNothingIsClaimedThereIsNone() throws {
    #expect(try grid([0.1, 0.5, nil]) == nil)
    #expect(try grid([]) == nil)
  }

  @Test func equalGridsHaveEqualBytes() throws {
    let grid = try #require(try grid([0.9, 0.7, 0.2, nil]))
    #expect(
      String(decoding: try grid.data(), as: UTF8.self)
        == #"{"scale":{"bias":[0,0],"temperature":1},"side":"violation","task":"spam","thresholds":{"above":[1,2],"otherRows":4,"thresholds":[0.9,0.7]}}"#
    )
  }
}
