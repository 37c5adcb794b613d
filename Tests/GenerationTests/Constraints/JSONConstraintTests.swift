import Decoder
import Files
import Foundation
import TestSupport
import Testing

@testable import Generation

/// Does a model that may only take allowed tokens write what fits, and may it write all that fits?
@Suite struct JSONConstraintTests {
  private let vocabulary: VocabularyTrie

  init() throws { vocabulary = try VocabularyTrie(ToyTokenizer.toy) }

  private func constraint(_ sample: SchemaSample) throws -> TextConstraint {
    try .json(schema: json(sample.schema), vocabulary: vocabulary)
  }

  @Test(arguments: SchemaSample.all) func whatFitsIsAcceptedHoweverItIsCut(_ sample: SchemaSample) throws {
    let constraint = try constraint(sample)
    for text in sample.fits {
      #expect(try fits(json(text), json(sample.schema), root: json(sample.schema)), "\(text)")
      for seed in 0..<12 { try accept(Array(text.utf8), by: constraint, seed: seed) }
    }
  }

  /// Takes one of the tokens with which the rest of the text begins, again and again.
  private func accept(_ text: [UInt8], by constraint: TextConstraint, seed: Int) throws {
    var draws = SplitMix64(seed)
    let state = constraint.makeState()
    var rest = text[...]
    while !rest.isEmpty {
      let tokens = ToyTokenizer.toy.texts.indices.filter { id in
        ToyTokenizer.toy.texts[id].map { rest.starts(with: $0) } ?? false
      }
      let token = try #require(tokens.randomElement(using: &draws))
      try #require(
        state.allowedTokens.contains(token),
        "seed \(seed), \(String(decoding: text, as: UTF8.self)): token \(token) at byte \(rest.startIndex)")
      state.accept(token)
      rest = rest.dropFirst(ToyTokenizer.toy.texts[token]?.count ?? 0)
    }
    try #require(
      state.allowedTokens.contains(ToyTokenizer.end), "seed \(seed), \(String(decoding: text, as: UTF8.self)): no end")
  }

  @Test(arguments: SchemaSample.all) func whatDoesNotFitIsRejectedAtItsFirstWrongByte(_ sample: SchemaSample) throws {
    let constraint = try constraint(sample)
    for (beginning, wrong) in sample.wrong {
      let found = constraint.allowed(behind: Array(beginning.utf8))
      try #require(found.wrong == nil, "\(beginning): byte \(found.wrong ?? 0)")
      for byte in wrong.compactMap(\.utf8.first) {
        #expect(!found.tokens.contains(Int(byte)), "\(beginning): \(Character(Unicode.Scalar(byte)))")
      }
      // There is always something that may follow.
      #expect(!found.tokens.isEmpty, "\(beginning)")
    }
  }

  @Test func brokenCharactersAreRejectedAtTheirFirstWrongByte() throws {
    let constraint = try TextConstraint.json(schema: json(#"{"type":"string"}"#), vocabulary: vocabulary)
    for (beginning, wrong) in [
      ([], [0x80, 0xBF, 0xC0, 0xC1, 0xF5, 0xFF]), ([0xC3], [0x22, 0x41, 0xC3]), ([0xE0], [0x80, 0x9F]),
      ([0xED], [0xA0, 0xBF]),
      ([0xE2, 0x82], [0x22, 0xC3]), ([0xF0], [0x80, 0x8F]), ([0xF4], [0x90, 0xBF]), ([0xF0, 0x9F], [0x22, 0x41]),
      ([0xF0, 0x9F, 0x98], [0x22, 0x5C]),
    ] as [([UInt8], [Int])] {
      let found = constraint.allowed(behind: [0x22] + beginning)
      #expect(found.wrong == nil && !found.tokens.isEmpty, "\(beginning)")
      #expect(found.tokens.isDisjoint(with: wrong), "\(beginning)")
    }
  }

  /// At random, then by the shortest way to an end.
  @Test(arguments: SchemaSample.all) func everyWalkEndsInWhatFits(_ sample: SchemaSample) throws {
    let constraint = try constraint(sample)
    let schema = try json(sample.schema)
    for seed in 0..<60 {
      let text = try walk(constraint, seed: seed)
      let written = String(decoding: text, as: UTF8.self)
      let value = try #require(try? JSONTree(Data(text)), "seed \(seed): \(written)")
      #expect(try fits(value, schema, root: schema), "seed \(seed): \(written)")
    }
  }

  @Test func everyWalkEndsInAnObject() throws {
    let constraint = try TextConstraint.jsonObject(vocabulary: vocabulary)
    for seed in 0..<200 {
      let text = try walk(constraint, seed: seed)
      let written = String(decoding: text, as: UTF8.self)
      guard case .object = try #require(try? JSONTree(Data(text)), "seed \(seed): \(written)") else {
        Issue.record("seed \(seed): \(written)")
        continue
      }
    }
  }

  private func walk(_ constraint: TextConstraint, seed: Int) throws -> [UInt8] {
    var draws = SplitMix64(seed)
    let state = constraint.makeState()
    var text: [UInt8] = []
    let length = Int.random(in: 0..<80, using: &draws)
    for step in 0..<4000 {
      let allowed = state.allowedTokens
      try #require(!allowed.isEmpty, "seed \(seed): nothing may follow \(String(decoding: text, as: UTF8.self))")
      let closing = [ToyTokenizer.end] + "\"]}".utf8.map { Int($0) }
      let token =
        step < length
        ? allowed.sorted().randomElement(using: &draws)
        : closing.first { allowed.contains($0) } ?? allowed.sorted().randomElement(using: &draws)
      guard let token, token != ToyTokenizer.end else { return text }
      state.accept(token)
      text += ToyTokenizer.toy.texts[token] ?? []
    }
    Issue.record("seed \(seed): no end of \(String(decoding: text.prefix(400), as: UTF8.self))")
    return text
  }

  @Test func anyObject() throws {
    let constraint = try TextConstraint.jsonObject(vocabulary: vocabulary)
    let deep = String(repeating: "[", count: 31)
    for text in [
      "{}", #"{"a":[1, {"b":null}, true,"x",-1.5e3,[]], "":{}}"#, #"{"a":1,"a":false}"#, #"{"\u00e9é":"é"}"#,
      #"{"a":"# + deep + String(repeating: "]", count: 31) + "}",
    ] {
      for seed in 0..<12 { try accept(Array(text.utf8), by: constraint, seed: seed) }
    }
    for (beginning, wrong) in [
      ("", "[\"1n "), ("{", " 1,]"), (#"{"a""#, " ,}"), (#"{"a":"#, "}],\n"), (#"{"a":tr"#, "x"), (#"{"a":1"#, "\n] "),
      (#"{"a":{}"#, "]{"), (#"{"a":[1"#, "}"), (#"{"a":1,"#, "}1"), (#"{"a":"# + deep, "[{"), ("{}", "{} ,"),
    ] {
      let found = constraint.allowed(behind: Array(beginning.utf8))
      #expect(found.wrong == nil && found.tokens.isDisjoint(with: wrong.utf8.map { Int($0) }), "\(beginning)")
    }
  }
}
