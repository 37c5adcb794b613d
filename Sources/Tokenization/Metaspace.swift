/// White space as SentencePiece has it: a visible character for each space, and one put before a text.
struct Metaspace: Sendable, Equatable {
  /// Where the character is put before a piece that does not begin with it.
  enum Prefix: String, Sendable { case first, always, never }

  /// The UTF-8 of "▁", as a rule.
  let replacement: [UInt8]
  let prefix: Prefix
  /// Whether text is cut before each such character.
  let splits: Bool

  /// Turns pieces into words.
  ///
  /// - Parameter isBeginning: Whether the first piece is the beginning of the whole text.
  func words(of pieces: Pieces, isBeginning: Bool) -> Pieces {
    var words = Pieces(bytes: [], ends: [])
    words.bytes.reserveCapacity(pieces.bytes.count + pieces.bytes.count / 2)
    for piece in pieces.ranges {
      let start = words.bytes.count
      let isFirst = isBeginning && piece.lowerBound == 0
      if prefix == .always || (prefix == .first && isFirst), !begins(pieces.bytes, piece) {
        words.bytes.append(contentsOf: replacement)
      }
      for byte in pieces.bytes[piece] {
        if byte == 0x20 { words.bytes.append(contentsOf: replacement) } else { words.bytes.append(byte) }
      }
      if splits { cut(&words, from: start) }
      words.ends.append(words.bytes.count)
    }
    return words
  }

  /// Whether a piece will begin with the replacement once spaces are replaced.
  private func begins(_ bytes: [UInt8], _ piece: Range<Int>) -> Bool {
    bytes[piece.lowerBound] == 0x20 || bytes[piece].starts(with: replacement)
  }

  private func cut(_ words: inout Pieces, from start: Int) {
    var index = start + 1
    while index < words.bytes.count {
      if words.bytes[index] == replacement[0], words.bytes[index...].starts(with: replacement) {
        words.ends.append(index)
      }
      index += 1
    }
  }
}
