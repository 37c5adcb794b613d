/// Watches a text that comes in pieces for strings that end it.
///
/// What could be the beginning of such a string is held back until it is clear: nothing of it is ever given, however the text is cut
/// into pieces.
package struct StopStrings {
  private let strings: [[UInt8]]
  private var held: [UInt8] = []

  package init(_ strings: [String]) { self.strings = strings.map { Array($0.utf8) }.filter { !$0.isEmpty } }

  /// - Returns: The text that can be given now, and whether a string that ends it has come.
  mutating func feed(_ piece: String) -> (text: String, isEnd: Bool) {
    let (text, stop) = take(piece)
    return (text, stop != nil)
  }

  /// - Returns: The text that can be given now, and the string that ends it, where one has come.
  package mutating func take(_ piece: String) -> (text: String, stop: String?) {
    held += Array(piece.utf8)
    if let (end, string) = firstEnd() {
      let text = String(decoding: held[..<end], as: UTF8.self)
      held = []
      return (text, String(decoding: string, as: UTF8.self))
    }
    let safe = held.count - longestBeginning()
    let text = String(decoding: held[..<safe], as: UTF8.self)
    held.removeFirst(safe)
    return (text, nil)
  }

  /// What was held back when the text is over.
  package mutating func finish() -> String {
    defer { held = [] }
    return String(decoding: held, as: UTF8.self)
  }

  /// Where the string begins that is whole first, and which it is: of several that end at one place, the longest. It is what would be found
  /// byte by byte, so that it does not matter how the text was cut.
  private func firstEnd() -> (start: Int, string: [UInt8])? {
    let found = strings.compactMap { string -> (start: Int, string: [UInt8])? in
      guard held.count >= string.count else { return nil }
      let start = (0...held.count - string.count).first { held[$0..<$0 + string.count].elementsEqual(string) }
      return start.map { ($0, string) }
    }
    return found.min { ($0.start + $0.string.count, $0.start) < ($1.start + $1.string.count, $1.start) }
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
