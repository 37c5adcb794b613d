/// The text up to the end of the piece being cut, with the class of each byte: what patterns are made of.
struct ClassifiedText {
  let bytes: UnsafeBufferPointer<UInt8>
  let classes: UnsafeBufferPointer<ScalarClass>
  let end: Int

  /// Where the scalar after the one at `start` begins.
  func next(_ start: Int) -> Int { start + UTF8Bytes.scalarLength(lead: bytes[start]) }

  func isASCIILetter(_ index: Int) -> Bool { bytes[index] < 0x80 && classes[index].isIn(.letter) }

  /// The end of the run of scalars of some classes that begins at `start`: `[classes]*`.
  func runEnd(_ start: Int, of kinds: ScalarClass) -> Int {
    var index = start
    while index < end, classes[index].isIn(kinds) { index += 1 }
    return index
  }

  /// The same with at most `most` scalars: `[classes]{0,most}`.
  func runEnd(_ start: Int, of kinds: ScalarClass, most: Int) -> Int {
    var index = start
    var left = most
    while left > 0, index < end, classes[index].isIn(kinds) {
      index = next(index)
      left -= 1
    }
    return index
  }

  /// Where the symbols of ` ?[kinds]+` begin if they begin at `start`, or `nil`.
  func symbolsStart(_ start: Int, _ kinds: ScalarClass) -> Int? {
    let symbols = bytes[start] == 0x20 && start + 1 < end ? start + 1 : start
    return classes[symbols].isIn(kinds) ? symbols : nil
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+` at white space.
  func whitespaceMatch(_ start: Int) -> Int { lastNewlineEnd(start) ?? spacesEnd(start) }

  /// `\s*[\r\n]+`: through the last newline of the run of white space at `start`, or `nil` when it has none.
  private func lastNewlineEnd(_ start: Int) -> Int? {
    var found: Int?
    var index = start
    while index < end, classes[index].isIn(.whitespace) {
      if classes[index] == .newline { found = index + 1 }
      index += 1
    }
    return found
  }

  /// `\s+(?!\S)|\s+`: the run of white space at `start` without its last scalar, which goes with the text after it. The whole run at the
  /// end of the piece, or if it has one scalar.
  func spacesEnd(_ start: Int) -> Int {
    var index = start
    while index < end, classes[index].isIn(.whitespace) { index += 1 }
    if index == end { return index }
    var last = index - 1
    while last > start, UTF8Bytes.isContinuation(bytes[last]) { last -= 1 }
    return last > start ? last : index
  }

  /// `[一-龥぀-ゟ゠-ヿ]+`, of which each is three bytes; `nil` where none begins.
  func chineseEnd(_ start: Int) -> Int? {
    var index = start
    while index + 2 < end, (0xE3...0xE9).contains(bytes[index]) {
      let value =
        UInt32(bytes[index] & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
      guard (0x4E00...0x9FA5).contains(value) || (0x3040...0x30FF).contains(value) else { break }
      index += 3
    }
    return index > start ? index : nil
  }
}
