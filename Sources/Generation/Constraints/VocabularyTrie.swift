import Synchronization
public import Tokenization

/// What the tokens of a tokenizer add to a text, ready for finding those that may come next: made once for a base, and shared by all
/// constraints.
///
/// ```swift
/// let vocabulary = try VocabularyTrie(base.tokenizer)
/// let constraint = try TextConstraint.choice(["yes", "no"], vocabulary: vocabulary)
/// ```
public final class VocabularyTrie: Sendable {
  /// Tokens that stand within a text, by their bytes.
  let within: ByteTrie
  /// The same of tokens with which a text begins.
  let beginning: ByteTrie
  /// By id.
  private let textsWithin: [[UInt8]?]
  private let textsAtBeginning: [[UInt8]?]
  /// Whether each byte is a token.
  private let single: [Bool]
  private let inStrings = Mutex<[JSONStringState: StringTokens]>([:])

  /// Where tokens lead from a point within a JSON string.
  struct StringTokens: Sendable {
    /// Those that stay in it, the ones with which few characters begin first.
    private let inside: [Int32]
    /// By a number of characters: where the tokens end with which no more begin.
    private let ends: [Int]
    /// The nodes whose byte is the quotation mark that ends it, and how many characters begin before that.
    let closings: [(node: Int32, characters: Int)]

    /// - Parameter inside: By the number of characters that begin with them.
    fileprivate init(inside: [[Int32]], closings: [(node: Int32, characters: Int)]) {
      self.inside = Array(inside.joined())
      ends = inside.reduce(into: []) { $0.append(($0.last ?? 0) + $1.count) }
      self.closings = closings
    }

    /// Those that stay in it, and with which at most so many characters begin.
    func inside(upTo characters: Int) -> ArraySlice<Int32> {
      ends.isEmpty ? [] : inside[..<ends[min(characters, ends.count - 1)]]
    }
  }

  /// - Throws: ``ConstraintError/noTextTokens``.
  public init(_ tokenizer: any Tokenizer) throws {
    let ids = 0..<max(0, tokenizer.vocabularySize)
    let textsWithin = ids.map { tokenizer.textBytes(of: $0, isFirst: false) }
    let textsAtBeginning = ids.map { tokenizer.textBytes(of: $0, isFirst: true) }
    let within = ByteTrie(textsWithin)
    guard !within.isEmpty else { throw ConstraintError.noTextTokens }
    self.within = within
    beginning = textsAtBeginning == textsWithin ? within : ByteTrie(textsAtBeginning)
    (self.textsWithin, self.textsAtBeginning) = (textsWithin, textsAtBeginning)
    single = (UInt8.min...UInt8.max).map { byte in
      within.node(of: [byte]).map { !within.numbers(at: $0).isEmpty } ?? false
    }
  }

  /// What a token adds to a text; `nil`: it cannot be part of one.
  func text(of id: Int, isFirst: Bool) -> [UInt8]? {
    guard textsWithin.indices.contains(id) else { return nil }
    return isFirst ? textsAtBeginning[id] : textsWithin[id]
  }

  /// Where tokens lead from a point within a JSON string. Nearly all of them stay in it, whatever is around it: they are looked for once.
  func stringTokens(from state: JSONStringState) -> StringTokens {
    inStrings.withLock { known in
      if let found = known[state] { return found }
      var inside: [[Int32]] = []
      var closings: [(node: Int32, characters: Int)] = []
      var begun = 0
      within.walk(
        within.all, from: (state: state, characters: 0),
        step: { before, byte, node in
          switch before.state.step(byte) {
          case .inside(let next)?:
            begun = before.characters + (before.state == .plain ? 1 : 0)
            return (next, begun)
          case .closed?:
            closings.append((Int32(clamping: node), before.characters))
            return nil
          case nil: return nil
          }
        },
        visit: { tokens in
          while inside.count <= begun { inside.append([]) }
          inside[begun] += tokens
        })
      let found = StringTokens(inside: inside, closings: closings)
      known[state] = found
      return found
    }
  }

  /// The first character of a text that has no token of its own, nor tokens of its bytes.
  ///
  /// - Parameter text: UTF-8.
  func firstMissing(in text: [UInt8]) -> String? {
    if text.allSatisfy({ single[Int($0)] }) { return nil }
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if bytes.allSatisfy({ single[Int($0)] }) { continue }
      guard let node = within.node(of: bytes), !within.numbers(at: node).isEmpty else { return String(scalar) }
    }
    return nil
  }
}
