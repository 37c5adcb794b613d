import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Does `train` do what flags and files say, and what does it print?
  @Suite struct TrainCommandTests {
    @Test func resultsGoToStandardOutput() throws {
      let folder = try FinishedRun.shared.folder()
      let printed = try Data(contentsOf: folder.appendingPathComponent("metrics-printed.json"))
      #expect(try Data(contentsOf: folder.appendingPathComponent("run/metrics.json")) == printed)
      let object = try #require(try JSONSerialization.jsonObject(with: printed) as? [String: Any])
      let metrics = try #require(object["metrics"] as? [[String: Any]])
      #expect(
        metrics.compactMap { $0["name"] as? String } == [
          "ACC", "BWT", "FWT", "FGT", "LA", "stripping rate", "stripping precision", "stripping rate, oracle",
        ])
    }

    /// The same run from flags, from a YAML file in another folder, and from both, where flags win.
    @Test func flagsAndYAMLMakeTheSameRun() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let yaml = """
        # any option of `accrete train --help`
        tasks: [weather.jsonl, traffic.jsonl]
        base: seedling
        method: moe-cl
        rank: 2
        epochs: 1
        batch: 4
        threads: 1
        seed: 5
        """
      try scratch.write(yaml, to: "settings/run.yaml")
      let config = ["train", "--config", "settings/run.yaml", "--out"]
      let fromFlags = try Accrete.run(TinyRun.arguments(out: "flags") + ["--seed", "5"], in: scratch.url)
      let fromYAML = try Accrete.run(config + ["yaml"], in: scratch.url)
      #expect(fromFlags.code == 0 && fromYAML.code == 0, "\(fromFlags.testDescription) \(fromYAML.testDescription)")
      for file in ["manifest.json", "matrix.json", "events.jsonl"] {
        let (one, other) = (scratch.url("flags/\(file)"), scratch.url("yaml/\(file)"))
        #expect(try Data(contentsOf: one) == Data(contentsOf: other))
      }
      #expect(fromYAML.text.contains("ACC") && fromYAML.text.contains("run folder: \(scratch.url("yaml").path)"))

      let both = try Accrete.run(config + ["both", "--seed", "6", "--method", "per-task"], in: scratch.url)
      #expect(both.code == 0)
      let manifest = try String(contentsOf: scratch.url("both/manifest.json"), encoding: .utf8)
      #expect(manifest.contains("\"seed\" : 6") && manifest.contains("\"method\" : \"per-task\""))
      #expect(manifest.contains("\"rank\" : 2"))
    }

    /// Columns of a spreadsheet, and validation rows, which are left out and counted.
    @Test func columnsAndValidationRows() throws {
      let scratch = try Scratch()
      let rows = (0..<24).map {
        "place \($0) has \($0 % 2 == 0 ? "rain" : "sun"),\($0 % 2 == 0 ? "bad" : "good"),\(["Train", "TEST", "dev"][$0 / 2 % 3])"
      }
      try scratch.write("body,kind,split\n" + rows.joined(separator: "\n") + "\n", to: "weather.csv")
      let command = ["train", "--tasks", "weather.csv", "--out", "run"] + TinyRun.options
      expectRefusal(try Accrete.run(command, in: scratch.url), code: 65, "weather.csv:1", "--columns text=COLUMN")
      let outcome = try Accrete.run(command + ["--columns", "text=body,label=kind"], in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      #expect(outcome.error.contains("warning: weather: 8 rows with \"split\": \"validation\" are left out: "))
      #expect(outcome.error.contains("task weather: 8 rows to learn, 8 to score"), "\(outcome.error)")
      #expect(try scratch.text("run/manifest.json").contains("\"columns\" : \"text=body,label=kind\""))
      // What reads the rows again reads them in the same way.
      #expect(try Accrete.run(["verify", "run"], in: scratch.url).code == 0)
      #expect(try Accrete.run(["evaluate", "run"], in: scratch.url).code == 0)
    }

    /// The base, its size, where it is and what is trained come first, warnings last; the method is `accrete` where none is named.
    @Test func theFirstAndTheLastLine() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let outcome = try Accrete.run(
        ["train", "--tasks", "weather.jsonl", "--out", "run"] + TinyRun.options, in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let first = outcome.errorLines.first ?? ""
      #expect(first.hasPrefix("base seedling, LlamaForCausalLM of ") && first.contains(" million parameters, held in "))
      // Rank 2: a quarter of the numbers that docs/methods.md has for rank 8.
      #expect(first.hasSuffix(" on cpu, 1 thread; trains experts of 34560 parameters (accrete, rank 2)"), "\(first)")
      #expect(outcome.errorLines.last?.hasPrefix("warning: the base is one of the two that come with") == true)
      let manifest = try String(contentsOf: scratch.url("run/manifest.json"), encoding: .utf8)
      #expect(manifest.contains("\"method\" : \"accrete\"") && manifest.contains("\"outputHead\" : \"label\""))
    }

    /// Commands that were recorded by earlier versions still mean what they meant.
    @Test(arguments: [("label", "label"), ("head", "trained")]) func theEarlierOption(word: String, head: String) throws
    {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let outcome = try Accrete.run(TinyRun.arguments(["weather.jsonl"]) + ["--read-out", word], in: scratch.url)
      #expect(outcome.code == 0 && outcome.error.contains("note: --read-out \(word) is --output-head \(head) now"))
      let manifest = try String(contentsOf: scratch.url("run/manifest.json"), encoding: .utf8)
      #expect(manifest.contains("\"outputHead\" : \"\(head)\"") && !manifest.contains("readOut"))
      let help = try Accrete.run(["train", "--help"])
      #expect(help.text.contains("--output-head") && !help.text.contains("--read-out"))
    }

    @Test func theEarlierOptionWithNonsense() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let command = TinyRun.arguments(["weather.jsonl"]) + ["--read-out"]
      expectRefusal(
        try Accrete.run(command + ["heads"], in: scratch.url), code: 64, "`--read-out` is heads", "as --output-head")
      expectRefusal(
        try Accrete.run(command + ["head", "--output-head", "ridge"], in: scratch.url), code: 64, "--output-head alone")
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
    }

    /// Closed-form heads from the command line: learned, scored again, checked, tried.
    @Test(arguments: ["ridge", "both"]) func closedFormHeads(head: String) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let command = ["train", "--tasks", "weather.jsonl", "--out", "run", "--output-head", head] + TinyRun.options
      let trial = try Accrete.run(command + ["--dry-run"], in: scratch.url)
      #expect(trial.code == 0 && trial.text.contains("closed-form head of the task with the most rows: "))
      let outcome = try Accrete.run(command, in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let rows = head == "both" ? 9 : 12
      #expect(outcome.error.contains("weather: closed-form head solved on \(rows) rows, λ "), "\(outcome.error)")
      #expect(outcome.error.contains(#/rows, λ [0-9.e+-]{1,9}[;\n]/#), "\(outcome.error)")
      #expect(outcome.error.contains("of the label scores, from 3 rows kept apart") == (head == "both"))
      #expect(outcome.error.contains("3 to weigh the output head's parts on") == (head == "both"))
      let trains =
        head == "both"
        ? "(accrete, rank 2) and a closed-form head for each task" : "trains 0 parameters: a closed-form head"
      #expect(outcome.errorLines.first?.contains(trains) == true, "\(outcome.error)")
      let again = try Accrete.run(["evaluate", "run", "--json"], in: scratch.url)
      let matrix = try #require(
        JSONSerialization.jsonObject(with: Data(contentsOf: scratch.url("run/matrix.json"))) as? [String: Any])
      let scores = try #require(matrix["R"] as? [[Double]])
      let evaluated = try #require(again.json() as? [[String: Any]])
      #expect(evaluated.first?["score"] as? Double == scores[1][0])
      // Who only reads trains nothing.
      #expect(!again.error.contains("trains"))
      #expect(try Accrete.run(["verify", "run"], in: scratch.url).code == 0)
      #expect(try Accrete.run(["report", "run"], in: scratch.url).code == 0)
    }

    @Test(arguments: [
      ("tasks: [weather.jsonl]\nrank: 2\nlearningrate: 1e-3\n", "run.yaml:3: learningrate", "learning-rate"),
      ("rank: 2\nepochs: many\n", "run.yaml:2", "epochs"),
      ("rank: 2\n\n\ntasks: weather.jsonl\n", "run.yaml:4", "tasks"),
      ("seed: -1\n", "run.yaml:1", "seed"),
      ("evaluate-on: train\n", "run.yaml:1", "evaluate-on"),
      ("- rank\n- 2\n", "run.yaml", "key: value"),
      ("rank: [2\n", "run.yaml", "YAML"),
      ("rank: 2\nrank: 3\n", "run.yaml", "rank"),
      ("\u{0}\u{1}\u{2}PK\u{3}", "run.yaml", "YAML"),
      ("a: &a [x, x]\nb: &b [*a, *a]\n", "run.yaml:1", "anchor"),
    ]) func yamlThatIsWrong(text: String, location: String, word: String) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try scratch.write(text, to: "run.yaml")
      let before = try tree(scratch.url, folders: true)
      let outcome = try Accrete.run(["train", "--config", "run.yaml", "--out", "run"], in: scratch.url)
      expectRefusal(outcome, code: 64, location, word)
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty)
    }

    @Test func binaryGarbageAsYAML() throws {
      let scratch = try Scratch()
      var bytes = Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ 128) })
      bytes.append(contentsOf: [0xFF, 0xFE])
      try scratch.write(bytes, to: "run.yaml")
      let outcome = try Accrete.run(["train", "--config", "run.yaml", "--out", "run"], in: scratch.url)
      expectRefusal(outcome, code: 64, "run.yaml", "UTF-8")
      let missing = try Accrete.run(["train", "--config", "none.yaml", "--out", "run"], in: scratch.url)
      expectRefusal(missing, code: 65, "none.yaml", "no such file")
      #expect(try tree(scratch.url, folders: true).keys.sorted() == ["run.yaml"])
    }

    @Test func existingFolderIsLeftAlone() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try scratch.write("mine", to: "run/notes.txt")
      let before = try tree(scratch.url, folders: true)
      let outcome = try Accrete.run(TinyRun.arguments(), in: scratch.url)
      expectRefusal(outcome, code: 64, scratch.url("run").path, "exists already", "accrete resume")
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty)
    }

    @Test func aFolderThatCannotBeMade() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let before = try tree(scratch.url, folders: true)
      let outcome = try Accrete.run(TinyRun.arguments(out: "weather.jsonl/run"), in: scratch.url)
      expectRefusal(outcome, code: 74, "weather.jsonl/run")
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty)
    }

    @Test func tooLongTextsAreCutAndCounted() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let long = Array(repeating: "rain", count: 400).joined(separator: " ")
      let row = "{\"text\":\"\(long)\",\"label\":\"bad\",\"split\":\"train\"}\n"
      try scratch.write(TinyRun.rows("weather") + row, to: "weather.jsonl")
      let outcome = try Accrete.run(TinyRun.arguments() + ["--max-length", "32"], in: scratch.url)
      #expect(outcome.code == 0 && outcome.error.contains("1 too long, cut by"), "\(outcome.testDescription)")
      let manifest = try String(contentsOf: scratch.url("run/manifest.json"), encoding: .utf8)
      #expect(manifest.contains("\"truncated\" : 1"))
    }

    /// A table and what is odd about it come before the numbers, and these after a line of words.
    @Test func warningsBeforeNumbers() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let outcome = try Accrete.run(
        TinyRun.shortArguments(method: "sequential", out: "run") + ["--quiet"], by: "\"$0\" \"$@\" 2>&1",
        in: scratch.url)
      let lines = outcome.text.split(separator: "\n").map(String.init)
      let table = try #require(lines.firstIndex { $0.hasPrefix("after traffic") }, "\(outcome.text)")
      let warning = try #require(lines.firstIndex { $0.hasPrefix("warning: ") }, "\(outcome.text)")
      let words = try #require(lines.firstIndex { $0.hasPrefix("ACC: mean score at the end") }, "\(outcome.text)")
      let numbers = try #require(lines.firstIndex { $0.hasPrefix("ACC 0") || $0.hasPrefix("ACC 1") }, "\(outcome.text)")
      #expect(table < warning && warning < words && words < numbers, "\(outcome.text)")
    }
  }
}
