extension PatternScanner {
  /// Cuts one piece of text into the pattern's matches and what is between them.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8, of which the piece is `range`; the pattern sees nothing outside the piece.
  ///   - classes: The class of each of `bytes`.
  ///   - ends: Gets the end of each part, in order.
  func cut(_ bytes: [UInt8], _ classes: [ScalarClass], _ range: Range<Int>, ends: inout [Int]) {
    bytes.withUnsafeBufferPointer { bytes in
      classes.withUnsafeBufferPointer { classes in
        let view = ClassifiedText(bytes: bytes, classes: classes, end: range.upperBound)
        cut(view, from: range.lowerBound, ends: &ends)
      }
    }
  }

  private func cut(_ view: ClassifiedText, from beginning: Int, ends: inout [Int]) {
    var start = beginning
    var gap = false
    while start < view.end {
      if let end = match(view, start) {
        if gap { ends.append(start) }
        gap = false
        ends.append(end)
        start = end
      } else {
        gap = true
        start = view.next(start)
      }
    }
    if gap { ends.append(view.end) }
  }

  /// The end of the match at `start`, or `nil`.
  private func match(_ view: ClassifiedText, _ start: Int) -> Int? {
    switch family {
    case .gpt2: gpt2Match(view, start)
    case .llama: llamaMatch(view, start)
    case .cased: casedMatch(view, start)
    case .deepSeek: deepSeekMatch(view, start)
    case .chineseAndKana: view.chineseEnd(start)
    case .numbers: numbers(.number, view, start)
    case .digits: numbers([.number, .newNumber], view, start)
    }
  }

  private func numbers(_ kinds: ScalarClass, _ view: ClassifiedText, _ start: Int) -> Int? {
    view.classes[start].isIn(kinds) ? view.runEnd(start, of: kinds, most: numbersTogether) : nil
  }

  private func gpt2Match(_ view: ClassifiedText, _ start: Int) -> Int {
    if let end = contractionEnd(view, start) { return end }
    var body = start
    if view.bytes[start] == 0x20, start + 1 < view.end { body = start + 1 }
    let kind = view.classes[body]
    if kind.isIn(.letter) { return view.runEnd(body, of: .letter) }
    if kind == .number { return view.runEnd(body, of: .number) }
    return kind.isIn(.whitespace) ? view.spacesEnd(start) : view.runEnd(body, of: .other)
  }

  private func llamaMatch(_ view: ClassifiedText, _ start: Int) -> Int {
    if let end = contractionEnd(view, start) { return end }
    let kind = view.classes[start]
    if kind.isIn(.letter) { return view.runEnd(start, of: .letter) }
    if kind == .number { return view.runEnd(start, of: .number, most: numbersTogether) }
    let next = view.next(start)
    if kind != .newline, next < view.end, view.classes[next].isIn(.letter) { return view.runEnd(next, of: .letter) }
    if let symbols = view.symbolsStart(start, .other) {
      return view.runEnd(view.runEnd(symbols, of: .other), of: .newline)
    }
    return view.whitespaceMatch(start)
  }

  private func casedMatch(_ view: ClassifiedText, _ start: Int) -> Int {
    if let end = casedWordEnd(view, start) { return contractionEnd(view, end) ?? end }
    if view.classes[start] == .number { return view.runEnd(start, of: .number, most: numbersTogether) }
    if let symbols = view.symbolsStart(start, .other) {
      var end = view.runEnd(symbols, of: .other)
      while end < view.end, view.classes[end] == .newline || view.bytes[end] == 0x2F { end += 1 }
      return end
    }
    return view.whitespaceMatch(start)
  }

  /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]` and `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`.
  private static let heads: ScalarClass = [.upper, .uncased, .mark]
  private static let tails: ScalarClass = [.lower, .uncased, .mark]

  /// The two alternatives for words, each with the one character before the word if it can be, else without.
  private func casedWordEnd(_ view: ClassifiedText, _ start: Int) -> Int? {
    let kind = view.classes[start]
    let next = view.next(start)
    // A mark may be that character as well as the first one of the word.
    let hasPrefix = !kind.isIn([.newline, .upper, .lower, .uncased, .number]) && next < view.end
    if hasPrefix, let end = headsThenTails(view, next) { return end }
    if let end = headsThenTails(view, start) { return end }
    for body in hasPrefix ? [next, start] : [start] where view.classes[body].isIn(Self.heads) {
      return view.runEnd(view.runEnd(body, of: Self.heads), of: Self.tails)
    }
    return nil
  }

  /// `heads* tails+`: heads are given back until a tail follows.
  private func headsThenTails(_ view: ClassifiedText, _ start: Int) -> Int? {
    let end = view.runEnd(start, of: Self.heads)
    if end < view.end, view.classes[end] == .lower { return view.runEnd(end, of: Self.tails) }
    var last = end
    while last > start {
      if view.classes[last - 1].isIn(Self.tails) { return last }
      last -= 1
    }
    return nil
  }

  private func deepSeekMatch(_ view: ClassifiedText, _ start: Int) -> Int? {
    let kind = view.classes[start]
    let next = view.next(start)
    if view.bytes[start] < 0x80, kind.isIn([.punctuation, .symbol]), next < view.end, view.isASCIILetter(next) {
      var end = next
      while end < view.end, view.isASCIILetter(end) { end += 1 }
      return end
    }
    let word: ScalarClass = [.upper, .lower, .uncased, .mark]
    if kind.isIn(word) { return view.runEnd(start, of: word) }
    let symbol: ScalarClass = [.punctuation, .symbol]
    if !kind.isIn([.newline, .punctuation, .symbol]), next < view.end, view.classes[next].isIn(word) {
      return view.runEnd(next, of: word)
    }
    if let symbols = view.symbolsStart(start, symbol) {
      return view.runEnd(view.runEnd(symbols, of: symbol), of: .newline)
    }
    return kind.isIn(.whitespace) ? view.whitespaceMatch(start) : nil
  }

  /// The end of the contraction that begins at `start`, or `nil`.
  private func contractionEnd(_ view: ClassifiedText, _ start: Int) -> Int? {
    guard contractions != .none, start + 1 < view.end, view.bytes[start] == 0x27 else { return nil }
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
