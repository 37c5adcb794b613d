/// Watches a text that comes in pieces for strings that end it.
///
/// What could be the beginning of such a string is held back until it is clear: nothing of it is ever given, however the text is cut
/// into pieces.
struct StopStrings {
  private let strings: [[UInt8]]
  private var held: [UInt8] = []

  init(_ strings: [String]) { self.strings = strings.map { Array($0.utf8) }.filter { !$0.isEmpty } }

  /// - Returns: The text that can be given now, and whether a string that ends it has come.
  mutating func feed(_ piece: String) -> (text: String, isEnd: Bool) {
    held += Array(piece.utf8)
    if let end = firstEnd() {
      let text = String(decoding: held[..<end], as: UTF8.self)
      held = []
      return (text, true)
    }
    let safe = held.count - longestBeginning()
    let text = String(decoding: held[..<safe], as: UTF8.self)
    held.removeFirst(safe)
    return (text, false)
  }

  /// What was held back when the text is over.
  mutating func finish() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }

  /// Where the first of the strings begins that is there whole.
  private func firstEnd() -> Int? {
    strings.compactMap { string in
      guard held.count >= string.count else { return nil }
      return (0...held.count - string.count).first { held[$0..<$0 + string.count].elementsEqual(string) }
    }.min()
  }

  /// Bytes at the end that may be the beginning of one of the strings. Whole characters: strings are whole, and so are pieces.
  private func longestBeginning() -> Int {
    strings.map { string in
      (1..<max(string.count, 1)).reversed().first { count in
        count <= held.count && held.suffix(count).elementsEqual(string.prefix(count))
      } ?? 0
    }.max() ?? 0
  }
}
