import Files

/// Longest common subsequences of one fixed sequence with others, 64 cells of the table of lengths at a time.
///
/// Along a row of the table a length grows by 0 or 1, so one bit holds a cell: a 0 where it grows. A row follows from
/// the one above by one addition (Hyyrö, "Bit-parallel LCS-length computation revisited", 2004):
///
///     V' = (V + (V & M)) | (V & ~M),   M: the columns that hold the row's token
///
/// Two sequences of n and m tokens cost n · m / 64 steps. Memory is about √n · m / 64 words even for the subsequence itself: every √n-th
/// row is kept, and the rows between are computed again when the path is traced.
struct CommonSubsequence {
  private let columns: [Int]
  /// The 64-bit words of a row.
  private let width: Int
  /// The columns of each token that is not in `dense`; at most `width` of them.
  private let sparse: [Int: [Int]]
  /// The columns of a frequent token as bits; there are at most 64 such tokens, so this is as large as the sequence.
  private let dense: [Int: [UInt64]]

  /// Prepares a sequence for comparisons.
  init(_ columns: [Int]) {
    self.columns = columns
    let width = (columns.count + 63) / 64
    self.width = width
    var positions: [Int: [Int]] = [:]
    for (position, token) in columns.enumerated() { positions[token, default: []].append(position) }
    sparse = positions.filter { $0.value.count <= width }
    dense = positions.filter { $0.value.count > width }.mapValues { positions in
      var bits = [UInt64](repeating: 0, count: width)
      for position in positions { bits[position / 64] |= 1 << UInt64(position % 64) }
      return bits
    }
  }

  /// About how many steps it takes to compare each of some sequences with each of some others, given their lengths. A
  /// comparison of short ones has a price too.
  static func steps(rows: [Int], columns: [Int]) -> Int {
    let words = columns.reduce(0) { $0 + ($1 + 63) / 64 }
    let (cells, isTooMany) = rows.reduce(0, +).multipliedReportingOverflow(by: words)
    let (pairs, areTooMany) = (rows.count * 256).multipliedReportingOverflow(by: columns.count)
    return isTooMany || areTooMany ? .max : min(cells, .max / 2) + min(pairs, .max / 2)
  }

  /// How many tokens the longest common subsequence has.
  func length(with rows: [Int]) -> Int {
    var row = firstRow
    for token in rows { advance(&row, by: token) }
    return row.bits.reduce(0) { $0 + (~$1).nonzeroBitCount }
  }

  /// The positions in `rows` of a longest common subsequence, from the last to the first.
  ///
  /// If there are several, it is the one found from the last cell backwards: take a common token wherever there is one, otherwise go up if
  /// the length above is greater than the one on the left, else go left.
  func positions(in rows: [Int]) -> [Int] {
    guard width > 0, !rows.isEmpty else { return [] }
    // Short sequences keep all rows (8 MiB), long ones every √n-th.
    let block = rows.count * width <= 1 << 20 ? rows.count : max(1, Int(saturating: Double(rows.count).squareRoot()))
    var row = firstRow
    var kept: [Row] = []
    for (number, token) in rows.enumerated() {
      if number % block == 0 { kept.append(row) }
      advance(&row, by: token)
    }
    var result: [Int] = []
    var column = columns.count
    for (number, start) in kept.enumerated().reversed() {
      let first = number * block
      var row = start
      let bits = rows[first..<min(first + block, rows.count)].map { token in
        advance(&row, by: token)
        return row.bits
      }
      var above = bits.count
      while above > 0, column > 0 {
        let (i, j) = (above - 1, column - 1)
        if rows[first + i] == columns[j] {
          result.append(first + i)
          (above, column) = (i, j)
        } else if bits[i][j / 64] >> UInt64(j % 64) & 1 == 0 {
          above = i
        } else {
          column = j
        }
      }
    }
    return result
  }

  /// A row of the table, and scratch space for a token's columns as bits.
  private struct Row {
    var bits: [UInt64]
    var mask: [UInt64]
  }

  private var firstRow: Row {
    Row(bits: [UInt64](repeating: .max, count: width), mask: [UInt64](repeating: 0, count: width))
  }

  private func advance(_ row: inout Row, by token: Int) {
    if let mask = dense[token] {
      Self.advance(&row.bits, mask: mask)
    } else if let positions = sparse[token] {
      for position in positions { row.mask[position / 64] |= 1 << UInt64(position % 64) }
      Self.advance(&row.bits, mask: row.mask)
      for position in positions { row.mask[position / 64] = 0 }
    }
  }

  private static func advance(_ bits: inout [UInt64], mask: [UInt64]) {
    var carry: UInt64 = 0
    for (i, m) in zip(bits.indices, mask) {
      let v = bits[i]
      let (first, overflow) = v.addingReportingOverflow(v & m)
      let (sum, again) = first.addingReportingOverflow(carry)
      carry = overflow || again ? 1 : 0
      bits[i] = sum | (v & ~m)
    }
  }
}
