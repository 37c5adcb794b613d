@testable import Generation

extension SchemaSample {
  /// What is more than one form, and what has bounds.
  static let choices = [maybe, union, model, texts, elements, numbersWithin]

  static let maybe = SchemaSample(
    name: "something or null",
    schema: #"{"anyOf":[{"type":"integer"},{"type":"null"},{"const":"none"}],"default":null}"#,
    fits: ["1", "-20", "null", #""none""#],
    wrong: [("", ["t", "[", "{"]), ("n", ["o", "\""]), ("1", [".", "n"]), (#""n"#, ["u", "\""])])

  /// Objects that begin alike are told apart by a later byte.
  static let union = SchemaSample(
    name: "objects that begin alike",
    schema: """
      {"type":"array","items":{"anyOf":[
        {"type":"object","properties":{"kind":{"const":"cat"},"name":{"type":"string"},"lives":{"type":"integer"}},
          "required":["kind","name"],"additionalProperties":false},
        {"type":"object","properties":{"kind":{"const":"car"},"name":{"type":"string","maxLength":2}},
          "required":["kind","name"],"additionalProperties":false},
        {"type":"object","properties":{"name":{"type":["string","null"]}},"additionalProperties":false},
        {"type":"string","enum":["cat","n\\n"]},{"type":"string","minLength":4}]}}
      """,
    fits: [
      #"[{"kind":"cat","name":"xyz","lives":9}]"#, #"[{"kind":"car","name":"xy"}, {"name":null},{}]"#,
      #"["cat", "catalogue","n\n","\u006e\u006e\ud83d\ude00n"]"#,
    ],
    wrong: [
      (#"[{"k"#, ["e"]), (#"[{"kind":"ca"#, ["b", "\""]), (#"[{"kind":"car","name":"xy"#, ["z", "\\"]),
      (#"[{"kind":"car","name":"x""#, [","]), (#"[{"name":"x""#, [","]), (#"["ca"#, ["\""]), (#"["dogs"#, ["\n"]),
      (#"["dog"#, ["\""]),
    ])

  /// As pydantic writes a model with an optional part, a part of a type of its own, and notes.
  static let model = SchemaSample(
    name: "a model of pydantic",
    schema: """
      {"$defs":{"Address":{"properties":{"street":{"title":"Street","type":"string"},
        "zip":{"anyOf":[{"type":"string"},{"type":"null"}],"default":null,"title":"Zip"}},"required":["street"],
        "title":"Address","type":"object","additionalProperties":false}},
      "properties":{"age":{"anyOf":[{"maximum":150,"minimum":0,"type":"integer"},{"type":"null"}],"title":"Age"},
        "address":{"$ref":"#/$defs/Address","description":"where"},
        "others":{"items":{"anyOf":[{"$ref":"#/$defs/Address"},{"type":"null"}]},"maxItems":2,"type":"array",
          "examples":[[null]]},"old":{"allOf":[{"$ref":"#/$defs/Address"}],"deprecated":true}},
      "required":["age","address"],"title":"Person","type":"object","additionalProperties":false}
      """,
    fits: [
      #"{"age":150,"address":{"street":"a"}}"#,
      #"{"age": null, "address": {"street": "a", "zip": null}, "others": [null, {"street":"b","zip":"1"}]}"#,
      #"{"age":0,"address":{"street":""},"others":[],"old":{"street":"c"}}"#,
    ],
    wrong: [
      (#"{"age":15"#, ["1", "9", "."]), (#"{"age":"#, ["-", "t"]),
      (#"{"age":0,"address":{"street":"a","zip":"#, ["1", "t"]),
      (#"{"age":0,"address":{"street":"a"},"others":[null,null"#, [","]),
      (#"{"age":0,"address":{"street":"a"},"others":[{"#, ["}"]),
    ])

  static let texts = SchemaSample(
    name: "texts of two or three characters", schema: #"{"type":"string","minLength":2,"maxLength":3}"#,
    fits: [#""ab""#, #""é😀x""#, #""\ud83d\ude00\n\u00e9""#, #""\\\"""#],
    wrong: [
      ("\"", ["\""]), ("\"a", ["\""]), ("\"abc", ["d", "\\", "é"]), ("\"é", ["\""]), (#""\ud83d\ude00"#, ["\""]),
      (#""\ud83d\ude00ab"#, ["c"]),
    ])

  static let elements = SchemaSample(
    name: "lists of one to two",
    schema: #"{"type":"array","items":{"type":"array","items":{"const":1},"maxItems":0},"minItems":1,"maxItems":2}"#,
    fits: ["[[]]", "[[],[]]"], wrong: [("[", ["]", "1"]), ("[[", ["1", "["]), ("[[],[]", [","])])

  static let numbersWithin = SchemaSample(
    name: "a number from 0 to 1", schema: #"{"type":"number","minimum":0,"exclusiveMaximum":1}"#,
    fits: ["0", "0.5", "0.99999999999999", "0.00"],
    wrong: [("", ["1", "2", "-"]), ("0", ["1", "e"]), ("0.", [",", "e"]), ("0.99999999999999", ["9"])])
}
