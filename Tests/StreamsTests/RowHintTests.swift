import Files
import Foundation
import TestSupport
import Testing

@testable import Streams

/// Does what is wrong with a file name the way to what was meant?
@Suite struct RowHintTests {
  private func refusal(_ content: String, as name: String = "a.jsonl", _ reader: RowReader = RowReader()) throws
    -> String
  {
    let folder = try Scratch()
    let file = try folder.write(content, to: name)
    return message(in: folder) { _ = try reader.examples(file) } ?? "no error"
  }

  private static let rows = (0..<4).map { #"{"text":"t\#($0)","label":"\#($0 % 2)"}"# }.joined(separator: ",")

  /// Rows that lie one level down, on one line and over many.
  @Test(arguments: ["", "\n"]) func rowsOneLevelDown(end: String) throws {
    let one = try refusal("{\(end)\"data\":[\(end)\(Self.rows.replacing("},", with: "},\(end)"))]}\n", as: "a.json")
    #expect(one.hasPrefix("a.json:1: ") && one.contains("in \"data\": `jq -c '.data[]' FILE > rows.jsonl`"), "\(one)")
    let several = try refusal("{\"train\":\(end)[\(Self.rows)],\"test\":[\(Self.rows)],\"v\":1}", as: "a.json")
    #expect(several.contains("in \"train\", \"test\": `jq -c 'to_entries[] | select(.value | type == \"array\")"))
    #expect(several.contains("{split: $split}"))
    // Requests are told the same.
    let folder = try Scratch()
    let file = try folder.write("{\(end)\"rows\":[\(Self.rows)]}", to: "a.json")
    let asked = RequestRow.problem(ofWhole: file).map { "\($0)" }
    #expect(asked?.contains("jq -c '.rows[]'") == true)
    // A row that ends in the middle is not such an object.
    #expect(try RequestRow.problem(ofWhole: folder.write("{\"data\":[\(Self.rows)", to: "b.json")) == nil)
    #expect(try refusal("{\"text\":\(end)\"x\",\"tags\":[{}],").contains("text that is not JSON"))
  }

  /// The command is one that jq and a shell read, whatever the name is and whatever stands beside the rows.
  @Test(arguments: [
    ("Data", ".Data[]"), ("my rows", ".[\"my rows\"][]"), ("", ".[\"\"][]"), ("it's", ".[] | arrays[] | objects"),
    ("ä", ".[] | arrays[] | objects"),
  ])
  func namesOfRowsOneLevelDown(name: String, filter: String) throws {
    let got = try refusal("{\"Count\":3,\"\(name)\":[\(Self.rows)]}", as: "a.json")
    #expect(got.contains("`jq -c '\(filter)' FILE > rows.jsonl`"), "\(got)")
  }

  /// A form's own list is not a list of rows.
  @Test func turnsAreNoRows() throws {
    let got = try refusal(#"{"text":"x","messages":[{"role":"user","content":"x"}],"label":"a"}"#)
    #expect(got.contains("--form text-label or messages") && !got.contains("jq"))
    #expect(!(try refusal(#"{"history":[{"a":1}]}"#)).contains("jq"))
  }

  /// Rows of an array are told what rows of lines are told.
  @Test func namesOfArrays() throws {
    let row = #"{"body":"x","kind":"a"}"#
    let folder = try Scratch()
    let array = "[\n\(row),\n\(row)\n]"
    for (content, name) in [(row + "\n" + row, "a.jsonl"), (array, "a.json"), ("[\(row)]", "a.json")] {
      let got = try refusal(content, as: name)
      #expect(got.contains("Rename them, or say which they are: --columns text=COLUMN,label=COLUMN."), "\(got)")
      let file = try folder.write(content, to: name)
      #expect(message(in: folder) { _ = try RowReader().read(file) }?.contains("--columns text=COLUMN") == true)
      let asked = try #require(RequestRow.read(file).rows.first)
      guard case .failure(let problem) = asked else {
        Issue.record("\(name) was read")
        continue
      }
      #expect(problem.text.contains("say which column it is: --columns text=COLUMN."), "\(problem.text)")
    }
  }

  /// A table whose name says JSON.
  @Test func tablesCalledJSON() throws {
    let ending = "This looks like CSV: give the file a name that ends in .csv (.csv.gz if it is gzipped)."
    #expect(try refusal("text,label\nx,a\ny,b\n").contains(ending))
    #expect(try refusal("\"text\",\"label\"\n\"x, y\",a\n").contains(ending))
    #expect(try refusal("text;label\nx;a\n").contains("looks like CSV with semicolons: give"))
    #expect(try refusal("text\tlabel\nx\ta\n").contains("looks like TSV: give the file a name that ends in .tsv"))
    for other in ["hello there\n", "It is late, and all of us are tired\n", "{\"text\" \"a\", \"label\": 1}\n"] {
      #expect(!(try refusal(other)).contains("looks like"), "\(other)")
    }
  }

  @Test func columnsOfMarks() throws {
    let table = try refusal("text,toxic,threat\nx,0,1\ny,1,0\n", as: "a.csv")
    #expect(
      table.contains("one field \"labels\", as [\"toxic\", \"threat\"] or, in a table, toxic|threat"), "\(table)")
    #expect(try refusal(#"{"body":"x","a":true,"b":false}"#).contains("as [\"a\", \"b\"]"))
    #expect(!(try refusal("body,toxic\nx,0\n", as: "a.csv")).contains("labels\", as"))
  }

  @Test func severalLabelsInOne() throws {
    #expect(try refusal(#"{"text":"x","label":["a","b"]}"#).contains("--columns labels=label."))
    let named = try refusal(#"{"text":"x","tags":["a","b"]}"#, RowReader(columns: .init(parsing: "label=tags")))
    #expect(named.contains("--columns labels=tags."), "\(named)")
  }

  @Test func aLabelForEveryRow() throws {
    func lines(_ count: Int) -> String {
      (0..<20).map { #"{"text":"t\#($0)","label":"l\#($0 % count)"}"# }.joined(separator: "\n")
    }
    let got = try refusal(lines(20))
    #expect(got.contains("got 20 labels in 20 rows") && got.contains("--columns label=COLUMN"), "\(got)")
    #expect(!(try refusal(lines(19))).contains("labels in 20 rows"))
    let folder = try Scratch()
    let file = try folder.write(lines(20), to: "a.jsonl")
    #expect(message(in: folder) { _ = try RowReader().read(file) }?.contains("20 labels in 20 rows") == true)
  }

  /// Rows that all ask the same are dealt into one part; none of them has a label.
  @Test func oneQuestionForAll() throws {
    func lines(_ question: String) -> String {
      (0..<20).map {
        #"{"messages":[{"role":"user","content":"\#(question)"},{"role":"assistant","content":"a\#($0)"}]}"#
      }.joined(separator: "\n")
    }
    // The hash puts the question into any part: the gate's leaves nothing to learn from.
    let refusals = try (0..<40).map { try refusal(lines("question \($0)")) }
    #expect(refusals.contains { $0.contains("got 20 rows that all ask the same") })
    #expect(!refusals.contains { $0.contains("--columns label=COLUMN") })
  }

  /// A label of the option that no row has is the option's fault; a row's own other label is the row's.
  @Test func aLabelOfTheOption() throws {
    let rows = (0..<20).map { #"{"text":"t\#($0)","label":"\#($0 % 2 == 0 ? "ok" : "violation")"}"# }
      .joined(separator: "\n")
    let typo = try refusal(rows, RowReader(labels: ["ok", "violaton"]))
    #expect(typo.hasPrefix("--labels: expected ") && typo.contains("\"violaton\", which none has"), "\(typo)")
    #expect(typo.contains("Is it \"violation\"?"))
    let more = try refusal(rows, RowReader(labels: ["ok", "violation", "spam"]))
    #expect(more.hasPrefix("--labels: ") && more.contains("\"spam\", which none has"))
    let other = try refusal(rows + "\n{\"text\":\"x\",\"label\":\"oj\"}", RowReader(labels: ["ok", "violation"]))
    #expect(other.contains("a.jsonl:21: expected one of the labels"), "\(other)")
  }

  /// An option that cannot be meant is wrong usage; a row that is not as the others are is wrong data.
  @Test func whoseFaultItIs() throws {
    let folder = try Scratch()
    func category(_ content: String, _ name: String, _ columns: String, labels: [String]? = nil) throws
      -> ErrorCategory?
    {
      let file = try folder.write(content, to: name)
      do {
        _ = try RowReader(columns: ColumnNames(parsing: columns), labels: labels).examples(file)
        return nil
      } catch {
        return ErrorCategory(of: error)
      }
    }
    func split(_ number: Int) -> String { number < 16 ? "train" : "test" }
    let rows = (0..<20).map { #"{"body":"t\#($0)","label":"\#($0 % 2)","split":"\#(split($0))"}"# }
      .joined(separator: "\n")
    let table = "body,label,split\n" + (0..<20).map { "t\($0),\($0 % 2),\(split($0))" }.joined(separator: "\n")
    for (content, name) in [(rows, "a.jsonl"), (table, "a.csv")] {
      #expect(try category(content, name, "text=body") == nil)
      for columns in ["text=bdy", "txt=body", "text", "text=body,text=label"] {
        #expect(try category(content, name, columns) == .usage, "\(name): \(columns)")
      }
      #expect(try category(content, name, "text=body", labels: ["0", "2"]) == .usage)
    }
    // Of some rows each has to have the column.
    let other = #"{"text":"x","label":"0"}"#
    #expect(try category(other + "\n" + rows, "a.jsonl", "text=body") == .data)
    #expect(try category(rows + "\n" + other, "a.jsonl", "text=body") == .data)
  }

  @Test func linesOfText() throws {
    func asked(_ text: String) throws -> String {
      let folder = try Scratch()
      let file = try folder.write(text, to: "notes.txt")
      do {
        let row = try RequestRow.read(file).rows.first
        if case .failure(let problem)? = row { return problem.text }
        return "no error"
      } catch { return "\(error)" }
    }
    for text in ["Hello there\nAnother line\n", "Hello, my good old friend\nAnother line\n", "Only one line\n"] {
      let got = try asked(text)
      #expect(got.contains("`jq -R '{text: .}' FILE > rows.jsonl`") && got.contains("--text"), "\(got)")
    }
    #expect(!(try asked("body,kind\nx,y\n")).contains("jq"))
    #expect(!(try asked("text,kind\nx\n")).contains("jq"))
  }

  /// Words of other programs, in any case; a run leaves validation rows out and counts them.
  @Test func splitsOfOthers() throws {
    let words = ["Train", "training", "TRAIN", "train", "TEST", "test", "Validation", "dev", "valid"]
    let rows = words.enumerated().map { #"{"text":"t\#($0)","label":"\#($0 % 2)","split":"\#($1)"}"# }
      .joined(separator: "\n")
    let folder = try Scratch()
    let file = try folder.write(rows, to: "a.jsonl")
    let examples = try RowReader().examples(file)
    #expect(examples.learn.count == 4 && examples.choose.count == 3 && examples.gate.count == 2)
    let task = try RowReader().read(file)
    #expect(task.train.count == 4 && task.test.count == 2 && task.validationRows == 3)
    #expect(task.train.map(\.index) == [0, 1, 2, 3] && task.test.map(\.index) == [4, 5])
    let open = try folder.write(rows + "\n" + #"{"text":"x","label":"0"}"#, to: "b.jsonl")
    #expect(message(in: folder) { _ = try RowReader().read(open) }?.hasPrefix("b.jsonl:10: expected a string") == true)
    let alone = (0..<6).map { #"{"text":"t\#($0)","label":"\#($0 % 2)""# + ($0 == 0 ? #","split":"dev"}"# : "}") }
    let silent = try folder.write(alone.joined(separator: "\n"), to: "c.jsonl")
    #expect(
      message(in: folder) { _ = try RowReader().read(silent) }?.contains("none, though other rows have it") == true)
    #expect(try refusal(#"{"text":"x","label":"a","split":"eval"}"#).contains("\"validation\" (or \"dev\", \"valid\")"))
  }

  /// A file of options is not one of rows.
  @Test func optionsAreNoRows() throws {
    let options = "# mine\nbase: sapling\ntasks: [a.jsonl, b.jsonl]\n"
    for name in ["a.yaml", "a.YML", "options", "a.txt"] {
      let got = try refusal(options, as: name)
      #expect(got.contains("got YAML") && got.contains("`accrete train --config FILE` takes YAML"), "\(got)")
    }
    let list = try refusal("# mine\n- text: x\n  label: a\n", as: "a.yaml")
    #expect(
      list.contains("got a list in YAML") && list.contains("yaml.safe_load(sys.stdin)") && !list.contains("--config"),
      "\(list)")
    // Lines of text may look like keys.
    for (text, name) in [
      ("user: Hello\nassistant: How can I help?\n", "chat.txt"), ("from: a\nsubject: b\nbase rate: c\n", "mail"),
    ] {
      let got = try refusal(text, as: name)
      #expect(got.contains("got text lines of key: value") && got.contains("{\"messages\": […]}"), "\(got)")
      #expect(got.contains("jq -R") && !got.contains("--config"), "\(got)")
    }
    #expect(try refusal("note: mine\nname: x\nlearning_rate: 1\n", as: "a.txt").contains("--config FILE"))
    for (text, name) in [("note: a,label\nb: c,d\n", "a.csv"), ("note: a\tlabel\nB: c\td\n", "a.txt")] {
      #expect(!(try refusal(text, as: name)).contains("YAML"))
    }
  }

  /// Rows that TRL trains on in ways of its own: lists of messages as prompt, and pairs of preferences.
  @Test func rowsOfTRL() throws {
    let (user, answer) = (#"[{"role":"user","content":"q"}]"#, #"[{"role":"assistant","content":"a"}]"#)
    let lists = try refusal(#"{"prompt":\#(user),"answer":\#(answer)}"#)
    #expect(lists.contains("a list of messages"), "\(lists)")
    #expect(lists.contains("--columns prompt=prompt,completion=answer reads it"), "\(lists)")
    #expect(try refusal(#"{"prompt":\#(user),"completion":"a"}"#).contains("or the row as \"messages\""))
    for empty in ["[]", "null", "[null]", #"" ""#] {
      let got = try refusal(#"{"prompt":\#(user),"completion":\#(empty)}"#)
      #expect(got.contains("There is nothing to learn") && !got.contains("as a list, too"), "\(empty): \(got)")
    }
    for empty in ["[]", "[null]"] {
      let got = try refusal(#"{"prompt":\#(empty),"completion":\#(answer)}"#)
      #expect(got.contains("a list without a message") && got.contains("Nothing is asked"), "\(empty): \(got)")
    }
    func pair(_ rest: String) throws -> String {
      let got = try refusal("{\(rest)}")
      #expect(got.contains("pairs of \"chosen\" and \"rejected\", of which no preference is learned"), "\(got)")
      return got
    }
    let texts = try pair(#""prompt":"q","chosen":"a","rejected":"b""#)
    #expect(texts.contains("--columns prompt=prompt,completion=chosen keeps"), "\(texts)")
    let whole = "\(user.dropLast()),\(answer.dropFirst())"
    #expect(try pair("\"chosen\":\(whole),\"rejected\":\(whole)").contains("--columns messages=chosen keeps"))
    let turns = "\"chosen\":\(answer),\"rejected\":\(answer)"
    #expect(try pair("\"prompt\":\(user),\(turns)").contains("--columns prompt=prompt,completion=chosen keeps"))
    #expect(try pair("\"prompt\":\"q\",\(turns)").contains("content: .prompt}] + .chosen)"))
    for question in ["question", "instruction"] {
      #expect(try pair("\"\(question)\":\"q\",\(turns)").contains("content: .\(question)}] + .chosen)"))
    }
    #expect(try pair(turns).contains("assistant's last turn"))
    #expect(try pair(#""conversations":[],"chosen":{"from":"gpt"},"rejected":{}"#).contains("assistant's last turn"))
    // The way that is named is one.
    let folder = try Scratch()
    let rows = (0..<6).map {
      #"{"prompt":"q\#($0)","chosen":"a\#($0)","rejected":"b","split":"\#($0 < 4 ? "train" : "test")"}"#
    }
    let file = try folder.write(rows.joined(separator: "\n"), to: "pairs.jsonl")
    let read = try RowReader(columns: ColumnNames(parsing: "prompt=prompt,completion=chosen")).examples(file)
    #expect(read.gate.map(\.answer) == ["a4", "a5"])
    let listed = (0..<6).map { number in
      let (asked, chosen) = (user.replacing("q", with: "q\(number)"), answer.replacing("\"a\"", with: "\"a\(number)\""))
      let split = number < 4 ? "train" : "test"
      return "{\"prompt\":\(asked),\"chosen\":\(chosen),\"rejected\":\(answer),\"split\":\"\(split)\"}"
    }
    try folder.write(listed.joined(separator: "\n"), to: "pairs.jsonl")
    let conversations = try RowReader(columns: ColumnNames(parsing: "prompt=prompt,completion=chosen")).examples(file)
    #expect(conversations.areConversations && conversations.gate.map(\.answer) == ["a4", "a5"])
  }

  /// Rows that have an answer of their own are read, whatever other programs put beside it.
  @Test func answersBesidePairs() throws {
    let folder = try Scratch()
    for (text, answer) in [("text", "label"), ("prompt", "completion"), ("instruction", "output")] {
      let rows = (0..<6).map {
        #"{"\#(text)":"q\#($0)","\#(answer)":"a\#($0 % 2)","chosen":"x","rejected":"y","split":"\#($0 < 4 ? "train" : "test")"}"#
      }
      let file = try folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
      #expect(try RowReader().examples(file).gate.map(\.answer) == ["a0", "a1"], "\(text)")
    }
  }

  /// Names of columns survive being written and read, whatever they hold.
  @Test(arguments: ["text=body,label=kind", #"{"text": "a, b", "label": "c=\"d\""}"#, #"{"text":" x"}"#, ""])
  func namesOfColumnsAreWrittenAgain(text: String) throws {
    let names = text.isEmpty ? ColumnNames() : try ColumnNames(parsing: text)
    #expect(try names.argument.isEmpty || ColumnNames(parsing: names.argument) == names)
    #expect(names.argument.isEmpty == text.isEmpty)
  }
}
