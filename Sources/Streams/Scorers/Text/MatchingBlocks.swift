/// How many tokens of two sequences match by the rule of Python's `difflib.SequenceMatcher`, which the published edit similarity uses: the
/// longest common block, then the same to its left and to its right.
///
/// A quirk is kept: in a second sequence of 200 tokens or more, tokens that make up more than 1 % of it (and more than
/// one) begin no block; they only lengthen one at its ends.
struct MatchingBlocks {
  private let first: [Int]
  private let second: [Int]
  /// Where each token that may begin a block stands in the second sequence.
  private let positions: [Int: [Int]]
  private let scorer: String
  private var steps = 0
  /// The length of the block that ends at a position of the second sequence, and in which pass it was written there.
  private var lengths: [Int]
  private var passes: [Int]
  private var pass = 0

  /// Prepares two sequences.
  init(_ first: [Int], _ second: [Int], scorer: String) {
    self.first = first
    self.second = second
    self.scorer = scorer
    var positions: [Int: [Int]] = [:]
    for (position, token) in second.enumerated() { positions[token, default: []].append(position) }
    let most = second.count >= 200 ? second.count / 100 + 1 : .max
    self.positions = positions.filter { $0.value.count <= most }
    lengths = [Int](repeating: 0, count: second.count)
    passes = lengths
  }

  /// How many tokens of the first sequence are in a block.
  ///
  /// - Throws: ``ScoringError/tooLarge(_:)`` if the sequences are so long and alike that this takes hours.
  mutating func matched() throws -> Int {
    var open = [(first.indices, second.indices)]
    var sum = 0
    while let (rows, columns) = open.popLast() {
      let block = try longest(rows, columns)
      guard block.length > 0 else { continue }
      sum += block.length
      if rows.lowerBound < block.row, columns.lowerBound < block.column {
        open.append((rows.lowerBound..<block.row, columns.lowerBound..<block.column))
      }
      let (row, column) = (block.row + block.length, block.column + block.length)
      if row < rows.upperBound, column < columns.upperBound {
        open.append((row..<rows.upperBound, column..<columns.upperBound))
      }
    }
    return sum
  }

  private struct Block {
    var row: Int
    var column: Int
    var length = 0
  }

  /// The longest block in two ranges; of several the one that begins first in the first sequence, then in the second.
  private mutating func longest(_ rows: Range<Int>, _ columns: Range<Int>) throws -> Block {
    var best = Block(row: rows.lowerBound, column: columns.lowerBound)
    var bestRow = -1
    // A pass of its own between two calls, so that nothing of the last call counts as the row above.
    pass += 1
    for row in rows {
      pass += 1
      steps += 1
      // From the right, so that what the row above wrote is read before this row overwrites it.
      for column in (positions[first[row]] ?? []).reversed() {
        steps += 1
        if column >= columns.upperBound { continue }
        if column < columns.lowerBound { break }
        let continues = column > columns.lowerBound && passes[column - 1] == pass - 1
        let length = (continues ? lengths[column - 1] : 0) + 1
        (lengths[column], passes[column]) = (length, pass)
        // Of equal ones in a row the leftmost, which comes last here; of equal ones in two rows the upper.
        if length > best.length || (length == best.length && bestRow == row) {
          best = Block(row: row - length + 1, column: column - length + 1, length: length)
          bestRow = row
        }
      }
      try requireSteps()
    }
    return lengthened(best, rows, columns)
  }

  /// Takes the equal tokens at both ends of a block to it.
  private func lengthened(_ block: Block, _ rows: Range<Int>, _ columns: Range<Int>) -> Block {
    var block = block
    while block.row > rows.lowerBound, block.column > columns.lowerBound,
      first[block.row - 1] == second[block.column - 1]
    {
      block = Block(row: block.row - 1, column: block.column - 1, length: block.length + 1)
    }
    while block.row + block.length < rows.upperBound, block.column + block.length < columns.upperBound,
      first[block.row + block.length] == second[block.column + block.length]
    {
      block.length += 1
    }
    return block
  }

  private func requireSteps() throws {
    guard steps > ScoringError.mostSteps else { return }
    throw ScoringError.tooLarge(scorer, got: "\(first.count) and \(second.count) characters that are much alike")
  }
}
