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
    if !isFirst, let string = grammar.string(state), let behind = grammar.behindString(state) {
      let (tokens, trie) = (vocabulary.stringTokens(from: string), vocabulary.within)
      Self.give(tokens.inside[...], but: ends, allow)
      for closing in tokens.closings {
        Self.give(trie.numbers(at: Int(closing)), but: ends, allow)
        walk(trie, trie.below(Int(closing)), from: behind, but: ends, allow)
      }
    } else {
      let trie = isFirst ? vocabulary.beginning : vocabulary.within
      walk(trie, trie.all, from: state, but: ends, allow)
    }
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
