import Testing

@testable import Generation

/// A schema with texts that fit, and with texts that fit up to a byte that does not.
struct SchemaSample: Sendable, CustomTestStringConvertible {
  let name: String
  let schema: String
  let fits: [String]
  /// A beginning, and bytes of which none may follow it.
  let wrong: [(String, [String])]

  var testDescription: String { name }

  static let all = [person, numbers, whole, node, lists, optional, listed] + choices

  static let person = SchemaSample(
    name: "an object",
    schema: """
      {"$schema":"x","title":"Person","description":"d","type":"object","properties":{
        "name":{"type":"string","description":"full"},"age":{"type":"integer"},
        "tags":{"type":"array","items":{"type":"string"}},"kind":{"type":"string","enum":["a","ab","b\\"c","é"]},
        "on":{"type":"boolean"},"none":{"type":"null"},"score":{"type":"number"},
        "at":{"type":"object","properties":{"x":{"type":"number"},"y":{"type":"number"}},"required":["x","y"],
          "additionalProperties":false},"empty":{"type":"object","additionalProperties":false}},
      "required":["name","kind"],"additionalProperties":false}
      """,
    fits: [
      #"{"name":"","kind":"a"}"#, #"{"name": "", "kind": "ab"}"#, #"{"name":"x","age":-12, "kind":"b\"c"}"#,
      #"{"name":"é😀 \ud83d\ude00\uD83D\uDE00\u00e9\"\\\/\b\f\n\r\t","tags":[],"kind":"é"}"#,
      #"{"name":"n","tags":["", "a","é"],"kind":"a","on":true,"none":null,"score":-0.5e-10,"at":{"x":1,"y": 2},"empty":{}}"#,
      #"{"name":"\u0000\uD7FF\uE000\uDBFF\uDFFF","kind":"a","score":0}"#,
      "{\"name\":\"\u{7F}\u{10FFFF}\",\"kind\":\"a\"}",
    ],
    wrong: [
      ("", [" ", "[", "\"", "}", "n"]), ("{", [" ", "}", "n", ","]), (#"{""#, ["k", "a", "\"", "\\"]),
      (#"{"name""#, [" ", ","]), (#"{"name":"#, ["1", "n", "{", "\n"]), (#"{"name": "#, [" ", "\t"]),
      (#"{"name":""#, ["\n", "\u{0}", "\u{1F}"]), (#"{"name":"\"#, ["x", "U", "0"]),
      (#"{"name":"\u"#, ["g", "\"", "-"]),
      (#"{"name":"\u00e"#, ["\"", "g"]), (#"{"name":"\ud"#, ["c", "E", "f"]), (#"{"name":"\uD83D"#, ["x", "\""]),
      (#"{"name":"\uD83D\"#, ["n", "\""]), (#"{"name":"\uD83D\u"#, ["0", "c"]),
      (#"{"name":"\uD83D\uD"#, ["8", "B", "0"]),
      (#"{"name":"x""#, ["}", " ", "]"]), (#"{"name":"x","#, ["}", ","]), (#"{"name":"x", "#, [" "]),
      (#"{"name":"x",""#, ["n", "o", "s", "e"]), (#"{"name":"x","age":"#, ["+", ".", "\"", "e"]),
      (#"{"name":"x","age":0"#, ["0", ".", "e", "}", " "]), (#"{"name":"x","age":-"#, [",", "-"]),
      (#"{"name":"x","age":123456789012345678"#, ["9"]), (#"{"name":"x","tags":["#, [",", " ", "1"]),
      (#"{"name":"x","tags":["a""#, ["}", " ", "\""]), (#"{"name":"x","tags":["a","#, ["]", ","]),
      (#"{"name":"x","kind":"a"#, ["c", " "]), (#"{"name":"x","kind":"b"#, ["\"", "c"]),
      (#"{"name":"x","kind":"a""#, ["]", " ", "b"]), (#"{"name":"x","kind":"a","on":t"#, ["x", "R"]),
      (#"{"name":"x","kind":"a","empty":{"#, ["\"", " "]), (#"{"name":"x","kind":"a","at":{"x":1"#, ["}"]),
      (#"{"name":"x","kind":"a","empty":{}"#, [","]), (#"{"name":"x","kind":"a"}"#, ["}", " ", "\n", ",", "{"]),
    ])

  static let numbers = SchemaSample(
    name: "a number", schema: #"{"type":"number"}"#,
    fits: ["0", "-0", "7", "10.25", "1e5", "1E+05", "0e-0", "123456789012345678901234567890", "9.5e99"],
    wrong: [
      ("", ["+", ".", "e", "t"]), ("0", ["0", "1", "-", ",", "\""]), ("-", [".", "-"]), ("1.", ["e", "."]),
      ("1e", ["e", "."]),
      ("1e+", ["-", "."]), ("1e10", ["0", ".", "e"]), ("123456789012345678901234567890", ["1", "."]),
      ("12345678901234567890123456789.0", ["1"]),
    ])

  static let whole = SchemaSample(
    name: "a whole number", schema: #"{"type":"integer"}"#, fits: ["0", "-0", "-7", "123456789012345678"],
    wrong: [("1", [".", "e", "E", " "]), ("0", ["0"]), ("123456789012345678", ["0"])])

  static let node = SchemaSample(
    name: "a schema in itself",
    schema: """
      {"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"object","properties":{"v":{"type":"integer"},
        "next":{"$ref":"#/$defs/a~1b"}},"required":["v"],"additionalProperties":false},"other":{"$ref":"#"}}}
      """,
    fits: [
      #"{"v":1}"#, #"{"v":1,"next":{"v":2, "next":{"v":3}}}"#,
      String(repeating: #"{"v":1,"next":"#, count: 31) + #"{"v":1}"# + String(repeating: "}", count: 31),
    ],
    wrong: [(String(repeating: #"{"v":1,"next":"#, count: 31) + #"{"v":1"#, [","]), ("{", ["}"])])

  static let lists = SchemaSample(
    name: "lists in lists", schema: ##"{"type":"array","items":{"$ref":"#"}}"##,
    fits: ["[]", "[[], []]", "[[[]],[]]", String(repeating: "[", count: 32) + String(repeating: "]", count: 32)],
    wrong: [("[", ["1", ",", " "]), ("[[]", ["["]), (String(repeating: "[", count: 32), ["["]), ("[]", [",", "]"])])

  static let optional = SchemaSample(
    name: "keys that may be left out",
    schema: """
      {"type":"object","properties":{"a":{"const":1},"ab":{"const":[1,{"x":"y"}]},"\\u00e9\\n\\"":{"const":null},
        "z":{"enum":[true,1.50,2.0,"2",-3]}},"additionalProperties":false}
      """,
    fits: [
      "{}", #"{"a":1}"#, #"{"ab":[1,{"x":"y"}]}"#, #"{"a":1, "z":1.5}"#, #"{"é\n\"":null,"z":2}"#, #"{"z":"2"}"#,
      #"{"a":1,"ab":[1,{"x":"y"}],"é\n\"":null,"z":-3}"#,
    ],
    wrong: [
      (#"{"a"#, ["c", ":"]), (#"{"a":1,""#, ["b", "\\"]), (#"{"ab":[1,{"x":"y"}],""#, ["a"]),
      (#"{"z":2"#, [",", ".", "0"]),
      (#"{"z":1.5"#, ["0", ","]), (#"{"ab":[1,"#, [" "]), ("{\"", ["b", "\""]),
    ])

  static let listed = SchemaSample(
    name: "listed values", schema: #"{"enum":["a","b c",1,12,null,true,{"k":[]}]}"#,
    fits: [#""a""#, #""b c""#, "1", "12", "null", "true", #"{"k":[]}"#],
    wrong: [("", ["f", "0", "["]), ("1", ["1", "3", ",", " "]), ("12", ["0"]), (#""b"#, ["\"", "c"]), ("t", ["x"])])
}
