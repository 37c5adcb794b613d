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

    /// What is served decides how the base is held, also where that is as its files have it; before that, the run does.
    @Test func aRunThatHeldItOtherwise() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      func accrete(_ arguments: [String]) throws -> Outcome { try Accrete.run(arguments, in: scratch.url) }
      let train = TinyRun.shortArguments(method: "per-task", out: "run") + ["--weights", "nf4"]
      try #require(try accrete(train).code == 0)
      #expect(try accrete(["init", "--base", ShallowBase.folder.path]).code == 0)
      #expect(try accrete(["learn", "weather.jsonl"] + Self.options).code == 0)
      #expect(try accrete(["promote", "weather@1", "--reason", "a test"]).code == 0)
      let add = ["registry", "add", "run", "--task", "traffic", "--threads", "1"]
      let added = try accrete(add)
      #expect(added.code == 0, "\(added.testDescription)")
      let warning = added.errorLines.first { $0.contains("the run was trained on a base held in nf4") } ?? ""
      #expect(
        warning.contains("held in the numbers that its files have, as the versions that are served need it")
          && warning.contains("accrete init --registry DIR"), "\(added.error)")
      #expect(try !accrete(["show", "traffic@1"]).text.contains("nf4"))
      // Where nothing is served it is held as the run did, and nothing is to be said.
      #expect(try accrete(["init", "--base", ShallowBase.folder.path, "--registry", "own"]).code == 0)
      let own = try accrete(add + ["--registry", "own"])
      #expect(own.code == 0 && !own.error.contains("the run was trained"), "\(own.testDescription)")
      #expect(try accrete(["show", "traffic@1", "--registry", "own"]).text.contains(/(?m)^weights +nf4$/))
    }

    /// Integers are multiplied in bfloat16 on a GPU alone, here a rehearsed one: elsewhere no other way to hold the base helps.
    @Test func productsOfAGPU() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      try scratch.write("{\"text\":\"Expect rain today.\"}\n", to: "texts.jsonl")
      func accrete(_ arguments: [String]) throws -> Outcome { try Accrete.run(arguments, in: scratch.url) }
      #expect(try accrete(["init", "--base", ShallowBase.folder.path]).code == 0)
      let learn = ["learn", "weather.jsonl", "--weights", "int8", "--compute", "bfloat16"] + Self.options
      let learned = try Accrete.run(
        ["ACCRETE_PLAN=gpu", Accrete.binary.path] + learn, in: scratch.url,
        program: URL(fileURLWithPath: "/usr/bin/env"))
      #expect(
        learned.code == 0 && learned.error.contains("held in int8, computed in bfloat16"), "\(learned.testDescription)")
      #expect(try accrete(["promote", "weather@1", "--reason", "a test"]).code == 0)
      let asked = try accrete(["predict", "texts.jsonl", "--task", "weather", "--threads", "1"])
      #expect(
        asked.code == 0 && asked.error.contains("answers may differ. Use the --device that it was learned on"),
        "\(asked.testDescription)")
      let refused = try accrete(["learn", "traffic.jsonl"] + Self.options)
      expectRefusal(
        refused, code: 64, "weather@1 was learned and checked on it in int8, computed in bfloat16",
        "Use the --device that it was learned on", "accrete init --registry DIR")
      #expect(!refused.error.contains("--weights"), "\(refused.error)")
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
