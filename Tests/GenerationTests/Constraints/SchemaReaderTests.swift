import Files
import Foundation
import TestSupport
import Testing

@testable import Generation

/// Is every schema that is not understood refused, with the place and the reason?
@Suite struct SchemaReaderTests {
  private func error(_ schema: String) -> String {
    do {
      _ = try SchemaReader.grammar(of: json(schema))
      return "taken"
    } catch {
      return error is ConstraintError ? "\(error)" : "not ours: \(error)"
    }
  }

  private static func object(_ properties: String, _ more: String = "") -> String {
    #"{"type":"object","properties":{\#(properties)},"additionalProperties":false\#(more)}"#
  }

  private static let refused: [(schema: String, message: String)] = [
    (
      object(#""name":{"type":"string","format":"date"}"#),
      "`format` at #/properties/name: not supported; supported there: type"
    ),
    (#"{"type":"array","items":{"type":"string"},"uniqueItems":true}"#, "`uniqueItems` at #: not supported"),
    (#"{"type":"string","pattern":"^a"}"#, "`pattern` at #: not supported"),
    (#"{"type":"string","items":{}}"#, "`items` at #: not supported"),
    (#"{"type":"string","maximum":3}"#, "`maximum` at #: not supported"),
    (#"{"type":"integer","minLength":3}"#, "`minLength` at #: not supported"),
    (#"{"type":["string","null"],"minItems":3}"#, "`minItems` at #: not supported"),
    (#"{"anyOf":[{"type":"string"}],"type":"string"}"#, "`type` at #: not supported"),
    (#"{"enum":["a"],"minLength":2}"#, "`minLength` at #: not supported"),
    (#"{"enum":["a"],"const":"a"}"#, "`const` at #: not supported"),
    (##"{"$ref":"#/$defs/a","type":"null","$defs":{"a":{"type":"null"}}}"##, "`type` at #: not supported"),
    (object(#""a/b~c":{"oneOf":[]}"#), "`oneOf` at #/properties/a~1b~0c: not supported"),
    (object(#""a":{"type":"null","$defs":{}}"#), "`$defs` at #/properties/a: not supported"),
    (object("", #","propertys":{}"#), "`propertys` at #: not supported; supported there: properties, "),
    (
      #"{"type":"null","$defs":{"unused":{"type":"string","format":"date"}}}"#,
      "`format` at #/$defs/unused: not supported"
    ),
    ("{}", "#: found none of them; expected `type`, `enum`, `const`, `anyOf` or `$ref`"),
    ("true", "#: found true; expected a schema, which is an object"), ("[]", "#: found []; expected a schema"),
    (#"{"type":"strng"}"#, #"#/type: found "strng"; expected one of string, "#),
    (#"{"type":null}"#, "#/type: found null; expected one name"),
    (#"{"type":"array"}"#, "#: found none; expected `items`"),
    (#"{"type":"array","items":[{"type":"null"}]}"#, "#/items: found [an object of 1 keys]; expected a schema"),
    (
      #"{"type":"object","properties":{}}"#,
      #"#/additionalProperties: found nothing; expected false: add "additionalProperties": false"#
    ),
    (
      #"{"type":"object","properties":{},"additionalProperties":true}"#,
      "#/additionalProperties: found true; expected false"
    ),
    (
      #"{"type":"object","properties":{},"additionalProperties":{}}"#,
      "#/additionalProperties: found an object of 0 keys"
    ),
    (
      #"{"type":"object","properties":[],"additionalProperties":false}"#,
      "#/properties: found []; expected an object of schemas"
    ),
    (object(#""a":1"#), "#/properties/a: found 1; expected a schema"),
    (object(#""a":{"type":"null"}"#, #","required":"a""#), #"#/required: found "a"; expected a list of names"#),
    (object(#""a":{"type":"null"}"#, #","required":[1]"#), "#/required/0: found 1; expected a name"),
    (
      object(#""name":{"type":"null"}"#, #","required":["nmae"]"#),
      #"#/required/0: found "nmae"; expected one of `properties`: name"#
    ),
    (object(#""e\#u{301}":{"type":"null"}"#, ",\"required\":[\"\u{E9}\"]"), "#/required/0: found"),
    (
      object("", #","required":["a"]"#),
      "#/required/0: found \"a\"; expected a name of `properties`, of which there are none"
    ),
    (
      object(#""a":{"type":"null"},"a":{"type":"string"}"#),
      "#/properties: found the key `a` twice; expected each key once"
    ),
    (#"{"type":"null","type":"string"}"#, "#: found the key `type` twice"),
    (#"{"enum":[]}"#, "#/enum: found []; expected a list of at least one value"),
    (#"{"enum":"a"}"#, "#/enum: found \"a\""),
    (#"{"type":"string","enum":["a",3]}"#, "#/enum/1: found 3; expected a value of `type` string"),
    (#"{"type":"integer","const":1.5}"#, "#/const: found 1.5; expected a value of `type` integer"),
    (#"{"const":9223372036854775808}"#, "#/const: found 9.223372036854776e+18; expected a number below 2^63"),
    (#"{"enum":[{"a":1,"a":2}]}"#, "#/enum/0: found the key `a` twice"),
    (#"{"$ref":1}"#, "#/$ref: found 1; expected `#` or `#/$defs/NAME`"),
    (#"{"$ref":"https://example.org/a.json"}"#, "#/$ref: found \"https://example.org/a.json\"; expected `#`"),
    (
      ##"{"$ref":"#/$defs/a"}"##,
      "#/$ref: found \"#/$defs/a\"; expected a schema under `$defs`, of which there are none"
    ),
    (
      ##"{"$ref":"#/$defs/lst","$defs":{"list":{"type":"null"}}}"##,
      "#/$ref: found \"#/$defs/lst\"; expected `#/` and one of: $defs/list"
    ),
    (#"{"type":"null","$defs":[]}"#, "#/$defs: found []; expected an object of schemas"),
    (##"{"$ref":"#"}"##, "#: no value of at most 32 levels fits"),
    (
      ##"{"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
      "#: no value of at most 32 levels fits"
    ),
    (object(##""a":{"$ref":"#"}"##, #","required":["a"]"#), "#: no value of at most 32 levels fits"),
  ]

  @Test(arguments: refused) func isRefused(_ schema: String, _ message: String) {
    #expect(error(schema).hasPrefix(message), "\(error(schema))")
  }

  @Test func whatLeadsBackToItselfMayEnd() {
    #expect(error(Self.object(##""a":{"$ref":"#"}"##)) == "taken")
    #expect(error(Self.object(##""a":{"type":"array","items":{"$ref":"#"}}"##, #","required":["a"]"#)) == "taken")
  }

  private func nested(_ levels: Int, _ inner: String = #"{"type":"null"}"#) -> String {
    String(repeating: #"{"type":"array","items":"#, count: levels) + inner + String(repeating: "}", count: levels)
  }

  @Test func limits() {
    #expect(error(nested(15)) == "taken")
    #expect(error(nested(16)).contains("17 levels of schemas, the limit is 16"))
    #expect(error(nested(60)).contains("17 levels of schemas, the limit is 16"))
    #expect(error(#"{"type":"null","$defs":{"a":\#(nested(14))}}"#) == "taken")
    #expect(error(#"{"type":"null","$defs":{"a":\#(nested(15))}}"#).contains("17 levels of schemas, the limit is 16"))

    func properties(_ range: Range<Int>) -> String {
      range.map { #""p\#($0)":{"type":"null"}"# }.joined(separator: ",")
    }
    #expect(error(Self.object(properties(0..<256))) == "taken")
    #expect(
      error(Self.object(properties(0..<257))).hasPrefix(
        "#/properties: 257 properties with those before, the limit is 256"))
    let both = properties(0..<127) + #","more":\#(Self.object(properties(0..<129)))"#
    #expect(error(Self.object(both)).hasPrefix("#/properties/more/properties: 257 properties with those before"))

    func values(_ count: Int) -> String {
      let texts: [String] = (0..<count).map { "\($0)" }
      return "[\(texts.joined(separator: ","))]"
    }
    #expect(error(#"{"enum":\#(values(1024))}"#) == "taken")
    #expect(
      error(#"{"enum":\#(values(1025))}"#).hasPrefix("#/enum: 1025 listed values with those before, the limit is 1024"))
    #expect(
      error(Self.object(#""a":{"enum":\#(values(1024))},"b":{"const":1}"#))
        .hasPrefix("#/properties/b/const: 1025 listed values with those before"))

    // As compact JSON: what is around it does not count.
    let rest = #"{"type":"null","title":""}"#.utf8.count
    let title = String(repeating: "x", count: (64 << 10) - rest)
    #expect(error(#"{"type" : "null", "title":"\#(title)"}"#) == "taken")
    #expect(error(#"{"type":"null","title":"\#(title)x"}"#).hasPrefix("#: 65537 bytes, the limit is 65536"))
  }

  /// Names may be of any length and hold any character; a message is one line.
  @Test func messagesStayShort() {
    let name = String(repeating: "k", count: 20_000)
    let long = error(Self.object(#""\#(name)":{"\#(name)":1,"type":"null"}"#))
    #expect(long.utf8.count < 600 && long.contains("kkk…` at #/properties/kkk"), "\(long.prefix(300))")
    let hostile = error(Self.object(#""a\u001b[31m\n":{"x\u0007\u2028y":1,"type":"null"}"#))
    #expect(!hostile.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x2028 }, "\(hostile)")
  }

  /// Broken pieces of schemas in any order end in a grammar or in an error of ours.
  @Test func anythingElseIsRefusedToo() throws {
    let words = [
      #""type""#, #""object""#, #""array""#, #""string""#, #""items""#, #""properties""#, #""required""#, #""enum""#,
      #""const""#,
      #""$ref""#, #""$defs""#, "\"#\"", ##""#/$defs/a""##, #""a""#, #""additionalProperties""#, "false", "null", "1",
      "-0.0", "1e300", "[]", "{}",
    ]
    for seed in 0..<3000 {
      var draws = SplitMix64(seed)
      func value(_ depth: Int) -> String {
        let kind = Int.random(in: 0..<(depth > 4 ? 2 : 6), using: &draws)
        if kind < 2 { return words.randomElement(using: &draws) ?? "1" }
        let count = Int.random(in: 0..<5, using: &draws)
        if kind == 2 { return "[" + (0..<count).map { _ in value(depth + 1) }.joined(separator: ",") + "]" }
        return "{"
          + (0..<count).map { _ in "\(words.prefix(15).randomElement(using: &draws) ?? "1"):\(value(depth + 1))" }
          .joined(separator: ",") + "}"
      }
      let schema = value(0)
      let result = error(schema)
      #expect(!result.hasPrefix("not ours"), "seed \(seed): \(schema): \(result)")
    }
  }
}
