import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Can a finished run be taken into a registry, and does a task answer there as in the run?
  @Suite struct RegistryAddTests {
    /// The answers of the run's last row to a task's test rows.
    private func recorded(_ task: String, in scratch: Scratch) throws -> [Int] {
      try scratch.text("run/predictions/row-2/\(task).jsonl").split(separator: "\n").compactMap { line in
        (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["predicted"] as? Int
      }
    }

    private func run(_ arguments: String..., in scratch: Scratch) throws -> Outcome {
      let outcome = try Accrete.run(arguments, in: scratch.url)
      try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      return outcome
    }

    @Test func aRunIsTakenIn() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let training = try Accrete.run(TinyRun.arguments() + ["--method", "per-task"], in: scratch.url)
      try #require(training.code == 0, "\(training.testDescription)")
      _ = try run("init", "--base", Accrete.base.lastPathComponent, in: scratch)
      // The data have moved; changed ones are refused.
      let elsewhere = scratch.url.appendingPathComponent("elsewhere")
      try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
      for task in TinyRun.tasks {
        try FileManager.default.moveItem(
          at: scratch.url.appendingPathComponent("\(task).jsonl"), to: elsewhere.appendingPathComponent("\(task).jsonl")
        )
      }
      expectRefusal(
        try Accrete.run(["registry", "add", "run", "--quiet", "--threads", "1"], in: scratch.url), code: 65,
        "weather.jsonl")
      let added = try run(
        "registry", "add", "run", "--data", "elsewhere", "--quiet", "--json", "--threads", "1", in: scratch)
      let lines = added.text.split(separator: "\n")
      #expect(lines.count == 2 && lines[0].contains("\"version\":\"weather@1\""), "\(added.text)")

      for task in TinyRun.tasks {
        let rows = TinyRun.rows(task).split(separator: "\n").filter { $0.contains("\"test\"") }
        try scratch.write(rows.joined(separator: "\n") + "\n", to: "\(task)-test.jsonl")
        let answers = try run("predict", "\(task)-test.jsonl", "--task", "\(task)@1", "--threads", "1", in: scratch)
        let labels = answers.text.split(separator: "\n").compactMap { line in
          (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["label"] as? String
        }
        let names = TinyRun.labels(task)
        #expect(try labels == recorded(task, in: scratch).map { names[$0] })
      }
      #expect(try run("registry", "verify", in: scratch).text.contains("ok"))
      // A second time it is the same version.
      expectRefusal(
        try Accrete.run(["registry", "add", "run", "--data", "elsewhere", "--quiet"], in: scratch.url), code: 64,
        "weather@1")
      #expect(try (run("list", "--versions", "--json", in: scratch).json() as? [Any])?.count == 2)
      // An instruction that no task has decides nothing, and that is said.
      try scratch.write("{\"text\": \"rain\", \"instruction\": \"What is it?\"}\n", to: "asked.jsonl")
      _ = try run("promote", "weather@1", "--reason", "a test", in: scratch)
      let asked = try run("predict", "asked.jsonl", "--route", "--threads", "1", in: scratch)
      #expect(
        asked.text.contains("\"byInstruction\":false") && asked.error.contains("1 request came with an instruction"))
      // One base serves all tasks: none is added on one that is held otherwise.
      expectRefusal(
        try Accrete.run(
          [
            "registry", "add", "run", "--task", "traffic", "--name", "other", "--data", "elsewhere", "--quiet",
            "--weights", "nf4",
          ], in: scratch.url), code: 64, "held in nf4", "weather@1", "Leave --weights out")
      // The same rows under another name are no other task.
      expectRefusal(
        try Accrete.run(
          ["registry", "add", "run", "--task", "weather", "--name", "copy", "--data", "elsewhere", "--quiet"],
          in: scratch.url), code: 65, "weather@1")
    }

    /// moe-cl serves a task by two experts and a gate, which is not one plain expert.
    @Test func whatCannotBeKeptIsRefused() throws {
      let folder = try FinishedRun.shared.folder()
      let scratch = try Scratch()
      _ = try run("init", "--base", Accrete.base.lastPathComponent, in: scratch)
      let path = folder.appendingPathComponent("run").path
      expectRefusal(
        try Accrete.run(["registry", "add", path, "--quiet"], in: scratch.url), code: 65, "moe-cl", "experts export")
      expectRefusal(
        try Accrete.run(["registry", "add", path, "--task", "sports", "--quiet"], in: scratch.url), code: 64, "sports")
      expectRefusal(try Accrete.run(["registry", "add", "nowhere", "--quiet"], in: scratch.url), code: 64, "nowhere")
      #expect((try run("list", "--json", in: scratch).json() as? [Any])?.isEmpty == true)
    }
  }
}
