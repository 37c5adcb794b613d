import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Does a registry keep to the `--weights` that its versions were learned with?
  @Suite struct HeldBaseCommandTests {
    private static let options = [
      "--rank", "2", "--max-epochs", "1", "--output-head", "label", "--learning-rate", "0.01", "--threads", "1",
    ]

    @Test func weightsBelongToVersions() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try scratch.write("{\"text\":\"Expect rain today.\"}\n", to: "texts.jsonl")
      func accrete(_ arguments: [String]) throws -> Outcome { try Accrete.run(arguments, in: scratch.url) }
      #expect(try accrete(["init", "--base", ShallowBase.folder.path]).code == 0)
      let learned = try accrete(["learn", "weather.jsonl", "--weights", "nf4"] + Self.options)
      #expect(learned.code == 0 && learned.error.contains("held in nf4"), "\(learned.testDescription)")
      // Whatever the gates say of so few rows.
      #expect(try accrete(["promote", "weather@1", "--reason", "a test"]).code == 0)
      let shown = try accrete(["show", "weather"])
      #expect(shown.text.contains(/(?m)^weights +nf4$/), "\(shown.text)")
      #expect(try accrete(["show", "weather", "--json"]).text.contains(/"weights" ?: ?"nf4"/))

      // Without the option the base is held so again, by all that answers and all that learns.
      let ask = ["predict", "texts.jsonl", "--task", "weather", "--threads", "1"]
      let plain = try accrete(ask)
      let same = try accrete(ask + ["--weights", "nf4"])
      #expect(plain.code == 0 && plain.output == same.output && !plain.error.contains("warning"), "\(plain.error)")
      let other = try accrete(ask + ["--weights", "float32"])
      #expect(
        other.code == 0 && other.error.contains("held in float32, and weather@1 was learned and checked on it in nf4"),
        "\(other.testDescription)")
      #expect(try !accrete(ask + ["--weights", "float32", "--quiet"]).error.contains("warning"))

      for words in [[], ["--dry-run"]] {
        expectRefusal(
          try accrete(["learn", "traffic.jsonl", "--weights", "int8"] + words + Self.options),
          code: 64, "held in int8, and weather@1 was learned", "Leave --weights out", "accrete init --registry DIR")
      }
      let next = try accrete(["learn", "traffic.jsonl"] + Self.options)
      #expect(next.code == 0 && next.error.contains("held in nf4") && next.error.contains("G2 pass"))

      // Whatever takes it to the base's own numbers says that its scores were taken on others.
      let scored = "was learned and scored on its base held in nf4, and "
      for (arguments, goes) in [
        (["registry", "export", "weather", "--peft", "--out", "adapter"], "PEFT and predict.py load"),
        (
          ["experts", "import", "adapter", "--name", "weather", "--out", "expert"], "meets the base's own numbers where"
        ),
        (["experts", "merge", "adapter", "--out", "merged"], "is folded into"),
      ] {
        let outcome = try accrete(arguments + (arguments[0] == "experts" ? ["--base", ShallowBase.folder.path] : []))
        #expect(outcome.code == 0 && outcome.error.contains(scored + goes), "\(outcome.testDescription)")
        #expect(!outcome.text.contains("rounding took"))
      }
    }

    @Test func expertsOfARunSayHowItsBaseWasHeld() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      func accrete(_ arguments: [String]) throws -> Outcome { try Accrete.run(arguments, in: scratch.url) }
      let train = TinyRun.shortArguments(method: "per-task", out: "run") + ["--weights", "nf4"]
      try #require(try accrete(train).code == 0)
      let export = try accrete(["experts", "export", "run", "--task", "weather", "--out", "out"])
      #expect(
        export.text.contains("The run held its base in nf4: on the base's own numbers"), "\(export.testDescription)")
      for (expert, out) in [("run/experts/weather", "own"), ("out", "exported")] {
        let merged = try accrete(["experts", "merge", expert, "--base", ShallowBase.folder.path, "--out", out])
        #expect(merged.code == 0, "\(merged.testDescription)")
        #expect(merged.error.contains("\(expert) was learned and scored on its base held in nf4, and is folded into"))
      }
    }
  }
}
