extension PatternScanner {
  /// Cuts one piece of text into the pattern's matches (every scalar is in one).
  ///
  /// - Parameters:
  ///   - bytes: UTF-8, of which the piece is `range`; the pattern sees nothing outside the piece.
  ///   - classes: the class of each of `bytes`.
  ///   - ends: gets the end of each match, in order.
  func cut(_ bytes: [UInt8], _ classes: [ScalarClass], _ range: Range<Int>, ends: inout [Int]) {
    let view = View(bytes: bytes, classes: classes, end: range.upperBound)
    var start = range.lowerBound
    while start < range.upperBound {
      start = family == .gpt2 ? gpt2Match(view, start) : llamaMatch(view, start)
      ends.append(start)
    }
  }

  private func gpt2Match(_ view: View, _ start: Int) -> Int {
    if let end = contractionEnd(view, start) { return end }
    var body = start
    if view.bytes[start] == 0x20, start + 1 < view.end { body = start + 1 }
    let kind = view.classes[body]
    return kind.isWhitespace ? view.spacesEnd(start) : view.runEnd(body, of: kind)
  }

  private func llamaMatch(_ view: View, _ start: Int) -> Int {
    if let end = contractionEnd(view, start) { return end }
    let kind = view.classes[start]
    if kind == .letter { return view.runEnd(start, of: .letter) }
    if kind == .number { return view.runEnd(start, of: .number, most: numbersTogether) }
    let next = view.next(start)
    if kind != .newline, next < view.end, view.classes[next] == .letter { return view.runEnd(next, of: .letter) }
    let symbols = view.bytes[start] == 0x20 && next < view.end ? next : start
    if view.classes[symbols] == .other {
      return view.runEnd(view.runEnd(symbols, of: .other), of: .newline)
    }
    return view.lastNewlineEnd(start) ?? view.spacesEnd(start)
  }

  /// The end of the contraction that begins at `start`, or nil.
  private func contractionEnd(_ view: View, _ start: Int) -> Int? {
    guard view.bytes[start] == 0x27, start + 1 < view.end else { return nil }
    let first = letter(view.bytes[start + 1])
    switch first {
    case 0x73, 0x74, 0x6D, 0x64: return start + 2  // s t m d
    default: break
    }
    guard start + 2 < view.end else { return nil }
    // U+017F is C5 BF.
    if contractions == .folded, first == 0xC5, view.bytes[start + 2] == 0xBF { return start + 3 }
    switch (first, letter(view.bytes[start + 2])) {
    case (0x72, 0x65), (0x76, 0x65), (0x6C, 0x6C): return start + 3  // re ve ll
    default: return nil
    }
  }

  /// `byte` in lower case, where case does not count.
  private func letter(_ byte: UInt8) -> UInt8 {
    contractions != .lowercase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}

/// The text up to the end of the piece being cut.
private struct View {
  let bytes: [UInt8]
  let classes: [ScalarClass]
  let end: Int

  /// Where the scalar after the one at `start` begins.
  func next(_ start: Int) -> Int { start + UTF8Bytes.scalarLength(lead: bytes[start]) }

  /// The end of the run of scalars of one class that begins at `start`: `[class]*`.
  func runEnd(_ start: Int, of kind: ScalarClass) -> Int {
    var index = start
    while index < end, classes[index] == kind { index += 1 }
    return index
  }

  /// The same with at most `most` scalars: `[class]{0,most}`.
  func runEnd(_ start: Int, of kind: ScalarClass, most: Int) -> Int {
    var index = start
    var left = most
    while left > 0, index < end, classes[index] == kind {
      index = next(index)
      left -= 1
    }
    return index
  }

  /// `\s*[\r\n]+`: through the last newline of the run of white space at `start`, or nil when it has none.
  func lastNewlineEnd(_ start: Int) -> Int? {
    var found: Int?
    var index = start
    while index < end, classes[index].isWhitespace {
      if classes[index] == .newline { found = index + 1 }
      index += 1
    }
    return found
  }

  /// `\s+(?!\S)|\s+`: the run of white space at `start` without its last scalar, which goes with the text after it; all
  /// of the run at the end of the piece, or when it has one scalar.
  func spacesEnd(_ start: Int) -> Int {
    var index = start
    while index < end, classes[index].isWhitespace { index += 1 }
    if index == end { return index }
    var last = index - 1
    while last > start, UTF8Bytes.isContinuation(bytes[last]) { last -= 1 }
    return last > start ? last : index
  }
}
