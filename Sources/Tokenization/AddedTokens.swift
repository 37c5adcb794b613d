/// The added tokens of one phase, which are found in text before anything else is done to it.
struct AddedTokens: Sendable {
  struct Token: Sendable {
    let id: Int
    /// The UTF-8 to look for; not empty.
    let bytes: [UInt8]
    /// Whether the token takes the white space before it, or after it, along.
    let stripsLeft: Bool
    let stripsRight: Bool
    /// Whether it is a token only where no letter, number or mark is beside it.
    let isSingleWord: Bool
    /// Whether it is a special token, which no document may spell (``Tokenizer/encodePlain(_:)``).
    let isSpecial: Bool
  }

  /// A part of a text.
  enum Segment: Equatable {
    case token(Int)
    case text(Range<Int>)
  }

  /// A trie over bytes, root first; of the tokens that match at a position the longest is meant.
  /// Sixteen bytes for each byte of a token, whatever the tokens are; children are a list, of which most have one.
  private struct Node {
    let byte: UInt8
    var token: Int32 = -1
    var firstChild: Int32 = -1
    var sibling: Int32 = -1
  }

  /// The most bytes of all tokens together: real ones have some ten thousand.
  static let mostBytes = 8 << 20

  private let tokens: [Token]
  private var nodes = [Node(byte: 0)]
  /// Whether some token begins with a byte.
  private var begins = [Bool](repeating: false, count: 256)

  init(_ tokens: [Token]) {
    self.tokens = tokens.filter { !$0.bytes.isEmpty }
    for (position, token) in self.tokens.enumerated() {
      begins[Int(token.bytes[0])] = true
      var node = 0
      for byte in token.bytes {
        if let next = child(of: node, byte) {
          node = next
        } else {
          nodes.append(Node(byte: byte, sibling: nodes[node].firstChild))
          nodes[node].firstChild = Int32(nodes.count - 1)
          node = nodes.count - 1
        }
      }
      // Of tokens that are spelled alike after normalizing the first is meant, as in Python.
      if nodes[node].token < 0 { nodes[node].token = Int32(position) }
    }
  }

  private func child(of node: Int, _ byte: UInt8) -> Int? {
    var next = Int(nodes[node].firstChild)
    while next >= 0 {
      if nodes[next].byte == byte { return next }
      next = Int(nodes[next].sibling)
    }
    return nil
  }

  /// Those that are not special tokens.
  var ordinary: AddedTokens { AddedTokens(tokens.filter { !$0.isSpecial }) }

  /// Cuts `bytes` at the leftmost, longest matches; no segment of text is empty. One at a time, as each byte may be one.
  func forEachSegment(of bytes: [UInt8], _ body: (Segment) throws -> Void) rethrows {
    if tokens.isEmpty { return bytes.isEmpty ? () : try body(.text(0..<bytes.count)) }
    var covered = 0
    var index = 0
    while index < bytes.count {
      guard begins[Int(bytes[index])], let token = match(bytes, at: index) else {
        index += 1
        continue
      }
      let range = index..<index + token.bytes.count
      // The search goes on behind the token itself, as in Python, even where the white space after it is taken.
      index = range.upperBound
      if token.isSingleWord, !UTF8Bytes.standsAlone(range, in: bytes) { continue }
      // White space that the token before has taken is not taken twice.
      let start =
        token.stripsLeft
        ? UTF8Bytes.whitespaceStart(in: bytes, before: range.lowerBound, notBefore: covered) : range.lowerBound
      // Nothing is left of a token of white space when the token before has taken all of it.
      guard start < index else { continue }
      if covered < start { try body(.text(covered..<start)) }
      try body(.token(token.id))
      // What the token before has taken behind this one is white space too, and need not be looked at again.
      covered = token.stripsRight ? UTF8Bytes.whitespaceEnd(in: bytes, from: max(covered, index)) : index
    }
    if covered < bytes.count { try body(.text(covered..<bytes.count)) }
  }

  private func match(_ bytes: [UInt8], at start: Int) -> Token? {
    var longest: Int?
    var node = 0
    var index = start
    while index < bytes.count, let next = child(of: node, bytes[index]) {
      node = next
      index += 1
      if nodes[node].token >= 0 { longest = Int(nodes[node].token) }
    }
    return longest.map { tokens[$0] }
  }
}
