import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// Does each command say which file of a run is not what was written, before it answers with it?
  @Suite struct SealCommandTests {
    /// Changes the last digit of a text, or the last byte of anything else.
    private func change(_ whole: Data, _ name: String) throws -> Data {
      var bytes = whole
      guard name.hasSuffix(".json") || name.hasSuffix(".jsonl") else {
        bytes[bytes.count - 1] ^= 1
        return bytes
      }
      let position = try #require(bytes.lastIndex { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
      bytes[position] = bytes[position] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
      return bytes
    }

    @Test func whoeverReadsAFileNamesIt() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let made = try Accrete.run(TinyRun.arguments() + ["--method", "accrete"], in: scratch.url)
      try #require(made.code == 0, "\(made.testDescription)")
      let (text, one) = (["--prompt", "x", "--max-tokens", "1"], ["--threads", "1"])
      let archive = ["expert.json", "adapter_config.json", "adapter_model.safetensors"].map { "experts/weather/\($0)" }
      let commands: [(command: [String], files: [String])] = [
        (
          ["report", "run", "--html", "page.html"],
          [
            "manifest.json", "matrix.json", "matrix-inferred.json", "metrics.json", "statistics.json", "events.jsonl",
            "predictions/row-1/weather.jsonl", "predictions/row-2/traffic.jsonl", "seal.json",
          ]
        ),
        (["evaluate", "run", "--task", "weather"], ["costs.json", "checkpoints/task-2.safetensors"]),
        (
          ["generate", "--run", "run", "--task", "weather"] + text + one,
          ["manifest.json", "checkpoints/task-1.safetensors"]
        ),
        (["generate", "--expert", "run/experts/weather"] + text + one, archive),
        (["experts", "show", "run/experts/weather"], archive),
        (["experts", "export", "run", "--task", "weather", "--out", "out"] + one, archive),
        (["verify", "run"], ["timings.jsonl"]),
        (["resume", "run"], ["metrics.json"]),
      ]
      for (command, files) in commands {
        for name in files {
          let file = scratch.url("run/\(name)")
          let whole = try Data(contentsOf: file)
          try change(whole, name).write(to: file)
          let outcome = try Accrete.run(command, in: scratch.url)
          let said = outcome.text + outcome.error
          let isNamed = said.contains(file.lastPathComponent) || said.contains("expert `weather`")
          #expect(outcome.code == 65 && isNamed, "\(command) \(name): \(outcome.testDescription)")
          try whole.write(to: file)
        }
      }
      let file = scratch.url("run/experts/weather/expert.json")
      let whole = try Data(contentsOf: file)
      try change(whole, "expert.json").write(to: file)
      let listed = try Accrete.run(["experts", "list", "run"], in: scratch.url)
      #expect(
        listed.code == 65 && listed.text.contains("DAMAGED  weather") && listed.error.contains("1 of 2"),
        "\(listed.text)")
      try whole.write(to: file)
      for command in [["verify", "run"], ["report", "run", "--html", "page.html"]] {
        #expect(try Accrete.run(command, in: scratch.url).code == 0)
      }
      #expect(!FileManager.default.fileExists(atPath: scratch.url("out").path))
    }
  }
}
