import Decoder
import Files
import TestSupport
import Testing

@testable import Generation

/// Is every token found that may come, and no other?
@Suite struct VocabularyTrieTests {
  @Test func stringsAreFoundUnderTheirBytes() {
    let long = [UInt8](repeating: 7, count: ByteTrie.longest + 1)
    let trie = ByteTrie([[1, 2], nil, [], [1], [1, 2], long, [1, 3, 0], [1, 3], Array(long.dropLast()), [255]])
    func numbers(_ bytes: [UInt8]) -> [Int32]? { trie.node(of: bytes).map { Array(trie.numbers(at: $0)) } }
    #expect(numbers([1]) == [3] && numbers([1, 2]) == [0, 4] && numbers([1, 3]) == [7] && numbers([1, 3, 0]) == [6])
    #expect(numbers([2]) == nil && numbers([1, 2, 3]) == nil && numbers([255]) == [9] && numbers([7, 7]) == [])
    #expect(numbers(long) == nil && numbers(Array(long.dropLast())) == [8])
    #expect(trie.hasBeginning(of: [1, 9]) && !trie.hasBeginning(of: [7, 7]) && !trie.hasBeginning(of: []))
    #expect(ByteTrie([]).isEmpty && ByteTrie([nil, []]).all.isEmpty)
  }

  /// Eight bytes decide nearly always; these differ behind them, or by a zero at their end.
  @Test func theOrderOfLongStrings() {
    let strings: [[UInt8]] = [
      [0, 0, 0, 0, 0, 0, 0, 0, 2], [0, 0, 0], [0], [0, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0], [0, 0, 0, 0, 0, 0, 0, 0],
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 2, 3, 4, 5, 6, 7, 8, 9],
    ]
    let trie = ByteTrie(strings)
    #expect(trie.order == [2, 4, 1, 5, 3, 0, 7, 6])
    for (number, string) in strings.enumerated() {
      #expect(trie.node(of: string).map { Array(trie.numbers(at: $0)) } == [Int32(number)])
    }
  }

  @Test func aWalkLeavesOutWhatLiesUnderADeadNode() {
    let trie = ByteTrie([[1], [1, 1], [1, 2], [1, 2, 1], [2], [2, 1], [1, 1, 1]])
    var found: [Int32] = []
    var looked = 0
    trie.walk(
      trie.all, from: 0,
      step: { sum, byte, _ in
        looked += 1
        return byte == 2 ? nil : sum + Int(byte)
      }, visit: { found += $0 })
    // Under a dead node nothing is looked at: neither [1, 2, 1] nor [2, 1].
    #expect(found == [0, 1, 6] && looked == 5)
    found = []
    if let node = trie.node(of: [1]) {
      trie.walk(trie.below(node), from: 0, step: { sum, _, _ in sum }, visit: { found += $0 })
    }
    #expect(found == [1, 6, 2, 3])
  }

  /// With and without what is known of strings, against one token after the other.
  @Test(arguments: SchemaSample.all) func theAllowedTokensAreThoseThatTheGrammarTakes(_ sample: SchemaSample) throws {
    let vocabulary = try VocabularyTrie(ToyTokenizer.toy)
    let grammar = try SchemaReader.grammar(of: json(sample.schema))
    for seed in 0..<6 {
      var draws = SplitMix64(seed)
      let constraint = GrammarConstraint(grammar, vocabulary)
      var state = grammar.start
      for _ in 0..<60 {
        var expected = Set(ToyTokenizer.toy.texts.indices.filter { behind(state, $0, grammar) != nil })
        if grammar.mayEnd(state) { expected.insert(ToyTokenizer.end) }
        let allowed = constraint.allowedTokens
        try #require(allowed == expected, "seed \(seed): \(allowed.symmetricDifference(expected))")
        guard let token = allowed.sorted().randomElement(using: &draws), let next = behind(state, token, grammar) else {
          break
        }
        state = next
        constraint.accept(token)
      }
    }
  }

  private func behind(_ state: TextGrammar.State, _ token: Int, _ grammar: TextGrammar) -> TextGrammar.State? {
    guard let text = ToyTokenizer.toy.texts[token] else { return nil }
    return text.reduce(Optional(state)) { state, byte in state.flatMap { grammar.step($0, byte) } }
  }

  /// As many tokens as the largest vocabularies have.
  @Test(.timeLimit(.minutes(2))) func largeVocabularies() throws {
    var draws = SplitMix64(1)
    let letters = Array("etaoin shrdlu,.:{}[]\"\\0123456789\n".utf8) + [0xC3, 0xA9, 0xE4, 0xBD, 0xA0]
    var texts: [[UInt8]?] = (0..<256).map { [UInt8($0)] }
    while texts.count < 248_000 {
      let length = 1 + Int(draws.next() % 9)
      texts.append((0..<length).map { _ in letters[Int(draws.next() % UInt64(letters.count))] })
    }
    let vocabulary = try VocabularyTrie(ToyTokenizer(texts: texts))
    let constraint = GrammarConstraint(
      try SchemaReader.grammar(of: json(#"{"type":"array","items":{"type":"string"}}"#)), vocabulary)
    for byte in "[\"".utf8 { constraint.accept(Int(byte)) }
    for _ in 0..<20 {
      var count = 0
      constraint.allowed(endTokens: []) { _ in count += 1 }
      #expect(count > 10_000 && count < 248_000)
    }
  }
}
