import Decoder
import Files
import Testing

@testable import Generation

/// Is the text one of the choices, to the byte, and does it end where one of them does?
@Suite struct ChoiceConstraintTests {
  private let vocabulary: VocabularyTrie
  private let end = ToyTokenizer.end

  init() throws { vocabulary = try VocabularyTrie(ToyTokenizer.toy) }

  private func id(_ text: String) -> Int { ToyTokenizer.toy.texts.lastIndex(of: Array(text.utf8)) ?? -1 }

  @Test func theAllowedTokensAreTheBeginningsOfTheRest() throws {
    let constraint = try TextConstraint.choice(["yes", "no", "name"], vocabulary: vocabulary)
    let (y, n) = (Int(UInt8(ascii: "y")), Int(UInt8(ascii: "n")))
    #expect(constraint.allowed(behind: []).tokens == [id("yes"), id("no"), id("name"), y, id("y"), n])
    #expect(constraint.allowed(behind: Array("y".utf8)).tokens == [Int(UInt8(ascii: "e")), id("es")])
    #expect(constraint.allowed(behind: Array("yes".utf8)).tokens == [end])
    #expect(constraint.allowed(behind: Array("nn".utf8)).wrong == 1)
  }

  @Test func aChoiceThatBeginsAnother() throws {
    let constraint = try TextConstraint.choice(["abc\"", "a", "ab", "ab"], vocabulary: vocabulary)
    #expect(!constraint.allowed(behind: []).tokens.contains(end))
    #expect(constraint.allowed(behind: Array("a".utf8)).tokens == [end, Int(UInt8(ascii: "b"))])
    #expect(constraint.allowed(behind: Array("ab".utf8)).tokens == [end, Int(UInt8(ascii: "c"))])
    #expect(constraint.allowed(behind: Array("abc\"".utf8)).tokens == [end])
  }

  /// Swift takes both for one text.
  @Test func canonicallyEquivalentTextsAreTwo() throws {
    let constraint = try TextConstraint.choice(["\u{E9}"], vocabulary: vocabulary)
    #expect(constraint.allowed(behind: Array("e\u{301}".utf8)).wrong == 0)
    #expect(constraint.allowed(behind: Array("\u{E9}".utf8)).tokens == [end])
    #expect(constraint.allowed(behind: []).tokens == [0xC3, id("\u{E9}")])
  }

  @Test func sequencesDoNotShareAState() throws {
    let constraint = try TextConstraint.choice(["yes"], vocabulary: vocabulary)
    let (one, other) = (constraint.makeState(), constraint.makeState())
    one.accept(id("yes"))
    #expect(one.allowedTokens == [end] && other.allowedTokens.contains(id("yes")))
  }

  /// The end token, one that was not allowed, and one that is none.
  @Test func nothingFollowsATokenThatIsNotAllowed() throws {
    let constraint = try TextConstraint.choice(["yes"], vocabulary: vocabulary)
    for token in [end, id("no"), -1, 1 << 40, Int.min, Int.max] {
      let state = constraint.makeState()
      state.accept(token)
      #expect(state.allowedTokens.isEmpty, "\(token)")
      state.accept(id("yes"))
      #expect(state.allowedTokens.isEmpty, "\(token)")
    }
  }

  @Test func everyEndTokenIsAllowedAndNoneIsTakenForText() throws {
    let constraint = try TextConstraint.choice(["no", "n!"], vocabulary: vocabulary)
    let state = constraint.makeState()
    func allowed(_ ends: [Int]) -> Set<Int> {
      var tokens: Set<Int> = []
      state.allowed(endTokens: ends) { tokens.insert($0) }
      return tokens
    }
    state.accept(Int(UInt8(ascii: "n")))
    let (mark, o) = (Int(UInt8(ascii: "!")), Int(UInt8(ascii: "o")))
    #expect(allowed([end]) == [mark, o])
    // A base whose end token is spelled `!`.
    #expect(allowed([mark, end]) == [o])
    state.accept(o)
    #expect(allowed([mark, end]) == [mark, end])
    #expect(allowed([]).isEmpty)
  }

  @Test func listsThatAreNoChoice() throws {
    func error(_ texts: [String]) -> String {
      do {
        _ = try TextConstraint.choice(texts, vocabulary: vocabulary)
        return "taken"
      } catch {
        return "\(error)"
      }
    }
    #expect(error([]).hasPrefix("choice: found 0; expected 1 to 256 texts"))
    #expect(error((0...256).map { "\($0)" }).hasPrefix("choice: found 257; expected 1 to 256 texts"))
    #expect(error((0..<256).map { "\($0)" }) == "taken")
    #expect(error(["a", ""]).hasPrefix("choice: found 0 bytes in text 2; expected texts of 1 to 1024 bytes"))
    #expect(error([String(repeating: "é", count: 513)]).hasPrefix("choice: found 1026 bytes in text 1"))
    #expect(error([String(repeating: "é", count: 512)]) == "taken")
  }

  @Test func whatTheTokenizerCannotSpell() throws {
    var ascii = ToyTokenizer.toy
    for byte in 128..<256 { ascii.texts[byte] = nil }
    let vocabulary = try VocabularyTrie(ascii)
    // A token of the whole character is enough.
    _ = try TextConstraint.choice(["caf\u{E9}"], vocabulary: vocabulary)
    #expect(throws: ConstraintError.notSpellable("\"ö\"")) {
      try TextConstraint.choice(["yes", "schön"], vocabulary: vocabulary)
    }
    let schema = try json(#"{"type":"object","properties":{"ö":{"type":"null"}},"additionalProperties":false}"#)
    #expect(throws: ConstraintError.notSpellable("\"ö\"")) {
      try TextConstraint.json(schema: schema, vocabulary: vocabulary)
    }
    var noDigits = ToyTokenizer.toy
    noDigits.texts[Int(UInt8(ascii: "7"))] = nil
    #expect(throws: ConstraintError.notSpellable("\"7\"")) {
      try TextConstraint.jsonObject(vocabulary: VocabularyTrie(noDigits))
    }
    #expect(throws: ConstraintError.noTextTokens) { try VocabularyTrie(ToyTokenizer(texts: [nil, nil])) }
    #expect(throws: ConstraintError.noTextTokens) { try VocabularyTrie(ToyTokenizer(texts: [])) }
  }

  /// As Llama 2's tokenizer does.
  @Test func aTokenizerThatLeavesOutTheFirstSpace() throws {
    var tokenizer = ToyTokenizer.toy
    let space = Int(UInt8(ascii: " "))
    let spaced = tokenizer.texts.count
    tokenizer.texts.append(Array(" yes".utf8))
    tokenizer.atBeginning = [space: nil, spaced: Array("yes".utf8), id(" \""): Array("\"".utf8), id("  "): [0x20]]
    let vocabulary = try VocabularyTrie(tokenizer)
    let state = try TextConstraint.choice(["yes yes"], vocabulary: vocabulary).makeState()
    #expect(state.allowedTokens.isSuperset(of: [spaced, id("yes")]) && !state.allowedTokens.contains(space))
    state.accept(spaced)
    #expect(state.allowedTokens == [spaced, space])
    state.accept(spaced)
    #expect(state.allowedTokens == [end])
    let other = try TextConstraint.choice([" yes"], vocabulary: vocabulary).makeState()
    #expect(other.allowedTokens == [id("  ")])
    tokenizer.atBeginning[id("  ")] = .some(nil)
    let less = try VocabularyTrie(tokenizer)
    #expect {
      try TextConstraint.choice(["no", " yes"], vocabulary: less)
    } throws: { "\($0)".contains("begins with \" yes\"") }
    // The first token of JSON, too.
    let string = try TextConstraint.json(schema: json(#"{"type":"string"}"#), vocabulary: vocabulary).makeState()
    #expect(string.allowedTokens.contains(id(" \"")))
    string.accept(id(" \""))
    #expect(string.allowedTokens.contains(space))
  }
}
