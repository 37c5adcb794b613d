import Decoder

/// Holds one sequence to a grammar.
final class GrammarConstraint: TokenConstraint {
  private let grammar: TextGrammar
  private let vocabulary: VocabularyTrie
  /// `nil`: a token came that was not allowed, an end token as a rule; nothing follows it.
  private var state: TextGrammar.State?
  private var isFirst = true

  init(_ grammar: TextGrammar, _ vocabulary: VocabularyTrie) {
    self.grammar = grammar
    self.vocabulary = vocabulary
    state = grammar.start
  }

  func allowed(endTokens: [Int], _ allow: (Int) -> Void) {
    guard let state else { return }
    if grammar.mayEnd(state) { endTokens.forEach(allow) }
    // An end token that is spelled like text is never taken for text.
    let ends = endTokens.filter { vocabulary.text(of: $0, isFirst: isFirst) != nil }
    if isFirst {
      walk(vocabulary.beginning, vocabulary.beginning.all, from: state, but: ends, allow)
      return
    }
    // What may come is what may come at any one of the points.
    var strings: [JSONStringState: [(position: TextGrammar.Position, string: StringPosition)]] = [:]
    var others: [TextGrammar.Position] = []
    for position in state.positions {
      if let string = position.string {
        strings[string.state, default: []].append((position, string))
      } else {
        others.append(position)
      }
    }
    for (string, positions) in strings { walk(string, positions, but: ends, allow) }
    if let rest = TextGrammar.State(others) {
      walk(vocabulary.within, vocabulary.within.all, from: rest, but: ends, allow)
    }
  }

  /// From points within strings: nearly all tokens stay in them, and are known.
  private func walk(
    _ state: JSONStringState, _ positions: [(position: TextGrammar.Position, string: StringPosition)], but ends: [Int],
    _ allow: (Int) -> Void
  ) {
    let (tokens, trie) = (vocabulary.stringTokens(from: state), vocabulary.within)
    let room = positions.map(\.string.room).max() ?? 0
    Self.give(tokens.inside(upTo: room), but: ends, allow)
    /// Where strings of any length are over is one place for all tokens.
    let always = positions.allSatisfy { $0.string.bounds == .any } ? Self.behind(positions) : nil
    for closing in tokens.closings where closing.characters <= room {
      let closed = always ?? Self.behind(positions.filter { $0.string.mayClose(behind: closing.characters) })
      guard let behind = closed else { continue }
      let node = Int(closing.node)
      Self.give(trie.numbers(at: node), but: ends, allow)
      walk(trie, trie.below(node), from: behind, but: ends, allow)
    }
  }

  private static func behind(
    _ positions: [(position: TextGrammar.Position, string: StringPosition)]
  ) -> TextGrammar.State? {
    TextGrammar.State(positions.map { $0.position.behind($0.string) })
  }

  func accept(_ token: Int) {
    guard var next = state, let text = vocabulary.text(of: token, isFirst: isFirst) else {
      state = nil
      return
    }
    isFirst = false
    for byte in text {
      guard let found = grammar.step(next, byte) else {
        state = nil
        return
      }
      next = found
    }
    state = next
  }

  private func walk(
    _ trie: ByteTrie, _ nodes: Range<Int>, from state: TextGrammar.State, but ends: [Int], _ allow: (Int) -> Void
  ) {
    trie.walk(
      nodes, from: state, step: { state, byte, _ in grammar.step(state, byte) },
      visit: { Self.give($0, but: ends, allow) })
  }

  private static func give(_ tokens: ArraySlice<Int32>, but ends: [Int], _ allow: (Int) -> Void) {
    if ends.isEmpty {
      for token in tokens { allow(Int(token)) }
    } else {
      for token in tokens where !ends.contains(Int(token)) { allow(Int(token)) }
    }
  }
}
