import Decoder
import Files
import Foundation
import TestSupport
import Testing

@testable import Generation

/// Schemas at random, and texts at random of what each allows: all of them fit.
@Suite struct RandomSchemaTests {
  @Test func everyWalkEndsInWhatFits() throws {
    let vocabulary = try VocabularyTrie(ToyTokenizer.toy)
    var taken = 0
    for seed in 0..<400 {
      var random = RandomSchema(seed)
      let written = random.schema()
      let schema = try json(written)
      let constraint: TextConstraint
      do {
        constraint = try .json(schema: schema, vocabulary: vocabulary)
      } catch let error as ConstraintError {
        // Bounds with nothing between them, or a definition that always leads back to itself.
        #expect(
          "\(error)".contains("bounds with") || "\(error)".contains("no value of"), "seed \(seed): \(written): \(error)"
        )
        continue
      }
      taken += 1
      for walk in 0..<4 {
        let text = try #require(walked(constraint, seed: seed * 31 + walk), "seed \(seed): \(written): no end")
        let answer = String(decoding: text, as: UTF8.self)
        let value = try #require(try? JSONTree(Data(text)), "seed \(seed): \(written): \(answer)")
        #expect(try fits(value, schema, root: schema), "seed \(seed): \(written): \(answer)")
      }
    }
    #expect(taken > 200)
  }

  /// A text at random; from some length on what ends it comes first. `nil`: there is no end, or nothing may follow.
  private func walked(_ constraint: TextConstraint, seed: Int) -> [UInt8]? {
    var draws = SplitMix64(seed)
    let state = constraint.makeState()
    var text: [UInt8] = []
    let length = Int.random(in: 0..<40, using: &draws)
    let closing = [ToyTokenizer.end] + "\"]}".utf8.map { Int($0) }
    for step in 0..<6000 {
      let allowed = state.allowedTokens
      let end = step < length ? nil : closing.first { allowed.contains($0) }
      guard let token = end ?? allowed.sorted().randomElement(using: &draws) else { return nil }
      if token == ToyTokenizer.end { return text }
      state.accept(token)
      text += ToyTokenizer.toy.texts[token] ?? []
    }
    return nil
  }
}

/// SplitMix64 schemas of all that is supported.
private struct RandomSchema {
  private var draws: SplitMix64

  init(_ seed: Int) { draws = SplitMix64(seed) }

  mutating func schema() -> String {
    let inner = value(0)
    let definitions = ["a", "b"].map { "\"\($0)\":\(value(1))" }.joined(separator: ",")
    return inner.dropLast() + (inner.count > 2 ? "," : "") + "\"$defs\":{\(definitions)}}"
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &draws) }
  private mutating func pick(_ words: [String]) -> String { words.randomElement(using: &draws) ?? "" }

  private mutating func value(_ depth: Int) -> String {
    switch number(0...(depth > 3 ? 6 : 10)) {
    case 0: return #"{"type":"string","title":"t","default":1\#(bounds("minLength", "maxLength"))}"#
    case 1: return #"{"type":"integer"\#(limits())}"#
    case 2: return #"{"type":"number"\#(limits())}"#
    case 3: return #"{"type":["null","boolean"]}"#
    case 4: return #"{"enum":["a","ab",1,12,1.5,null,[1],{"a":{}}]}"#
    case 5: return pick([##"{"$ref":"#/$defs/a"}"##, ##"{"$ref":"#/$defs/b","description":"d"}"##])
    case 6: return #"{"type":["integer","string"]\#(limits())\#(bounds("minLength", "maxLength"))}"#
    case 7: return #"{"type":"array","items":\#(value(depth + 1))\#(bounds("minItems", "maxItems"))}"#
    case 8: return #"{"anyOf":[\#((0...number(0...3)).map { _ in value(depth + 1) }.joined(separator: ","))]}"#
    default:
      let names = ["a", "ab", "b\\n", "é"].prefix(number(0...4))
      let properties = names.map { "\"\($0)\":\(value(depth + 1))" }.joined(separator: ",")
      let required = names.filter { _ in number(0...2) == 0 }.map { "\"\($0)\"" }.joined(separator: ",")
      return #"{"type":"object","properties":{\#(properties)},"required":[\#(required)],"additionalProperties":false}"#
    }
  }

  private mutating func bounds(_ lower: String, _ upper: String) -> String {
    let least = number(0...3)
    return pick([
      "", ",\"\(lower)\":\(least)", ",\"\(upper)\":\(least)",
      ",\"\(lower)\":\(least),\"\(upper)\":\(least + number(0...2))",
    ])
  }

  private mutating func limits() -> String {
    let numbers = [
      "-1e9", "-12.5", "-3", "-0.25", "0", "1e-7", "0.1", "0.3", "7", "10", "99.5", "1000", "123456789012",
    ]
    let (low, high) = (number(0...numbers.count - 1), number(0...numbers.count - 1))
    let lower = pick([",\"minimum\":", ",\"exclusiveMinimum\":"]) + numbers[min(low, high)]
    let upper = pick([",\"maximum\":", ",\"exclusiveMaximum\":"]) + numbers[max(low, high)]
    return pick(["", lower, upper, lower + upper])
  }
}
