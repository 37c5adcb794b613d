import Foundation
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

    /// The same run from flags, from YAML with paths relative to the YAML file, and from both, where flags win.
    @Test func flagsAndYAMLMakeTheSameRun() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let yaml = """
        # any option of `accrete train --help`
        tasks: [../weather.jsonl, ../traffic.jsonl]
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
        let (one, other) = (scratch.place("flags/\(file)"), scratch.place("yaml/\(file)"))
        #expect(try Data(contentsOf: one) == Data(contentsOf: other))
      }
      #expect(fromYAML.text.contains("ACC") && fromYAML.text.contains("run folder: \(scratch.place("yaml").path)"))

      let both = try Accrete.run(config + ["both", "--seed", "6", "--method", "per-task"], in: scratch.url)
      #expect(both.code == 0)
      let manifest = try String(contentsOf: scratch.place("both/manifest.json"), encoding: .utf8)
      #expect(manifest.contains("\"seed\" : 6") && manifest.contains("\"method\" : \"per-task\""))
      #expect(manifest.contains("\"rank\" : 2"))
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
    ]) func yamlThatIsWrong(text: String, place: String, word: String) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try scratch.write(text, to: "run.yaml")
      let before = try tree(scratch.url)
      let outcome = try Accrete.run(["train", "--config", "run.yaml", "--out", "run"], in: scratch.url)
      expectRefusal(outcome, code: 64, place, word)
      #expect(differences(before, try tree(scratch.url)).isEmpty)
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
      #expect(try tree(scratch.url).keys.sorted() == ["run.yaml"])
    }

    @Test func existingFolderIsLeftAlone() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try scratch.write("mine", to: "run/notes.txt")
      let before = try tree(scratch.url)
      let outcome = try Accrete.run(TinyRun.arguments(), in: scratch.url)
      expectRefusal(outcome, code: 64, scratch.place("run").path, "exists already", "accrete resume")
      #expect(differences(before, try tree(scratch.url)).isEmpty)
    }

    @Test func aPlaceThatCannotBeMade() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let before = try tree(scratch.url)
      let outcome = try Accrete.run(TinyRun.arguments(out: "weather.jsonl/run"), in: scratch.url)
      expectRefusal(outcome, code: 74, "weather.jsonl/run")
      #expect(differences(before, try tree(scratch.url)).isEmpty)
    }

    @Test func tooLongTextsAreCutAndCounted() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let long = Array(repeating: "rain", count: 400).joined(separator: " ")
      let row = "{\"text\":\"\(long)\",\"label\":\"bad\",\"split\":\"train\"}\n"
      try scratch.write(TinyRun.rows("weather") + row, to: "weather.jsonl")
      let outcome = try Accrete.run(TinyRun.arguments() + ["--max-length", "32"], in: scratch.url)
      #expect(outcome.code == 0 && outcome.error.contains("1 too long, cut by"), "\(outcome.testDescription)")
      let manifest = try String(contentsOf: scratch.place("run/manifest.json"), encoding: .utf8)
      #expect(manifest.contains("\"truncated\" : 1"))
    }
  }
}
