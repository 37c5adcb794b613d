import Foundation

/// The scores of one task in all rows of a matrix, in few characters and exactly.
///
/// Scores repeat: of labels there are two, of written answers some hundreds. Each is stored once, and every row has the number of
/// its score, in as few bits as that takes: one for right and wrong.
package struct PackedScores: Sendable, Equatable, Codable {
  /// Scored rows.
  package let n: Int
  /// The different scores, ascending: base64 of float64, little-endian.
  package let values: String
  /// For each row of the matrix, where it has a score: base64 of the numbers of the rows' scores in ``values``, each in ``width``
  /// bits, the lowest bit first.
  package let cells: [String?]

  /// - Parameter cells: Scores from 0 to 1, [matrix rows][n]; `nil` where nothing was scored.
  /// - Throws: ``MetricError`` for lists of different lengths.
  init(_ cells: [[Double]?]) throws {
    let n = cells.lazy.compactMap(\.self).first?.count ?? 0
    for cell in cells.compactMap(\.self) where cell.count != n {
      throw MetricError.shape(what: "scores to pack", expected: n, got: cell.count)
    }
    // Of numbers that are not negative, the bits are in the order of the numbers.
    let table = Set(cells.compactMap(\.self).joined().map(\.bitPattern)).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: table.enumerated().map { ($1, $0) })
    let width = Self.width(table.count)
    self.n = n
    values = Data(table.flatMap { bits in (0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) } })
      .base64EncodedString()
    self.cells = cells.map { cell in
      cell.map { scores in
        var bytes = [UInt8](repeating: 0, count: (n * width + 7) / 8)
        for (row, score) in scores.enumerated() {
          let number = numbers[score.bitPattern] ?? 0
          for bit in 0..<width where number >> bit & 1 == 1 {
            bytes[(row * width + bit) / 8] |= 1 << UInt8((row * width + bit) % 8)
          }
        }
        return Data(bytes).base64EncodedString()
      }
    }
  }

  /// The scores again.
  /// - Throws: ``MetricError`` for what cannot have been packed.
  package func scores() throws -> [[Double]?] {
    guard let bytes = Data(base64Encoded: values), bytes.count.isMultiple(of: 8) else {
      throw MetricError.value(what: "packed values", expected: "base64 of float64", got: "something else")
    }
    let list = [UInt8](bytes)
    let table = stride(from: 0, to: list.count, by: 8).map { start in
      Double(bitPattern: (0..<8).reduce(UInt64(0)) { $0 | UInt64(list[start + $1]) << UInt64(8 * $1) })
    }
    for value in table where !(0...1).contains(value) {
      throw MetricError.value(what: "packed score", expected: "a fraction from 0 to 1", got: "\(value)")
    }
    let width = Self.width(table.count)
    return try cells.map { try $0.map { try unpack($0, table, width) } }
  }

  private func unpack(_ cell: String, _ table: [Double], _ width: Int) throws -> [Double] {
    let bytes = Data(base64Encoded: cell).map { [UInt8]($0) } ?? []
    // Compared before anything is multiplied or reserved: `n` may be anything.
    guard n >= 0, n <= bytes.count * 8, bytes.count == (n * width + 7) / 8 else {
      throw MetricError.value(
        what: "packed scores", expected: "\(n) of \(width) bits, as base64", got: "\(bytes.count) bytes")
    }
    return try (0..<n).map { row in
      let number = (0..<width).reduce(0) { sum, bit in
        let index = row * width + bit
        return sum | Int(bytes[index / 8] >> UInt8(index % 8) & 1) << bit
      }
      guard table.indices.contains(number) else {
        throw MetricError.value(what: "number of a packed score", expected: "below \(table.count)", got: "\(number)")
      }
      return table[number]
    }
  }

  /// Bits for numbers below a count: at least one, so that ``n`` cannot be more than the bytes say.
  private static func width(_ count: Int) -> Int {
    count <= 2 ? 1 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }
}

/// Row numbers in few characters: base64 of the differences from each to the next (the first from 0), as zigzag varints of 7 bits,
/// the lowest first.
enum PackedRows {
  static func pack(_ rows: [Int]) -> String {
    var bytes = Data()
    var last = 0
    for row in rows {
      let difference = row &- last
      var rest = UInt64(bitPattern: Int64(difference << 1 ^ difference >> 63))
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
      last = row
    }
    return bytes.base64EncodedString()
  }

  /// - Throws: ``MetricError`` for what cannot have been packed.
  static func unpack(_ text: String) throws -> [Int] {
    let wrong = MetricError.value(what: "packed row numbers", expected: "base64 of varints", got: "something else")
    guard let bytes = Data(base64Encoded: text) else { throw wrong }
    var (rows, last, number, shift) = ([Int](), 0, UInt64(0), UInt64(0))
    for byte in bytes {
      guard shift < 63 || byte < 2 else { throw wrong }
      number |= UInt64(byte & 0x7F) << shift
      shift += 7
      guard byte < 0x80 else { continue }
      last = last &+ (Int(truncatingIfNeeded: number >> 1) ^ -Int(truncatingIfNeeded: number & 1))
      rows.append(last)
      (number, shift) = (0, 0)
    }
    guard shift == 0 else { throw wrong }
    return rows
  }
}
