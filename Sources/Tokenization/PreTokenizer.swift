/// Cuts text into the words inside which tokens are merged; no token spans two words.
struct PreTokenizer: Sendable {
  /// One step; the steps are done in turn, each on every piece the step before it made.
  enum Step: Sendable {
    case scanner(PatternScanner)
    case regex(RegexCutter)
    /// Puts a space before each piece that does not begin with one (`add_prefix_space`).
    case prefixSpace
    case metaspace(Metaspace)
  }

  let steps: [Step]

  /// The words of `bytes` (UTF-8), in order; together they are the text again, but for what prefixes and `Metaspace` change.
  ///
  /// - Parameter isBeginning: whether `bytes` are the beginning of the whole text.
  func words(of bytes: [UInt8], isBeginning: Bool) throws -> Pieces {
    var pieces = Pieces(bytes: bytes, ends: bytes.isEmpty ? [] : [bytes.count])
    var classes: [ScalarClass]?
    for step in steps {
      switch step {
      case .scanner(let scanner):
        let known = classes ?? ScalarClass.ofBytes(pieces.bytes)
        classes = known
        var ends: [Int] = []
        ends.reserveCapacity(pieces.bytes.count / 4)
        for range in pieces.ranges { scanner.cut(pieces.bytes, known, range, ends: &ends) }
        pieces.ends = ends
      case .regex(let cutter):
        var ends: [Int] = []
        for range in pieces.ranges { try cutter.cut(pieces.bytes, range, ends: &ends) }
        pieces.ends = ends
      case .prefixSpace:
        pieces = pieces.withPrefixSpaces()
        classes = nil
      case .metaspace(let metaspace):
        pieces = metaspace.words(of: pieces, isBeginning: isBeginning)
        classes = nil
      }
    }
    return pieces
  }
}

/// Text cut into pieces that follow each other without gaps, none of them empty.
struct Pieces {
  var bytes: [UInt8]
  /// Where each piece ends in `bytes`, rising; a piece begins where the one before it ends.
  var ends: [Int]

  /// Where each piece is in `bytes`, in order.
  var ranges: some Sequence<Range<Int>> {
    sequence(state: (ends.makeIterator(), 0)) { state in
      guard let end = state.0.next() else { return nil }
      defer { state.1 = end }
      return state.1..<end
    }
  }

  fileprivate func withPrefixSpaces() -> Pieces {
    var prefixed = Pieces(bytes: [], ends: [])
    prefixed.bytes.reserveCapacity(bytes.count + ends.count)
    for range in ranges {
      if bytes[range.lowerBound] != 0x20 { prefixed.bytes.append(0x20) }
      prefixed.bytes.append(contentsOf: bytes[range])
      prefixed.ends.append(prefixed.bytes.count)
    }
    return prefixed
  }
}
