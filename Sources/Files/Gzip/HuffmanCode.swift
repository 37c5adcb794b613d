/// A canonical Huffman code of DEFLATE (RFC 1951, section 3.2.2), ready to be read.
struct HuffmanCode {
  /// The most bits of a code word.
  static let longest = 15
  /// Code words up to this many bits are looked up at once.
  private static let direct = 10

  /// By the next ``direct`` bits: the symbol · 16 + the code word's bits; 0 where the word is longer, or there is none.
  private var table = [UInt16](repeating: 0, count: 1 << direct)
  /// How many code words have each length.
  private var counts = [Int](repeating: 0, count: longest + 1)
  /// The symbols in the order of their code words.
  private var symbols: [UInt16] = []

  /// - Parameter lengths: The bits of each symbol's code word, at most ``longest``; 0 for a symbol that does not occur.
  /// - Returns: `nil` if the lengths are those of no code: more words than fit, or words that are never used. A single word of one
  ///   bit and no word at all are codes, as in zlib, if `mayBeIncomplete`.
  init?(lengths: ArraySlice<UInt8>, mayBeIncomplete: Bool) {
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    var free = 1
    var starts = [0, 0]
    for length in 1...Self.longest {
      free = free << 1 - counts[length]
      guard free >= 0 else { return nil }
      starts.append(starts[length] + counts[length])
    }
    let words = starts[Self.longest + 1]
    guard free == 0 || mayBeIncomplete && words == counts[1] && words <= 1 else { return nil }
    symbols = [UInt16](repeating: 0, count: words)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      symbols[starts[Int(length)]] = UInt16(symbol)
      starts[Int(length)] += 1
    }
    fillTable()
  }

  private mutating func fillTable() {
    var (word, index) = (0, 0)
    for length in 1...Self.direct {
      word <<= 1
      for _ in 0..<counts[length] {
        // Code words are packed from their highest bit on, all else from its lowest.
        let reversed = (0..<length).reduce(0) { $0 << 1 | (word >> $1) & 1 }
        for entry in stride(from: reversed, to: table.count, by: 1 << length) {
          table[entry] = symbols[index] << 4 | UInt16(length)
        }
        (word, index) = (word + 1, index + 1)
      }
    }
  }

  /// Takes the next symbol; `nil` if the bits are not a code word.
  ///
  /// - Throws: What reading throws.
  func next(_ input: inout BitInput) throws -> Int? {
    let bits = try input.peek(Self.longest)
    let entry = Int(table[bits & (1 << Self.direct - 1)])
    if entry != 0 {
      try input.drop(entry & 15)
      return entry >> 4
    }
    // The words of each length are the numbers from `first` on.
    var (word, first, index) = (0, 0, 0)
    for length in 1...Self.longest {
      word |= bits >> (length - 1) & 1
      if word - first < counts[length] {
        try input.drop(length)
        return Int(symbols[index + word - first])
      }
      index += counts[length]
      first = (first + counts[length]) << 1
      word <<= 1
    }
    return nil
  }
}
