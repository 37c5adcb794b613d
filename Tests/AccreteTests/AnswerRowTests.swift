import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// Is every row of a file answered in its place, whatever is wrong with others, and read by the program that wrote the file?
  @Suite struct AnswerRowTests {
    private func registry() throws -> Scratch {
      let scratch = try Scratch()
      try scratch.copy(LearnedRegistry.shared.folder().appendingPathComponent("registry"), as: "registry")
      return scratch
    }

    private func objects(_ outcome: Outcome) throws -> [[String: Any]] {
      try outcome.text.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }

    private func predict(_ arguments: String..., in scratch: Scratch) throws -> Outcome {
      try Accrete.run(["predict"] + arguments, in: scratch.url)
    }

    /// Conversations that a task of plain texts refuses, among texts, over three batches: each has its own answer.
    @Test func refusedBehindTheRoute() throws {
      let scratch = try registry()
      let rows = (0..<1100).map { number in
        number % 3 == 0
          ? "{\"messages\":[{\"role\":\"user\",\"content\":\"rain \(number)\"}],\"instruction\":\"What about weather?\",\"id\":\"c\(number)\"}"
          : "{\"text\":\"rain \(number)\",\"instruction\":\"What about weather?\",\"id\":\"t\(number)\"}"
      }
      try scratch.write(rows.joined(separator: "\n"), to: "rows.jsonl")
      let start = ContinuousClock.now
      let outcome = try predict("rows.jsonl", "--route", in: scratch)
      let answers = try objects(outcome)
      #expect(outcome.code == 65 && answers.count == 1100)
      for (number, answer) in answers.enumerated() {
        #expect(answer["id"] as? String == "\(number % 3 == 0 ? "c" : "t")\(number)", "\(number)")
        #expect((answer["error"] != nil) == (number % 3 == 0), "\(answer)")
      }
      // Routing again for every row that is refused took minutes.
      #expect(start.duration(to: .now) < .seconds(60))
    }

    @Test func aLongLineEndsTheFileAfterWhatCameBefore() throws {
      let scratch = try registry()
      let long = String(repeating: "w ", count: 9 << 20)
      try scratch.write(
        "{\"text\":\"rain\"}\n{\"text\":\" \"}\n{\"text\":\"\(long)\"}\n{\"text\":\"sun\"}\n", to: "a.jsonl")
      let outcome = try predict("a.jsonl", "--task", "weather", in: scratch)
      #expect(try outcome.code == 65 && objects(outcome).count == 2)
      #expect(outcome.error.contains("1 line could not be read") && outcome.error.contains("line 3"))
    }

    @Test func marksAndEmptyFiles() throws {
      let scratch = try registry()
      let mark = Data([0xEF, 0xBB, 0xBF])
      try (mark + Data("[{\"text\":\"rain\"},\n{\"text\":\"sun\"}]".utf8)).write(to: scratch.url("a.json"))
      #expect(try objects(predict("a.json", "--task", "weather", in: scratch)).count == 2)
      try scratch.write("", to: "empty.jsonl")
      expectRefusal(try predict("empty.jsonl", "--task", "weather", in: scratch), code: 65, "at least one row")
      expectRefusal(try predict("", "--task", "weather", in: scratch), code: 65, "an empty one")
    }

    /// A spreadsheet's table is answered in its own form, and a row that is not answered keeps its cells.
    @Test func tablesOfSpreadsheets() throws {
      let scratch = try registry()
      let word = String(repeating: "w", count: 4_500_000)
      try scratch.write("id;text;who\n7;\(word);ann\n8;=1+1;bob\n9;;eve\n", to: "a.csv")
      let outcome = try predict("a.csv", "--task", "weather", "--format", "csv", in: scratch)
      let lines = outcome.text.split(separator: "\r\n")
      #expect(outcome.code == 65 && lines.count == 4)
      #expect(lines[0].hasPrefix("line;id;task;") && lines[0].hasSuffix(";input.id;input.text;input.who"))
      #expect(lines[1].hasPrefix("2;7;") && lines[1].hasSuffix(";ann"))
      #expect(lines[2].hasPrefix("3;8;weather;") && lines[2].hasSuffix(";8;'=1+1;bob"))
      // So does one that asks for nothing.
      #expect(lines[3].hasPrefix("4;9;") && lines[3].contains("a blank one") && lines[3].hasSuffix(";9;;eve"))
      // Wherever columns are separated by semicolons, a comma's table must not hide a formula.
      try scratch.write("{\"text\":\"a;=cmd\",\"id\":\" =1\"}\n", to: "b.jsonl")
      let text = try predict("b.jsonl", "--task", "weather", "--format", "csv", in: scratch).text
      #expect(text.contains("\"a;=cmd\"") && text.contains("1,' =1,"))
    }

    /// What spreadsheets write beside rows, names with accents of another keyboard, rows with more fields than there are columns.
    @Test func tablesAsTheyCome() throws {
      let scratch = try registry()
      let columns = ["--columns", "text=Ru\u{308}ckmeldung,label=Art", "--task", "weather"]
      let table = "sep=;\nRückmeldung;n\nrain;1\nsun;2;3;4;5;6\nfog;7\n;\n;;\n"
      try scratch.write(table, to: "a.csv")
      let outcome = try Accrete.run(["predict", "a.csv"] + columns, in: scratch.url)
      let answers = try objects(outcome)
      #expect(
        outcome.code == 65 && answers.count == 3 && answers[0]["label"] is String && answers[2]["label"] is String)
      #expect((answers[1]["error"] as? String)?.contains("a.csv:4: expected 2 fields") ?? false)
      // A first row without a text is one row.
      try scratch.write("text;n\n;1\nrain;2\n", to: "b.csv")
      let first = try objects(Accrete.run(["predict", "b.csv", "--task", "weather"], in: scratch.url))
      #expect(first.count == 2 && first[0]["line"] as? Int == 2 && first[1]["label"] is String)
      // A table through a pipe whose text has another name: one line that names the columns.
      let piped = try Accrete.run(
        ["predict", "--task", "weather"], input: Data("Nachricht;n\nrain;1\nsun;2\n".utf8), in: scratch.url)
      expectRefusal(piped, code: 65, "standard input, line 1:", "\"Nachricht\"", "--columns text=COLUMN")
      // The first line is where a column's name is missing.
      expectRefusal(
        try Accrete.run(["learn", "a.csv", "--name", "x", "--columns", "text=Text,label=n"], in: scratch.url), code: 64,
        "a.csv:1:")
    }

    /// As many columns as a table may have, and long names: time grows with what is read.
    @Test func wideTables() throws {
      let scratch = try registry()
      let names = (0..<2000).map { "\(String(repeating: "n", count: 500))\($0)" }
      let row = "rain," + names.map { _ in "1" }.joined(separator: ",")
      try scratch.write(
        "text," + names.joined(separator: ",") + "\n" + Array(repeating: row, count: 20).joined(separator: "\n"),
        to: "a.csv")
      let start = ContinuousClock.now
      let outcome = try predict("a.csv", "--task", "weather", "--format", "csv", in: scratch)
      #expect(outcome.code == 0 && start.duration(to: .now) < .seconds(20))
    }

    @Test func controlsAreSpelledOut() throws {
      let scratch = try registry()
      try scratch.write("{\"text\":\"rain \\u009b2J\",\"id\":\"\\u009b31m\"}\n", to: "a.jsonl")
      let text = try predict("a.jsonl", "--task", "weather", in: scratch).text
      #expect(text.contains("\"id\":\"\\u009B31m\"") && !text.unicodeScalars.contains("\u{9B}"))
    }

    @Test func tooManyRowsThatCannotBeRead() throws {
      let scratch = try registry()
      try scratch.write("text,n\nrain,1\n" + String(repeating: "x\n", count: 2000), to: "a.csv")
      let outcome = try predict("a.csv", "--task", "weather", in: scratch)
      #expect(try outcome.code == 65 && objects(outcome).count == 1001)
      #expect(outcome.error.contains("1000 lines could not be read") && outcome.error.contains("at most 1000 rows"))
    }

    @Test func whatForgettingAtOnceWouldRemove() throws {
      let scratch = try registry()
      func forget(_ arguments: String...) throws -> String {
        let outcome = try Accrete.run(["forget", "traffic", "--now"] + arguments, in: scratch.url)
        try #require(outcome.code == 0, "\(outcome.testDescription)")
        return outcome.text
      }
      let before = try Accrete.run(["registry", "audit", "verify"], in: scratch.url).text
      let preview = try forget("--dry-run")
      let gone = try #require(preview.firstMatch(of: #/would remove (\d+ blobs), ([0-9.]+ [KMGiB]+), for good/#))
      #expect(try Accrete.run(["registry", "audit", "verify"], in: scratch.url).text == before)
      #expect(try forget().contains("\(gone.1) removed, \(gone.2)"))
      #expect(try Accrete.run(["registry", "verify"], in: scratch.url).code == 0)
      #expect(try forget("--dry-run") == "traffic: was forgotten already; would remove 0 blobs, 0 B, for good\n")
    }

    /// Rows to learn from: all that cannot be read are told at once, and may be left out.
    @Test func rowsThatCannotBeLearned() throws {
      let scratch = try registry()
      let rows = (0..<60).map { number in
        number % 20 == 5
          ? "row \(number)," : "row \(number) is \(number % 2 == 0 ? "hot" : "cold"),\(number % 2 == 0 ? "a" : "b")"
      }
      try scratch.write("text,label\n" + rows.joined(separator: "\n"), to: "temperature.csv")
      let learn = ["learn", "temperature.csv", "--output-head", "ridge", "--quiet"]
      expectRefusal(
        try Accrete.run(learn, in: scratch.url), code: 65, "temperature.csv:7:",
        "3 rows (lines 7, 27, 47) cannot be read",
        "--skip-unreadable")
      let learned = try Accrete.run(learn + ["--skip-unreadable"], in: scratch.url)
      #expect(learned.code == 0 && learned.text.contains("left out, as they cannot be read: 3 rows (lines 7, 27, 47)"))
      // A model's weights are not rows.
      try (Data("GGUF".utf8) + Data(repeating: 0, count: 100)).write(to: scratch.url("base.gguf"))
      expectRefusal(
        try Accrete.run(["learn", "base.gguf", "--name", "x"], in: scratch.url), code: 65, "a model's weights (GGUF)")
    }

    /// What helps depends on how many rows lack what.
    @Test func rowsWithoutALabel() throws {
      let scratch = try registry()
      func evaluate(_ file: String, _ more: String...) throws -> Outcome {
        try Accrete.run(["evaluate", file, "--task", "weather"] + more, in: scratch.url)
      }
      let some = "{\"text\":\"rain\",\"label\":\"bad\"}\n{\"text\":\"sun\"}\n"
      try scratch.write(some, to: "one.jsonl")
      expectRefusal(
        try evaluate("one.jsonl"), code: 65, "one.jsonl:2: has no \"label\"",
        "Give the row a label, or leave it out: --skip-unreadable.")
      let piped = try Accrete.run(
        ["evaluate", "-", "--task", "weather"], input: Data(some.utf8), in: scratch.url)
      expectRefusal(piped, code: 65, "standard input, line 2: has no \"label\"")
      let left = "left out, as they cannot be read or have no label: "
      let skipped = try evaluate("one.jsonl", "--skip-unreadable")
      #expect(
        skipped.code == 0 && skipped.text.contains("weather@1  n 1") && skipped.error.contains("\(left)1 row (line 2)"),
        "\(skipped.testDescription)")
      try scratch.write("no JSON\n{\"text\":\"rain\",\"label\":\"bad\"}\n{\"text\":\"\"}\n", to: "first.jsonl")
      let first = try evaluate("first.jsonl", "--skip-unreadable", "--json")
      let json = try #require(try first.json() as? [String: Any])
      #expect(
        json["leftOut"] as? [Int] == [1, 3] && json["n"] as? Int == 1 && first.error.contains("2 rows (lines 1, 3)"))
      expectRefusal(try evaluate("first.jsonl"), code: 65, "first.jsonl:1: ")
      // A file without the columns has nothing that could be left out.
      try scratch.write("body,kind\nrain,bad\n", to: "other.csv")
      expectRefusal(
        try evaluate("other.csv"), code: 65, "\"body\", \"kind\"", "a \"label\" or \"answer\" to compare with",
        "--columns text=COLUMN,label=COLUMN")
      expectRefusal(
        try evaluate("other.csv", "--columns", "text=body", "--skip-unreadable"), code: 65, "--columns label=COLUMN")
      try scratch.write("body,label\nrain,bad\n", to: "text.csv")
      expectRefusal(try evaluate("text.csv"), code: 65, "--columns text=COLUMN. ")
    }

    @Test func otherProgramsCommands() throws {
      let scratch = try registry()
      expectRefusal(try Accrete.run(["eval", "x"], in: scratch.url), code: 64, "it is `accrete evaluate` here")
      expectRefusal(try Accrete.run(["forget", "traffic@1"], in: scratch.url), code: 64, "registry retire")
      #expect(
        try Accrete.run(["predict", "--output", "x"], in: scratch.url).error.contains("It is > FILE here"))
      // What a command finds out when it runs is told with its own usage.
      let both = try Accrete.run(["predict", "--text", "x", "rows.jsonl"], in: scratch.url)
      #expect(both.code == 64 && both.error.hasPrefix("accrete: Give a file or --text, not both."))
      #expect(
        both.error.contains("Usage: accrete predict") && both.error.contains("See 'accrete predict --help'"),
        "\(both.testDescription)")
    }

    /// Lists of labels that are none, each with what is wrong.
    @Test(arguments: [
      ("a,b,", "no blank label"), ("a,a ", "\"a\" stands there more than once"), ("a", "at least two labels"),
      ("[\"a\"", "a JSON array of texts"), ("[\"a\", 7]", "a JSON array of texts"), ("a,c", "\"c\", which none has"),
    ]) func listsOfLabels(labels: String, words: String) throws {
      let scratch = try registry()
      try scratch.write(Data("text,label\nx,a\ny,b\n".utf8), to: "rows.csv")
      expectRefusal(
        try Accrete.run(["learn", "rows.csv", "--labels", labels], in: scratch.url), code: 64, "--labels", words)
    }

    /// A shell proposes tasks and versions of the registry that is meant, and nothing where there is none.
    @Test func shellsProposeTasks() throws {
      let scratch = try registry()
      func proposed(_ words: String...) throws -> [Substring] {
        let line = ["accrete", "predict"] + words
        let outcome = try Accrete.run(
          ["---completion", "predict", "--", "--task", "\(line.count - 1)", "0"] + line, in: scratch.url)
        #expect(outcome.code == 0 && outcome.error.isEmpty)
        return outcome.text.split(separator: "\n")
      }
      let known = try proposed("--task", "")
      #expect(known.contains("traffic") && known.contains("traffic@1"))
      #expect(try proposed("--registry", scratch.url("registry").path, "--task", "") == known)
      #expect(try proposed("--registry", "nothing", "--task", "").isEmpty)
      // Of another home folder, as it is typed.
      let line = ["accrete", "predict", "--registry", "~/registry", "--task", ""]
      let home = try Accrete.run(
        ["---completion", "predict", "--", "--task", "5", "0"] + line,
        by: "HOME='\(scratch.url.path)' \"$0\" \"$@\"", in: scratch.url("..").standardizedFileURL)
      #expect(home.text.split(separator: "\n") == known, "\(home.testDescription)")
      for wrong in ["positional@-1", "positional@x", "positional@99999999999999999999"] {
        expectRefusal(
          try Accrete.run(["---completion", "show", "--", wrong, "3", "0", "accrete", "show", ""], in: scratch.url),
          code: 64, "as the completion scripts ask")
      }
      let rollback = ["accrete", "rollback", "--to", ""]
      let releases = try Accrete.run(["---completion", "rollback", "--", "--to", "3", "0"] + rollback, in: scratch.url)
      #expect(releases.text.split(separator: "\n").contains("1"), "\(releases.text)\(releases.error)")
    }
  }
}
