/// The added tokens of one phase, which are found in text before anything else is done to it.
struct AddedTokens: Sendable {
  struct Token: Sendable {
    let id: Int
    /// The UTF-8 to look for; not empty.
    let bytes: [UInt8]
    /// Whether the token takes the white space before it, or after it, along.
    let stripsLeft: Bool
    let stripsRight: Bool
  }

  /// A part of a text.
  enum Segment: Equatable {
    case token(Int)
    case text(Range<Int>)
  }

  /// By first byte; the longest first, since of the tokens that match at a place the longest is meant.
  private let tokens: [[Token]]
  private let isEmpty: Bool

  init(_ tokens: [Token]) {
    var byFirst = [[Token]](repeating: [], count: 256)
    for token in tokens.sorted(by: { $0.bytes.count > $1.bytes.count }) {
      if let first = token.bytes.first { byFirst[Int(first)].append(token) }
    }
    self.tokens = byFirst
    isEmpty = tokens.isEmpty
  }

  /// Cuts `bytes` at the leftmost, longest matches; no segment of text is empty.
  func segments(of bytes: [UInt8]) -> [Segment] {
    if isEmpty { return bytes.isEmpty ? [] : [.text(0..<bytes.count)] }
    var segments: [Segment] = []
    var covered = 0
    var index = 0
    while index < bytes.count {
      guard let token = match(bytes, at: index) else {
        index += 1
        continue
      }
      // White space that the token before has taken is not taken twice.
      let start = token.stripsLeft ? max(covered, UTF8Bytes.whitespaceStart(in: bytes, before: index)) : index
      // The search goes on behind the token itself, as in Python, even where the white space after it is taken.
      index += token.bytes.count
      // Nothing is left of a token of white space when the token before has taken all of it.
      guard start < index else { continue }
      if covered < start { segments.append(.text(covered..<start)) }
      segments.append(.token(token.id))
      covered = token.stripsRight ? UTF8Bytes.whitespaceEnd(in: bytes, from: index) : index
    }
    if covered < bytes.count { segments.append(.text(covered..<bytes.count)) }
    return segments
  }

  private func match(_ bytes: [UInt8], at index: Int) -> Token? {
    for token in tokens[Int(bytes[index])]
    where index + token.bytes.count <= bytes.count
      && token.bytes.indices.allSatisfy({ bytes[index + $0] == token.bytes[$0] })
    {
      return token
    }
    return nil
  }
}
