import Foundation
import Randomness
import Testing

@testable import Records

/// Are scores that were packed the same again, and is what was never packed refused?
@Suite struct PackedScoresTests {
  private func written(_ n: Int, _ values: [Double], _ cells: [[UInt8]?]) throws -> PackedScores {
    let bytes = values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
    let lists = cells.map { $0.map { Data($0).base64EncodedString() } ?? "" }
    let text =
      "{\"n\":\(n),\"values\":\"\(Data(bytes).base64EncodedString())\",\"cells\":[\(lists.map { "\"\($0)\"" }.joined(separator: ","))]}"
    return try JSONDecoder().decode(PackedScores.self, from: Data(text.utf8))
  }

  /// By hand: 1, 0, 0, 1, 1, 0, 0, 0, 1 with the lowest bit first are 0x19 and 0x01.
  @Test func labelsAreOneBit() throws {
    let scores: [Double] = [1, 0, 0, 1, 1, 0, 0, 0, 1]
    let packed = try PackedScores([nil, scores, scores.map { 1 - $0 }])
    #expect(packed.n == 9 && packed.cells[0] == nil && packed.cells[1] == Data([0x19, 0x01]).base64EncodedString())
    #expect(packed.cells[2] == Data([0xE6, 0x00]).base64EncodedString())
    #expect(try packed.scores() == [nil, scores, scores.map { 1 - $0 }])
  }

  @Test(arguments: [1, 2, 3, 4, 5, 17, 256, 257, 600]) func theSameBitsAgain(different: Int) throws {
    var stream = RandomStream(seed: UInt64(different), "packed")
    let values = (0..<different).map { _ in Double(stream.below(1 << 30)) / Double(1 << 30) }
    for n in [1, 7, 8, 9, 500] {
      let cells: [[Double]?] = (0..<3).map { cell in
        cell == 1 ? nil : (0..<n).map { _ in values[stream.below(different)] }
      }
      #expect(try PackedScores(cells).scores() == cells, "n \(n)")
    }
  }

  @Test func nothingAtAll() throws {
    let packed = try PackedScores([nil, nil])
    #expect(try packed.n == 0 && packed.scores() == [nil, nil])
    #expect(throws: MetricError.self) { try PackedScores([[1, 0], [1]]) }
  }

  @Test func hostileScores() throws {
    #expect(try written(3, [0, 1], [[5]]).scores() == [[1, 0, 1]])
    for (n, values, cell) in [
      (9, [0, 1], [5]), (-1, [0, 1], []), (Int.max, [0, 1], [5]), (Int.min, [0, 1], [5]), (3, [0, 1], [5, 0]),
      // A number above the table's, no table, and scores that are none.
      (2, [0, 0.5, 1], [15]), (3, [], [5]), (3, [0, 2], [5]), (3, [0, .nan], [5]), (3, [-1, 1], [5]),
    ] as [(Int, [Double], [UInt8])] {
      let packed = try written(n, values, [cell])
      #expect(throws: MetricError.self, "\(n) \(values) \(cell)") { try packed.scores() }
    }
  }

  @Test func rowNumbers() throws {
    for rows in [[], [0], [7], [0, 1, 2], [500, 3, 499, 100_000], [Int.max, Int.min, 0, -1]] {
      #expect(try PackedRows.unpack(PackedRows.pack(rows)) == rows)
    }
    // By hand: 3, then −2, then 200 = zigzag 6, 3, 400 = 0x90 0x03.
    #expect(PackedRows.pack([3, 1, 201]) == Data([6, 3, 0x90, 0x03]).base64EncodedString())
    for bytes in [[0x80], [UInt8](repeating: 0xFF, count: 10), [UInt8](repeating: 0x80, count: 40)] {
      #expect(throws: MetricError.self) { try PackedRows.unpack(Data(bytes).base64EncodedString()) }
    }
    #expect(throws: MetricError.self) { try PackedRows.unpack("no base64!") }
  }
}
