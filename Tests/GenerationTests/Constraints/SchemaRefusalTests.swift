import Files
import Testing

@testable import Generation

/// Is a keyword that the mask does not guarantee refused by its name, wherever it stands, and is what is too large refused soon?
@Suite struct SchemaRefusalTests {
  private func error(_ schema: String) -> ConstraintError? {
    do {
      _ = try SchemaReader.grammar(of: json(schema))
      return nil
    } catch let error as ConstraintError {
      return error
    } catch {
      Issue.record("not ours: \(error)")
      return nil
    }
  }

  /// Keywords of JSON Schema, of its drafts 4 to 2020-12 and of OpenAPI, that say something about which values fit.
  private static let refused = [
    "format", "pattern", "multipleOf", "uniqueItems", "contains", "minContains", "maxContains", "prefixItems",
    "additionalItems", "unevaluatedItems", "minProperties", "maxProperties", "patternProperties", "propertyNames",
    "dependencies", "dependentRequired", "dependentSchemas", "unevaluatedProperties", "oneOf", "not", "if", "then",
    "else", "contentEncoding", "contentMediaType", "contentSchema", "$id", "$anchor", "$dynamicRef", "$dynamicAnchor",
    "$vocabulary", "nullable", "discriminator", "id",
  ]

  @Test(arguments: refused) func everyOtherKeywordIsRefused(_ name: String) {
    for schema in [
      #"{"type":"string","KEY":1}"#, #"{"type":"integer","KEY":1}"#, #"{"type":["array","null"],"items":{},"KEY":1}"#,
      #"{"type":"object","properties":{},"additionalProperties":false,"KEY":1}"#, #"{"enum":[1],"KEY":1}"#,
      #"{"const":1,"KEY":1}"#, #"{"anyOf":[{"type":"null"}],"KEY":1}"#, ##"{"$ref":"#","KEY":1}"##, #"{"KEY":1}"#,
    ] {
      let error = error(schema.replacing("KEY", with: name))
      guard case .unsupportedKeyword(let found, let path, _)? = error else {
        Issue.record("\(schema): \(error.map { "\($0)" } ?? "taken")")
        continue
      }
      #expect(found == name && path == "#" && error?.pointer == "#/\(name)")
    }
    let inner = error(
      #"{"anyOf":[{"type":"null"},{"type":"array","items":{"type":"string","KEY":1}}]}"#.replacing("KEY", with: name))
    #expect(inner?.pointer == "#/anyOf/1/items/\(name)")
  }

  /// Where an error is, for programs.
  @Test func pointers() {
    for (schema, pointer) in [
      (#"{"type":"object","properties":{"a/b":{"type":"x"}},"additionalProperties":false}"#, "#/properties/a~1b/type"),
      (#"{"type":"object"}"#, "#/additionalProperties"),
      (#"{"anyOf":[{"type":"null"},{"enum":[]}]}"#, "#/anyOf/1/enum"),
      (##"{"$ref":"#"}"##, "#"),
      (#"{"type":"null","$defs":{"A":{"type":"string","minLength":-1}}}"#, "#/$defs/A/minLength"),
    ] { #expect(error(schema)?.pointer == pointer, "\(schema)") }
  }

  private static let wrong: [(schema: String, message: String)] = [
    (#"{"anyOf":[]}"#, "#/anyOf: found []; expected a list of at least one schema"),
    (#"{"anyOf":{}}"#, "#/anyOf: found an object of 0 keys; expected a list"),
    (#"{"allOf":[{"type":"null"},{"type":"null"}]}"#, "#/allOf: found"),
    (#"{"type":[]}"#, "#/type: found []; expected at least one name, each once"),
    (#"{"type":["null","null"]}"#, "#/type: found"),
    (#"{"type":["null","nul"]}"#, #"#/type/1: found "nul"; expected one of null"#),
    (#"{"type":"string","minLength":-1}"#, "#/minLength: found -1; expected a whole number from 0"),
    (#"{"type":"string","maxLength":1.5}"#, "#/maxLength: found 1.5; expected a whole number from 0"),
    (
      #"{"type":"string","minLength":3,"maxLength":2}"#,
      "#/maxLength: found 2; expected at least 3, as `minLength` says"
    ),
    (
      #"{"type":"array","items":{"type":"null"},"minItems":3,"maxItems":2}"#, "#/maxItems: found 2; expected at least 3"
    ),
    (#"{"type":"integer","minimum":"1"}"#, #"#/minimum: found "1"; expected a number"#),
    (#"{"type":"number","minimum":0,"exclusiveMinimum":true}"#, "#/exclusiveMinimum: found true; expected a number"),
    (#"{"type":"integer","minimum":2,"maximum":1}"#, "#: found none; expected bounds with a whole number"),
    (
      #"{"type":"integer","minimum":0.2,"maximum":0.9}"#,
      "#: found none; expected bounds with a whole number of at most 18"
    ),
    (#"{"type":"number","exclusiveMinimum":1,"exclusiveMaximum":1}"#, "#: found none; expected bounds with a number"),
    (#"{"type":"integer","minimum":1e300}"#, "#: found none; expected bounds with a whole number of at most 18"),
    (##"{"anyOf":[{"$ref":"#"},{"type":"null"}]}"##, "#: no value of at most 32 levels fits"),
    (##"{"allOf":[{"$ref":"#"}]}"##, "#: no value of at most 32 levels fits"),
    (##"{"type":"array","items":{"$ref":"#"},"minItems":1}"##, "#: no value of at most 32 levels fits"),
    (
      ##"{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"anyOf":[{"$ref":"#/$defs/a"}]}}}"##,
      "#: no value of at most 32 levels fits"
    ),
    (##"{"$ref":"#/definitions/a","$defs":{"a":{"type":"null"}}}"##, "#/$ref: found"),
  ]

  @Test(arguments: wrong) func isRefused(_ schema: String, _ message: String) {
    let error = error(schema)?.description ?? "taken"
    #expect(error.hasPrefix(message), "\(error)")
  }

  /// As a client may send them: none takes memory or time that grows with anything but the bytes of the schema.
  @Test func hostileSchemas() {
    func repeated(_ count: Int, _ element: (Int) -> String) -> String {
      (0..<count).map(element).joined(separator: ",")
    }
    let properties = repeated(100_000) { #""p\#($0)":{"type":"null"}"# }
    let deep = String(repeating: #"{"anyOf":["#, count: 20) + #"{"type":"null"}"# + String(repeating: "]}", count: 20)
    let ring = repeated(600) { ##""d\##($0)":{"$ref":"#/$defs/d\##(($0 + 1) % 600)"}"## }
    // Each choice has all the others among its alternatives.
    let web = repeated(15) { at in
      #""d\#(at)":{"anyOf":[{"type":"object","properties":{"k":{"type":"string"}},"additionalProperties":false},"#
        + repeated(15) { ##"{"type":"array","items":{"$ref":"#/$defs/d\##($0)"}}"## } + "]}"
    }
    for (name, schema, expected) in [
      (
        "properties", #"{"type":"object","properties":{\#(properties)},"additionalProperties":false}"#,
        "bytes, the limit"
      ),
      ("enum", #"{"enum":[\#(repeated(12_000) { "\($0)" })]}"#, "listed values with those before, the limit is 1024"),
      (
        "alternatives", #"{"anyOf":[\#(repeated(2_000) { _ in #"{"type":"null"}"# })]}"#,
        "alternatives with those before"
      ),
      (
        "alternatives at once",
        #"{"anyOf":[\#(repeated(17) { #"{"type":"array","items":{"const":\#($0)}}"# })]}"#,
        "17 alternatives in one `anyOf`"
      ),
      ("types", #"{"type":"array","items":{"type":["string","null"]},"maxItems":9223372036854775807}"#, "taken"),
      ("deep", deep, "levels of schemas, the limit is 16"),
      ("ring", ##"{"$ref":"#/$defs/d0","$defs":{\##(ring)}}"##, "no value"),
      ("web", ##"{"$ref":"#/$defs/d0","$defs":{\##(web)}}"##, "taken"),
    ] {
      let found = error(schema)?.description ?? "taken"
      #expect(found.contains(expected), "\(name): \(found.prefix(200))")
    }
  }

  /// A choice in a list in a choice: more points than are followed, at every byte.
  @Test func manyPointsAreFollowedOnlySoFar() throws {
    let lists = (0..<15).map { _ in ##"{"type":"array","items":{"$ref":"#"}}"## }.joined(separator: ",")
    let schema = try json(#"{"anyOf":[\#(lists),{"type":"string","maxLength":2}]}"#)
    let constraint = try TextConstraint.json(schema: schema, vocabulary: VocabularyTrie(ToyTokenizer.toy))
    let grammar = try SchemaReader.grammar(of: schema)
    var state = grammar.start
    for byte in #"[[["a"], ["b",["c"]]], ["#.utf8 {
      state = try #require(grammar.step(state, byte))
      #expect(state.positions.count <= TextGrammar.State.mostPositions)
    }
    let found = constraint.allowed(behind: Array(#"[[["a"],["b""#.utf8))
    #expect(found.wrong == nil && found.tokens.contains(Int(UInt8(ascii: "]"))))
  }
}
