import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Who decides what products are computed in, and does a run or a version keep to it?
  @Suite struct ComputeOptionTests {
    private func manifest(_ run: URL) throws -> [String: Any] {
      let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: run.appendingPathComponent("manifest.json")))
      return try #require((whole as? [String: Any])?["configuration"] as? [String: Any])
    }

    @Test func aRunKeepsToWhatItBeganWith() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let half = try Accrete.run(
        TinyRun.shortArguments(method: "per-task", out: "half") + ["--compute", "bfloat16"], in: scratch.url)
      #expect(
        half.code == 0 && half.error.contains("held in bfloat16, computed in bfloat16"), "\(half.testDescription)")
      #expect(try manifest(scratch.url("half"))["compute"] as? String == "bfloat16")
      // Small bases stay in float32 by themselves, and a manifest says nothing of it, as before there was a choice.
      for (name, option) in [("auto", []), ("float32", ["--compute", "float32"])] {
        let outcome = try Accrete.run(
          TinyRun.shortArguments(method: "per-task", out: name) + option, in: scratch.url)
        #expect(outcome.code == 0 && !outcome.error.contains("computed in"), "\(outcome.testDescription)")
        #expect(try manifest(scratch.url(name))["compute"] == nil)
      }
      let expert = "experts/weather/adapter_model.safetensors"
      func bytes(_ run: String) throws -> Data { try Data(contentsOf: scratch.url("\(run)/\(expert)")) }
      #expect(try bytes("auto") == bytes("float32"))
      #expect(try bytes("auto") != bytes("half"))
      // Scored as it was learned: the predictions are those of the run.
      let evaluated = try Accrete.run(["evaluate", "half"], in: scratch.url)
      #expect(evaluated.code == 0, "\(evaluated.testDescription)")
      let verified = try Accrete.run(["verify", "half"], in: scratch.url)
      #expect(verified.code == 0, "\(verified.testDescription)")
    }

    @Test func matricesHeldOtherwiseAreRefused() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      for weights in ["float32", "int8"] {
        expectRefusal(
          try Accrete.run(
            TinyRun.shortArguments(method: "per-task", out: "run")
              + ["--compute", "bfloat16", "--weights", weights], in: scratch.url),
          code: 64, "held in \(weights), and a processor multiplies bfloat16 only with matrices that are held in it",
          "--weights bfloat16")
        #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
      }
      let unknown = try Accrete.run(
        TinyRun.shortArguments(method: "per-task", out: "run") + ["--compute", "half"], in: scratch.url)
      #expect(unknown.code == 64 && unknown.error.contains("`--compute` is \"half\"; allowed: float32, bfloat16, auto"))
    }

    /// A version answers in what it was learned in, beside others that were learned otherwise.
    @Test func aVersionAnswersAsItWasLearned() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let texts = scratch.url("texts.jsonl")
      try scratch.write("{\"text\":\"Expect rain today.\"}\n{\"text\":\"Expect sun.\"}\n", to: "texts.jsonl")
      func accrete(_ arguments: String...) throws -> Outcome {
        let outcome = try Accrete.run(arguments, in: scratch.url)
        #expect(outcome.code == 0, "\(outcome.testDescription)")
        return outcome
      }
      _ = try accrete("init", "--base", ShallowBase.folder.path)
      let options = [
        "--rank", "2", "--max-epochs", "1", "--output-head", "label", "--learning-rate", "0.01", "--threads", "1",
      ]
      let learned = try Accrete.run(
        ["learn", "weather.jsonl", "--compute", "bfloat16"] + options, in: scratch.url)
      #expect(learned.code == 0 && learned.error.contains("computed in bfloat16"), "\(learned.testDescription)")
      let other = try Accrete.run(["learn", "traffic.jsonl"] + options, in: scratch.url)
      #expect(other.code == 0 && other.error.contains("G2 pass"), "\(other.testDescription)")
      let shown = try accrete("show", "weather", "--json").text
      #expect(shown.contains("\"compute\" : \"bfloat16\"") || shown.contains("\"compute\":\"bfloat16\""), "\(shown)")
      let one = try accrete("predict", texts.path, "--task", "weather@1", "--threads", "1")
      let again = try accrete("predict", texts.path, "--task", "weather@1", "--threads", "1")
      #expect(one.output == again.output && one.text.contains("\"label\""))
    }
  }
}
