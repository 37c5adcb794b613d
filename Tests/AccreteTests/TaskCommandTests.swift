import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Do the commands with which a team lives say what they do: learn, predict, route, explain, list, rollback?
  @Suite struct TaskCommandTests {
    private func run(_ arguments: String..., input: String? = nil, in scratch: Scratch, code: Int32 = 0) throws
      -> Outcome
    {
      let outcome = try Accrete.run(arguments, input: input.map { Data($0.utf8) }, in: scratch.url)
      try #require(outcome.code == code, "\(arguments): \(outcome.testDescription)")
      return outcome
    }

    /// A copy of a registry with both tiny tasks, by closed-form heads: no training.
    private func registry() throws -> Scratch {
      let scratch = try Scratch()
      try scratch.copy(LearnedRegistry.shared.folder().appendingPathComponent("registry"), as: "registry")
      return scratch
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
      try text.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }

    @Test func linesInAndLinesOut() throws {
      let scratch = try registry()
      // A bad line of a stream has an answer of its own, and ends nothing.
      let lines = "{\"text\":\"rain\",\"id\":\"a\"}\nnonsense\n\n{\"label\":\"bad\"}\n{\"prompt\":\"sun\"}\n"
      let stream = try run("predict", "--task", "weather", input: lines, in: scratch, code: 65)
      let answers = try objects(stream.text)
      #expect(answers.count == 4 && answers[0]["id"] as? String == "a" && answers[0]["label"] is String)
      #expect(
        answers[1]["line"] as? Int == 2
          && (answers[1]["error"] as? String)?.contains("standard input, line 2:") ?? false)
      #expect(answers[2]["line"] as? Int == 4 && answers[3]["label"] is String)
      #expect(stream.complaints.count == 1 && stream.complaints[0].contains("2 lines could not be read"))
      // A table through a pipe is known by its columns' names; anything else is a line that is not a request.
      let table = try run("predict", "--task", "weather", input: "n,text\n1,rain\n2,\n", in: scratch, code: 65)
      let answered = try objects(table.text)
      #expect(answered.count == 2 && answered[0]["label"] is String && answered[1]["line"] as? Int == 3)
      let other = try Accrete.run(
        ["predict", "--task", "weather"], input: Data("n,body\n1,rain\n".utf8), in: scratch.url)
      expectRefusal(other, code: 65, "standard input, line 1:", "\"body\"", "--columns text=COLUMN")
      // So has one of a file.
      try scratch.write(lines, to: "texts.jsonl")
      let file = try run("predict", "texts.jsonl", "--task", "weather", in: scratch, code: 65)
      let fromFile = try objects(file.text)
      #expect(fromFile.count == 4 && (fromFile[1]["error"] as? String)?.hasPrefix("texts.jsonl:2:") ?? false)
      #expect(
        fromFile[3]["label"] is String && file.complaints[0].contains("2 lines could not be read"))

      let csv = try run("predict", "--task", "weather", "--format", "csv", input: lines, in: scratch, code: 65)
      let rows = csv.text.split(separator: "\r\n")
      #expect(
        rows.count == 5 && rows[0].hasSuffix(",input,error,labels,probabilities")
          && rows[2].hasPrefix("2,,,,,,,,,\"standard input, line 2:"))

      // Scores of a part of the rows are not given.
      let scored = try Accrete.run(
        ["evaluate", "-", "--task", "weather"], input: Data("{\"text\":\"rain\",\"label\":\"bad\"}\n{}\n".utf8),
        in: scratch.url)
      expectRefusal(scored, code: 65, "standard input, line 2:")
    }

    /// A blank cell, or a field too many, takes no other row of a table with it; what is wrong names the file's own column.
    @Test func cellsThatCannotBeAnswered() throws {
      let scratch = try registry()
      try scratch.write("body,note\nrain,1\n,2\nsun,3,4\nfog,5\n", to: "texts.csv")
      let columns = ["--columns", "text=body"]
      for command in [["predict", "texts.csv", "--task", "weather"] + columns, ["route", "texts.csv"] + columns] {
        let outcome = try Accrete.run(command, in: scratch.url)
        let answers = try objects(outcome.text)
        #expect(outcome.code == 65 && answers.count == 4)
        let errors = answers.map { $0["error"] as? String ?? "" }
        #expect(errors[1].contains("texts.csv:3: ") && errors[1].contains("\"text\" (column \"body\")"))
        #expect(errors[2].contains("texts.csv:4: ") && errors[2].contains("2 fields") && errors[3].isEmpty)
      }
      // A table that Excel has written is answered as one that Excel reads.
      let excel = Data([0xEF, 0xBB, 0xBF]) + Data("text\nrain\n".utf8)
      try excel.write(to: scratch.url("excel.csv"))
      let csv = ["--task", "weather", "--format", "csv"]
      #expect(try Accrete.run(["predict", "excel.csv"] + csv, in: scratch.url).text.unicodeScalars.first == "\u{FEFF}")
      #expect(
        try Accrete.run(["predict", "texts.csv"] + csv + columns, in: scratch.url).text.hasPrefix("line,"))
      // Where the first row cannot be read, the file is another one than it seems, and nothing is answered.
      try scratch.write("{\"body\":\"rain\"}\n{\"text\":\"sun\"}\n", to: "other.jsonl")
      for file in ["other.jsonl", "texts.csv"] {
        let outcome = try Accrete.run(["predict", file, "--task", "weather"], in: scratch.url)
        #expect(outcome.code == 65 && outcome.text.isEmpty && outcome.complaints.count == 1)
      }
      let array = "[{\"text\":\"rain\"},{\"text\":\" \"},{\"text\":\"sun\"}]"
      try scratch.write(array, to: "array.json")
      let answers = try objects(run("predict", "array.json", "--task", "weather", in: scratch, code: 65).text)
      #expect(answers.count == 3 && answers[1]["error"] is String && answers[2]["label"] is String)
    }

    /// Nothing that is asked is told, as in a file without rows.
    @Test(arguments: [["predict", "--task", "weather"], ["predict", "-", "--route"], ["route"]])
    func noTexts(arguments: [String]) throws {
      let scratch = try registry()
      for input in ["", "\n \n", "[]"] {
        let outcome = try Accrete.run(arguments, input: Data(input.utf8), in: scratch.url)
        expectRefusal(
          outcome, code: 65, "standard input: expected at least one row, got none",
          "a text by itself is given with --text")
        #expect(outcome.output.isEmpty)
      }
      let scored = try Accrete.run(["evaluate", "-", "--task", "weather"], input: Data(), in: scratch.url)
      expectRefusal(scored, code: 65, "standard input: expected at least one row, got none")
    }

    /// Who names a task where the file belongs is told where it belongs.
    @Test func aTaskInsteadOfAFile() throws {
      let scratch = try registry()
      let hint = "weather is a task: --task weather FILE"
      expectRefusal(
        try Accrete.run(["predict", "weather", "--route"], in: scratch.url), code: 65, "got no such file",
        "a text by itself is given with --text. \(hint)")
      expectRefusal(try Accrete.run(["evaluate", "weather"], in: scratch.url), code: 65, "Check the path. \(hint)")
      let other = try Accrete.run(["predict", "rain", "--route"], in: scratch.url)
      expectRefusal(other, code: 65, "rain: expected a file of texts", "given with --text")
      #expect(!other.error.contains("is a task"))
    }

    /// A text that cannot be tokenized takes no other with it.
    @Test func aWordOfMegabytes() throws {
      let scratch = try registry()
      let word = String(repeating: "w", count: 4_500_000)
      let lines = "{\"text\":\"rain\"}\n{\"text\":\"sun\"}\n{\"text\":\"\(word)\"}\n{\"text\":\"fog\"}\n"
      for command in [["predict", "--task", "weather"], ["route"]] {
        let stream = try Accrete.run(command, input: Data(lines.utf8), in: scratch.url)
        let answers = try objects(stream.text)
        #expect(stream.code == 65 && answers.count == 4)
        #expect((answers[2]["error"] as? String)?.hasPrefix("standard input, line 3: expected") ?? false)
        #expect(answers[3]["input"] != nil)
      }
      try scratch.write(lines, to: "texts.jsonl")
      let file = try run("predict", "texts.jsonl", "--task", "weather", in: scratch, code: 65)
      #expect(try objects(file.text).count == 4)
      #expect(file.complaints.count == 1 && file.complaints[0].contains("texts.jsonl:3: expected"))
      let labelled = lines.split(separator: "\n").map { $0.dropLast() + ",\"label\":\"bad\"}" }
      try scratch.write(labelled.joined(separator: "\n\n"), to: "labelled.jsonl")
      let scored = try Accrete.run(["evaluate", "labelled.jsonl", "--task", "weather"], in: scratch.url)
      expectRefusal(scored, code: 65, "labelled.jsonl:5: expected words")
    }

    /// Rows as spreadsheets have them, in and out; an id stays what it was.
    @Test func tablesInAndOut() throws {
      let scratch = try registry()
      try scratch.write("id,body,category\n7,\"rain, rain\",bad\nx,sun,good\n", to: "texts.csv")
      let answers = try objects(
        run("predict", "texts.csv", "--task", "weather", "--columns", "text=body,label=category", in: scratch).text)
      #expect(answers.map { $0["id"] as? String } == ["7", "x"])
      #expect((answers[0]["input"] as? [String: String]) == ["id": "7", "body": "rain, rain", "category": "bad"])
      let number = try objects(
        run("predict", "--task", "weather", input: "{\"id\":7,\"text\":\"rain\"}\n", in: scratch).text)
      #expect(number[0]["id"] as? Int == 7)
      let score = try run(
        "evaluate", "texts.csv", "--task", "weather", "--columns", "text=body,label=category", in: scratch)
      #expect(score.text.contains("weather@1  n 2") && score.text.components(separatedBy: "  answered: ").count == 3)
      // Of a label that no row has nothing was answered.
      try scratch.write("text,label\nrain,bad\n", to: "one.csv")
      let one = try run("evaluate", "one.csv", "--task", "weather", in: scratch).text
      #expect(one.contains("good  precision ") && one.components(separatedBy: "  answered: ").count == 2, "\(one)")
      #expect(one.contains("recall – (n 0)  F1 ") && one.contains("  (mean of "), "\(one)")
      let scores = try #require(
        try run("evaluate", "one.csv", "--task", "weather", "--json", in: scratch).json() as? [String: Any])
      let recalls = try #require(scores["labels"] as? [[String: Any]]).compactMap { $0["recall"] as? [String: Any] }
      #expect(recalls.count == 2 && recalls[1]["value"] is NSNull && recalls[1]["n"] as? Int == 0)
      let misspelled = try Accrete.run(
        ["predict", "texts.csv", "--task", "weather", "--columns", "text=bdy"], in: scratch.url)
      expectRefusal(misspelled, code: 64, "expected the column \"bdy\"", "body")
      let registry = try Accrete.run(["experts", "list", "registry"], in: scratch.url)
      expectRefusal(registry, code: 64, "a registry of tasks", "accrete list")
      let export = try Accrete.run(
        ["experts", "export", "registry", "--task", "weather", "--out", "out"], in: scratch.url)
      expectRefusal(
        export, code: 64, "a registry of tasks",
        "`accrete registry export weather --peft --out out --registry registry`")
      for command in [["forget", "traffic", "--json"], ["promote", "weather@1", "--reason", "a test", "--json"]] {
        let text = try Accrete.run(command, in: scratch.url).text
        #expect(text.contains("\"at\" : \"20"), "\(text)")
      }
    }

    /// A text by itself has no columns.
    @Test func aTextHasNoColumns() throws {
      let scratch = try registry()
      for command in [["predict", "--task", "weather"], ["route"]] {
        let outcome = try Accrete.run(command + ["--text", "rain", "--columns", "text=body"], in: scratch.url)
        #expect(outcome.code == 64 && outcome.text.isEmpty, "\(outcome.testDescription)")
        #expect(outcome.error.contains("--columns is for a file or standard input: --text has no columns."))
      }
    }

    /// What a file lacks, or is, is said with the way out.
    @Test func filesThatAreSomethingElse() throws {
      let scratch = try registry()
      try scratch.write("text,kind\nrain,bad\n", to: "kinds.csv")
      try scratch.write("{\"text\":\"rain\",\"kind\":\"bad\"}\n", to: "kinds.jsonl")
      for file in ["kinds.csv", "kinds.jsonl"] {
        expectRefusal(
          try Accrete.run(["evaluate", file, "--task", "weather"], in: scratch.url), code: 65, file,
          "--columns label=COLUMN (there are text, kind)")
        let named = try run("evaluate", file, "--task", "weather", "--columns", "label=kind", in: scratch)
        #expect(named.text.contains("weather@1  n 1"))
      }
      for (command, rows) in [("learn", "rows"), ("predict", "texts"), ("evaluate", "labelled examples")] {
        let task = command == "learn" ? "--name" : "--task"
        expectRefusal(
          try Accrete.run([command, "none.csv", task, "weather"], in: scratch.url), code: 65,
          "none.csv: expected a file of \(rows), got no such file. Fix: Check the path")
      }
      // Rows without a label are told at once.
      try scratch.write("text,label\nrain,bad\nsun,\nfog,bad\nhail,\n", to: "half.csv")
      expectRefusal(
        try Accrete.run(["evaluate", "half.csv", "--task", "weather"], in: scratch.url), code: 65,
        "half.csv:3: has an empty label or answer; 2 of 4 rows have none (lines 3, 5). Fill them, or leave them out: --skip-unreadable"
      )
      let open = (0..<12).map { "{\"text\":\"t\($0)\"}\n" }.joined()
      try scratch.write(open + "{\"text\":\"rain\",\"label\":\"bad\"}\n", to: "open.jsonl")
      expectRefusal(
        try Accrete.run(["evaluate", "open.jsonl", "--task", "weather"], in: scratch.url), code: 65,
        "open.jsonl:1: has no \"label\" or \"answer\" to compare with; 12 of 13 rows have none (lines 1, 2, ", "10, …)")
      try scratch.write(open, to: "none.jsonl")
      expectRefusal(
        try Accrete.run(["evaluate", "none.jsonl", "--task", "weather"], in: scratch.url), code: 65,
        "none of the 12 rows has one", "--columns label=COLUMN")
      try scratch.write("Rain at noon\nSun at one\n", to: "notes.txt")
      expectRefusal(
        try Accrete.run(["predict", "notes.txt", "--task", "weather"], in: scratch.url), code: 65,
        "jq -R '{text: .}' FILE", "--text")
      let piped = try run("predict", "-", "--task", "weather", input: "hello\n", in: scratch, code: 65)
      #expect(piped.complaints[0].contains("jq -R '{text: .}'") && piped.complaints[0].contains("--text"))
      try scratch.write("{\n\"rows\": [\n{\"text\":\"rain\"}\n]}\n", to: "rows.json")
      expectRefusal(
        try Accrete.run(["predict", "rows.json", "--task", "weather"], in: scratch.url), code: 65, "jq -c '.rows[]'")
      let options = try Accrete.run(["explain", "rain", "at", "noon"], in: scratch.url)
      #expect(options.code == 64 && options.error.contains("accrete explain 'rain at noon'"))
    }

    /// Who comes from another program is told what its option is called here.
    @Test(arguments: [
      ("--lr", "--learning-rate"), ("--lora_rank", "--rank"), ("--model_name_or_path", "--base"),
      ("--max-seq-length", "--max-length"),
    ]) func optionsOfOthers(theirs: String, ours: String) throws {
      let scratch = try Scratch()
      let outcome = try Accrete.run(["learn", "x.jsonl", theirs, "1"], in: scratch.url)
      #expect(outcome.code == 64 && outcome.error.contains("Unknown option '\(theirs)'. It is \(ours) "))
      #expect(!outcome.error.contains("Did you mean"))
    }

    /// A version of a head alone has nothing for PEFT, and says so.
    @Test func nothingForPEFT() throws {
      let scratch = try registry()
      let refused = try Accrete.run(["registry", "export", "weather", "--peft", "--out", "adapter"], in: scratch.url)
      expectRefusal(refused, code: 65, "weather@1: it has no expert")
      let two = try Accrete.run(
        ["registry", "export", "weather", "traffic", "--peft", "--out", "adapter"], in: scratch.url)
      #expect(two.code == 64 && two.error.contains("--peft writes one version"))
      #expect(!FileManager.default.fileExists(atPath: scratch.url.appendingPathComponent("adapter").path))
      let misspelled = try Accrete.run(["lern", "weather.jsonl"], in: scratch.url)
      expectRefusal(misspelled, code: 64, "there is no command \"lern\". Is it `accrete learn`? There are learn, ")
      for command in [["predict", "--task", "weather", "--text", " "], ["explain", " "], ["route", "--text", ""]] {
        expectRefusal(try Accrete.run(command, in: scratch.url), code: 65, "a blank text")
      }
    }

    /// A version, or a file of versions, where an adapter is taken; a task where a file is; one task that need not be named.
    @Test func waysToWhatWasMeant() throws {
      let scratch = try registry()
      expectRefusal(
        try Accrete.run(["experts", "merge", "weather@1", "--out", "m"], in: scratch.url), code: 64,
        "got a version of a registry", "`accrete registry export weather@1 --peft --out DIR`")
      expectRefusal(
        try Accrete.run(["experts", "show", "weather"], in: scratch.url), code: 64, "got a version of a registry")
      _ = try run("registry", "export", "weather", "--out", "weather.tar", in: scratch)
      expectRefusal(
        try Accrete.run(["experts", "merge", "weather.tar", "--out", "m"], in: scratch.url), code: 64,
        "got a file of versions", "registry export NAME --peft", "accrete registry import weather.tar")
      let importing = "accrete registry import weather.tar"
      expectRefusal(
        try Accrete.run(["experts", "import", "weather.tar", "--name", "x", "--out", "x"], in: scratch.url), code: 64,
        "got a file of versions", importing)
      try scratch.write("{}", to: "adapter/adapter_config.json")
      expectRefusal(
        try Accrete.run(["registry", "import", "adapter"], in: scratch.url), code: 64,
        "got an adapter in PEFT's form", "accrete learn FILE --start-from adapter", "accrete experts import adapter")
      expectRefusal(
        try Accrete.run(["registry", "import", "registry"], in: scratch.url), code: 64, "got a registry of tasks")
      let asked = try Accrete.run(["predict", "weather", "--text", "rain"], in: scratch.url)
      #expect(asked.code == 64 && asked.error.contains("weather is a task: --task weather --text"), "\(asked.error)")
      try scratch.write("{\"text\":\"rain\",\"label\":\"bad\"}\n", to: "labelled.jsonl")
      expectRefusal(
        try Accrete.run(["evaluate", "labelled.jsonl"], in: scratch.url), code: 64, "one of ")
      _ = try run("forget", "traffic", in: scratch)
      #expect(try run("evaluate", "labelled.jsonl", in: scratch).text.contains("weather@1  n 1"))
    }

    @Test func whoIsAskedAndWhy() throws {
      let scratch = try registry()
      let far = String(repeating: "0123456789 qwertz {}", count: 20)
      let routed = try run("route", "--text", far, in: scratch)
      if try objects(routed.text)[0]["task"] == nil {
        #expect(routed.error.contains("1 of 1 text is claimed by no task"))
      }
      let asked = try run(
        "predict", "--route", input: "{\"text\":\"rain\",\"instruction\":\"What about traffic?\"}\n", in: scratch)
      #expect(try objects(asked.text)[0]["task"] as? String == "traffic")
      // A conversation may go to a task that takes none: nobody has named it.
      let turn = #"{"messages":[{"role":"user","content":"rain"}],"instruction":"What about traffic?"}"# + "\n"
      let refused = try run("predict", "--route", input: turn, in: scratch, code: 65)
      #expect(refused.complaints.first?.contains("--route chose traffic; --task NAME") == true, "\(refused.error)")
      let named = try run("predict", "--task", "traffic", input: turn, in: scratch, code: 65)
      #expect(named.error.contains("without a chat template") && !named.error.contains("--route"), "\(named.error)")
      let why = try run("explain", "Expect rain at noon.", "--task", "weather", in: scratch)
      #expect(why.text.contains("weather@1 answers") && why.text.contains("for it (+) or against it (−)"))
      let lists = try run("list", in: scratch).text
      #expect(lists.contains("learn rows") && lists.contains("weather@1"))
    }

    @Test func backAndForth() throws {
      let scratch = try registry()
      let before = try run("registry", "history", "--json", in: scratch).text
      let preview = try run("rollback", "--dry-run", in: scratch)
      #expect(
        preview.text.contains("would serve again what release 1 had") && preview.text.contains("removed traffic@1"))
      #expect(try run("registry", "history", "--json", in: scratch).text == before)
      let back = try run("rollback", in: scratch)
      #expect(back.text.contains("removed traffic@1") && back.text.contains("accrete rollback --to 2"))
      // What was first has nothing before it, and the rest is named.
      expectRefusal(try Accrete.run(["rollback"], in: scratch.url), code: 64, "no release lies before it", "--to")
      expectRefusal(try Accrete.run(["rollback", "--dry-run"], in: scratch.url), code: 64, "no release lies before it")
      #expect(try run("rollback", "--to", "2", "--dry-run", in: scratch).text.contains("added traffic@1"))
      #expect(
        try run("forget", "traffic", "--dry-run", in: scratch).text
          == "would retire traffic@1, which is not served\n")
      #expect(try run("forget", "traffic", in: scratch).text.contains("1 version retired"))
      #expect(try run("list", "--all", in: scratch).text.contains("retired"))
    }

    @Test func rowsThatAreMissing() throws {
      let scratch = try registry()
      try scratch.write(
        "{\"text\":\"a\",\"label\":\"x\",\"split\":\"train\"}\n{\"text\":\"b\",\"label\":\"y\",\"split\":\"train\"}\n"
          + "{\"text\":\"c\",\"label\":\"y\",\"split\":\"test\"}\n", to: "few.jsonl")
      expectRefusal(try Accrete.run(["learn", "few.jsonl", "--quiet"], in: scratch.url), code: 65, "validation")
    }
  }
}

/// A registry that was made once and is only copied.
final class LearnedRegistry: @unchecked Sendable {
  static let shared = LearnedRegistry()

  private let lock = NSLock()
  private var scratch: Scratch?

  private init() {
    atexit { LearnedRegistry.shared.scratch = nil }
  }

  func folder() throws -> URL {
    try lock.withLock {
      if let scratch { return scratch.url }
      let made = try Scratch()
      func run(_ arguments: String...) throws {
        let outcome = try Accrete.run(arguments, in: made.url)
        try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      }
      try run("init", "--base", Accrete.base.lastPathComponent)
      for task in TinyRun.tasks {
        // Two of the twelve rows that train are for choosing.
        let rows = TinyRun.rows(task).split(separator: "\n").enumerated().map { number, row in
          String(number % 6 == 5 ? row.replacing("\"train\"", with: "\"validation\"") : row)
        }
        try made.write(rows.joined(separator: "\n"), to: "\(task).jsonl")
        try run(
          "learn", "\(task).jsonl", "--output-head", "ridge", "--instruction", "What about \(task)?", "--quiet",
          "--threads", "1")
        try run("promote", "\(task)@1", "--reason", "a test")
      }
      scratch = made
      return made.url
    }
  }
}
