extension Conversation {
  /// What the user says in a text by itself: of a conversation with one question its words, without what stands before them; of any other
  /// text the text. `nil` where answers or other questions stand before the last one: "again" means what was said before it.
  public static func said(in text: String) -> String? {
    guard let whole = Conversation(text: text) else { return text.stripped }
    guard let last = whole.turns.last, last.isQuestion, whole.turns.dropLast().allSatisfy(\.isSystem) else {
      return nil
    }
    return last.content.stripped
  }

  /// What each of some texts says by itself: ``said(in:)`` without the lines that all of them begin with, such as an instruction before every
  /// input; ``plain(_:)`` where there is nothing of that kind.
  public static func saidAlone(_ texts: [String]) -> [String] {
    let said = texts.map(Self.said(in:))
    let dropped = commonLines(said.compactMap(\.self))
    return zip(texts, said).map { text, said in
      guard let said, !said.isEmpty else { return plain(text) }
      // A cut behind a line feed leaves whole characters.
      return String(decoding: said.utf8.dropFirst(dropped), as: UTF8.self).stripped
    }
  }

  /// The bytes of the whole lines that all texts begin with; 0 where they are one text, of which nothing tells what is its own.
  private static func commonLines(_ texts: [String]) -> Int {
    guard let first = texts.first.map({ Array($0.utf8) }) else { return 0 }
    var (common, differ) = (first[...], false)
    for text in texts.dropFirst() {
      let bytes = text.utf8
      differ = differ || !bytes.elementsEqual(first)
      common = common.prefix(zip(common, bytes).prefix { $0 == $1 }.count)
    }
    return differ ? (common.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1 : 0
  }
}
