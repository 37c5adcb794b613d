import Testing

/// A file that must be refused: its lines, and how the message must begin (without the file's name).
struct BadFile: Sendable, CustomTestStringConvertible {
  let lines: [String]
  let message: String

  /// Whether the message only has to hold this, anywhere.
  let within: Bool

  init(_ lines: [String], _ message: String, within: Bool = false) {
    self.lines = lines
    self.message = message
    self.within = within
  }

  var content: String { lines.joined(separator: "\n") }
  var testDescription: String { message }

  private static let good = #"{"text":"x","label":"a"}"#

  private static func row(_ label: String, _ split: String) -> String {
    #"{"text":"x","label":"\#(label)","split":"\#(split)"}"#
  }

  /// Files for ``RowReader``.
  static let ofAUser: [BadFile] = [
    BadFile([], ": expected at least one row, got none."),
    BadFile(["", "  ", ""], ": expected at least one row, got none."),
    BadFile(
      [good, #"{"text": "x", "label" "a"}"#],
      #":2: expected a JSON object, got text that is not JSON: "{"text": "x", "label" "a"}", byte 22: no colon after a key."#
    ),
    BadFile(
      [good, #"{"text":"x","label":"a",}"#], #""label":"a",}", byte 24: a comma before the closing bracket."#,
      within: true),
    BadFile(
      [good, #"{"text":["x",],"label":"a"}"#], "byte 13 (in `text`): a comma before the closing bracket.", within: true),
    BadFile(
      [good, "{\"text\":\"x\ty\",\"label\":\"a\"}"],
      "(in `text`): a tab (U+0009) in a string, where it must be written \\t.", within: true),
    BadFile(
      [good, #"{"text":"x\qy","label":"a"}"#], #"(in `text`): the escape \q, which JSON does not have."#, within: true),
    BadFile([good, good + good], ":2: expected a JSON object, got text that is not JSON:"),
    BadFile([good, "", "[1]"], ":3: expected a JSON object, got another JSON value."),
    BadFile([good, "null"], ":2: expected a JSON object, got another JSON value."),
    BadFile([good, #"{"text":"x"}"#], #":2: expected a string "label", got only "text"."#),
    BadFile([good, #"{"text":1,"label":"a"}"#], #":2: expected a string "text", got the number 1. Fix: Put it in"#),
    BadFile([good, #"{"text":["x"],"label":"a"}"#], #":2: expected a string "text", got an array or an object."#),
    BadFile([good, #"{"text":null,"label":"a"}"#], #":2: expected a string "text", got null."#),
    BadFile([good, #"{"text":true,"label":"a"}"#], #":2: expected a string "text", got true or false."#),
    BadFile([good, #"{"text":" \n","label":"a"}"#], #":2: expected a string "text", got a blank one."#),
    BadFile(
      [good, #"{"prompt":"x","answer":"a"}"#],
      #":2: expected "text" and "label", as in the first row, got "answer", "prompt"."#),
    BadFile(
      [#"{"prompt":"x","label":"a"}"#],
      #":1: expected the fields of one form ("text" and "label", or "text" and "labels", or "prompt" and "answer", or "prompt" and "completion", or "messages", or "conversations", or "instruction" and "output"), got "label", "prompt"."#
    ),
    BadFile(
      ["{}"],
      #":1: expected the fields of one form ("text" and "label", or "text" and "labels", or "prompt" and "answer", or "prompt" and "completion", or "messages", or "conversations", or "instruction" and "output"), got a row without fields."#
    ),
    BadFile([good, #"{"text":"x","label":"a","cue":"?"}"#], #":2: expected no field "cue" in a row, got one."#),
    BadFile([good, #"{"text":"x","label":"a","text":"y"}"#], ":2: expected every field once, got a name twice."),
    BadFile(
      [good, #"{"text":"\ud800","label":"a"}"#], "(in `text`): half a surrogate pair.", within: true),
    BadFile([good, #"{"text":"x","label":{}}"#], #":2: expected a string "label", got an array or an object."#),
    BadFile([good, row("a", "test")], #":1: expected a string "split", got none, though other rows have it."#),
    BadFile([row("a", "dev")], ": expected at least one train row, got none."),
    BadFile([row("a", "eval")], #":1: expected a string "split", got "eval"."#),
    BadFile([#"{"text":"x","label":"a","id":1.5}"#], #":1: expected a string "id", got a number."#),
    BadFile([good, good, good, good], ": expected at least one test row, got none."),
    BadFile([row("a", "test")], ": expected at least one train row, got none."),
    BadFile([good, good, good, good, good], #": expected at least 2 labels, got only "a"."#),
    BadFile(
      [#"{"text":"x","label":"a","id":"r"}"#, #"{"text":"x","label":"b","id":"r"}"#, good, good, good],
      #":2: expected an id of its own, got id "r", which t.jsonl:1 has already."#),
    BadFile(
      [row("a", "train"), row("b", "train"), row("c", "test")],
      #":3: expected one of the labels "a", "b", got "c"."#),
    // Control characters of a file neither break the line nor reach the terminal.
    BadFile(
      [row("a", "train"), row("b", "train"), row(#"\u001b[31m\nx"#, "test")],
      #":3: expected one of the labels "a", "b", got "\u{1B}[31m\nx"."#),
  ]

  /// Files for `train.json` of ``MTL5Suite``; the labels are `up` and `down`.
  static let ofATaskFolder: [BadFile] = [
    BadFile([], ":1: expected one JSON array and nothing else, got an empty file."),
    BadFile(["{}"], ":1: expected one JSON array and nothing else, got something else."),
    BadFile(["[]", " []"], ":2: expected one JSON array and nothing else, got more text after the array."),
    BadFile(["[]"], ": expected at least one train row, got none."),
    BadFile(
      ["[", #"{"label":"up","sentence":"a"},"#, #"{"label":"up","sentence":"#],
      ":3 (row 1, counted from 0): expected the end of this row and of the array, got the end of the file"),
    BadFile(["[1}, 2]"], ":1 (row 0, counted from 0): expected the end of this row and of the array"),
    BadFile(
      ["[", #"{"label":"up","sentence":"a"},"#, #"{"label":"down"}]"#],
      #":3 (row 1, counted from 0): expected a string "sentence", got only "label"."#),
    BadFile(
      [#"[{"label":"up","sentence":"a"},]"#],
      #":1 (row 1, counted from 0): expected a JSON object, got text that is not JSON: "", byte 0: the end of the file where a value is expected. Fix: Check quotation"#
    ),
    BadFile(
      [#"[{"label":"up","sentence":"a"}, "b"]"#],
      ":1 (row 1, counted from 0): expected a JSON object, got another JSON value. Fix: Write the row as"),
    BadFile(
      [#"[{"label":"sideways","sentence":"a"}]"#],
      #":1 (row 0, counted from 0): expected one of the labels "up", "down", got "sideways". Fix: Correct the label"#),
    BadFile(
      [#"[{"label":"up","sentence":"a"}]"#],
      #": expected a training row for every label, got none for "down". Fix: Add training rows for it, or remove"#),
  ]
}
