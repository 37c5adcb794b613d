/// The tokens with which merging begins.
enum Symbols: Sendable {
  /// One for each byte: byte-level vocabularies have them all.
  case bytes([Int32])
  /// One for each character the vocabulary has; for others their bytes, or the unknown token.
  case characters(CharacterSymbols)

  /// Appends the tokens of the word `range` of `bytes`.
  func append(_ bytes: [UInt8], _ range: Range<Int>, to ids: inout [Int32]) {
    switch self {
    case .bytes(let table): for index in range { ids.append(table[Int(bytes[index])]) }
    case .characters(let symbols): symbols.append(bytes, range, to: &ids)
    }
  }
}

/// The tokens of single characters, as SentencePiece vocabularies have them.
struct CharacterSymbols: Sendable {
  /// By scalar value below U+10000, `-1` where there is none.
  private var basicPlane = [Int32](repeating: -1, count: 0x10000)
  private var others: [UInt32: Int32] = [:]
  /// The tokens `<0x00>` to `<0xFF>`, `-1` where there is none; `nil` without `byte_fallback`.
  let bytes: [Int32]?
  let unknown: Int32?
  /// Whether unknown characters side by side are one unknown token.
  let fusesUnknown: Bool

  init(bytes: [Int32]?, unknown: Int32?, fusesUnknown: Bool) {
    self.bytes = bytes
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
  }

  subscript(scalar: Unicode.Scalar) -> Int32? {
    get {
      if scalar.value < 0x10000 {
        let id = basicPlane[Int(scalar.value)]
        return id < 0 ? nil : id
      }
      return others[scalar.value]
    }
    set {
      if scalar.value < 0x10000 {
        basicPlane[Int(scalar.value)] = newValue ?? -1
      } else {
        others[scalar.value] = newValue
      }
    }
  }

  fileprivate func append(_ text: [UInt8], _ range: Range<Int>, to ids: inout [Int32]) {
    // An unknown token waits for the next character, with which it may be one.
    var waiting: Int32?
    var index = range.lowerBound
    while index < range.upperBound {
      let end = min(index + UTF8Bytes.scalarLength(lead: text[index]), range.upperBound)
      let character = index..<end
      index = end
      if let scalar = UTF8Bytes.scalar(text[character]), let id = self[scalar] {
        if let unknown = waiting { ids.append(unknown) }
        waiting = nil
        ids.append(id)
      } else if let bytes, text[character].allSatisfy({ bytes[Int($0)] >= 0 }) {
        // As in Python, a waiting token is not put before them.
        for byte in text[character] { ids.append(bytes[Int(byte)]) }
      } else if let unknown {
        if let before = waiting, !fusesUnknown { ids.append(before) }
        waiting = unknown
      }
    }
    if let waiting { ids.append(waiting) }
  }
}
