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

  /// Bytes of a text that are cut at a time, where it can be cut in parts.
  private static let window = 1 << 20
  /// Words at the end of a window that the text after it might have changed, as a word looks at what follows it: one that the window
  /// cuts short, and the white space before it.
  private static let unsettled = 3

  /// The words of `bytes` (UTF-8), in order and a part at a time; together they are the text again, but for what prefixes and
  /// `Metaspace` change. The memory that cutting takes is that of a part.
  ///
  /// - Parameters:
  ///   - isBeginning: Whether `bytes` are the beginning of the whole text.
  ///   - size: Bytes that are looked at together, more where a word is longer.
  func forEachPart(
    of bytes: ArraySlice<UInt8>, isBeginning: Bool, window size: Int = window, _ body: (Pieces) throws -> Void
  ) throws {
    var (bytes, steps) = (bytes, steps[...])
    if case .prefixSpace? = steps.first {
      if let first = bytes.first, first != 0x20 { bytes = [0x20] + bytes }
      steps = steps.dropFirst()
    }
    // A scanner goes from left to right and sees nothing behind it, so that where a word of its ends it may begin anew. Patterns of
    // untrusted ones may look back.
    guard case .scanner(let scanner)? = steps.first else {
      return try body(words(of: Array(bytes), [], steps, isBeginning: isBeginning))
    }
    var (start, window) = (bytes.startIndex, size)
    while start < bytes.endIndex {
      let end = Self.scalarBoundary(bytes, near: min(start + window, bytes.endIndex))
      var pieces = Pieces(bytes: Array(bytes[start..<end]), ends: [])
      let classes = ScalarClass.ofBytes(pieces.bytes)
      scanner.cut(pieces.bytes, classes, 0..<pieces.bytes.count, ends: &pieces.ends)
      if end < bytes.endIndex {
        // A word longer than the window: it is looked at in a larger one.
        guard pieces.ends.count > Self.unsettled else {
          window *= 2
          continue
        }
        pieces.ends.removeLast(Self.unsettled)
        pieces.bytes.removeLast(pieces.bytes.count - (pieces.ends.last ?? 0))
      }
      let next = start + pieces.bytes.count
      try body(words(of: pieces, classes, steps.dropFirst(), isBeginning: isBeginning && start == bytes.startIndex))
      (start, window) = (next, size)
    }
  }

  /// `end`, or the beginning of the scalar that it would cut.
  private static func scalarBoundary(_ bytes: ArraySlice<UInt8>, near end: Int) -> Int {
    guard end < bytes.endIndex else { return end }
    var boundary = end
    while boundary > bytes.startIndex, UTF8Bytes.isContinuation(bytes[boundary]) { boundary -= 1 }
    return boundary
  }

  private func words(
    of bytes: [UInt8], _ classes: [ScalarClass], _ steps: ArraySlice<Step>, isBeginning: Bool
  ) throws -> Pieces {
    try words(
      of: Pieces(bytes: bytes, ends: bytes.isEmpty ? [] : [bytes.count]), classes, steps, isBeginning: isBeginning)
  }

  /// - Parameter classes: Of the bytes of `pieces`, or none: they are not known yet.
  private func words(
    of pieces: Pieces, _ classes: [ScalarClass], _ steps: ArraySlice<Step>, isBeginning: Bool
  ) throws -> Pieces {
    var (pieces, classes) = (pieces, classes)
    for step in steps {
      switch step {
      case .scanner(let scanner):
        if classes.isEmpty { classes = ScalarClass.ofBytes(pieces.bytes) }
        var ends: [Int] = []
        ends.reserveCapacity(pieces.bytes.count / 4)
        for range in pieces.ranges { scanner.cut(pieces.bytes, classes, range, ends: &ends) }
        pieces.ends = ends
      case .regex(let cutter):
        var ends: [Int] = []
        for range in pieces.ranges { try cutter.cut(pieces.bytes, range, ends: &ends) }
        pieces.ends = ends
      case .prefixSpace:
        pieces = pieces.withPrefixSpaces()
        classes = []
      case .metaspace(let metaspace):
        pieces = metaspace.words(of: pieces, isBeginning: isBeginning)
        classes = []
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
