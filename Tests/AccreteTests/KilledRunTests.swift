import Foundation
import TestSupport
import Testing

/// Seeded numbers for moments at which processes are killed.
private struct Moments {
  var state: UInt64

  /// From 0 to 1.
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }
}

extension CommandFaultTests {
  /// Does a run that is killed again and again end with the bytes of one that never was?
  @Suite struct KilledRunTests {
    /// What the configuration decides.
    private func decided(_ run: URL) throws -> [String: Data] {
      try tree(run, folders: true).filter {
        !["timings.jsonl", "metrics.json", "costs.json", "seal.json", "lock"].contains($0.key)
      }
    }

    /// The uninterrupted run, and how long it takes.
    private func whole(_ method: String, in folder: URL) throws -> (URL, Double) {
      let run = folder.appendingPathComponent("whole-\(method)")
      let start = Date()
      let outcome = try Accrete.run(arguments(method, out: run.path), in: folder)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      return (run, Date().timeIntervalSince(start))
    }

    private func arguments(_ method: String, out: String) -> [String] {
      // Twelve rows need no larger expansion.
      let options = method == "any-ssr" ? ["--option", "expansion=200"] : []
      return TinyRun.shortArguments(method: method, out: out) + ["--checkpoint-steps", "1"] + options
    }

    /// Every method of `accrete methods`.
    static let methods = [
      "a-gem", "accrete", "any-ssr", "ewc", "joint", "lwf", "mocl", "moe-cl", "moses", "o-lora", "per-task", "replay",
      "sequential",
    ]

    @Test func everyMethodIsKilled() throws {
      let listed = try #require(try Accrete.run(["methods", "--json"]).json() as? [[String: Any]])
      #expect(listed.compactMap { $0["method"] as? String }.sorted() == Self.methods)
    }

    /// SIGKILL at seeded random moments, in learning, scoring and writing, each followed by `resume`, or by the same `train` where nothing
    /// was learned yet, until the run ends. What a kill leaves is what `seal.json` allows.
    /// `ACCRETE_KILLS` sets how many in all (`Scripts/kill_test` takes a hundred for every method).
    @Test(arguments: methods)
    func killedAtRandomMoments(method: String) throws {
      let wanted = ProcessInfo.processInfo.environment["ACCRETE_KILLS"].flatMap { Int($0) } ?? 1
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let (whole, seconds) = try whole(method, in: scratch.url)
      let expected = try decided(whole)
      // Other moments for each method.
      var moments = Moments(state: 17 + UInt64(Self.methods.firstIndex(of: method) ?? 0))
      _ = moments.next()
      var (kills, rounds) = (0, 0)
      while kills < wanted {
        rounds += 1
        try #require(rounds <= 4 * wanted, "the run ends before it can be killed")
        let run = scratch.url("killed-\(rounds)")
        var command = arguments(method, out: run.path)
        while true {
          let process = try Accrete.start(
            command, output: scratch.url("output"), error: scratch.url("error"), in: scratch.url)
          // Most of the time goes to the start of the process, so moments reach over the whole run.
          let moment = moments.next() * seconds
          let end = Date().addingTimeInterval(moment)
          while process.isRunning, Date() < end { usleep(500) }
          let killed = kills < wanted && process.isRunning
          if killed { kill(process.processIdentifier, SIGKILL) }
          process.waitUntilExit()
          if process.terminationReason == .uncaughtSignal {
            kills += 1
            // Killed before its first checkpoint, it is begun again by the same command.
            let begun = FileManager.default.fileExists(
              atPath: run.appendingPathComponent("checkpoints/task-0.safetensors").path)
            if begun {
              let verified = try Accrete.run(["verify", run.path], in: scratch.url)
              #expect(verified.code == 0, "kill \(kills): \(verified.text)")
            }
            command = begun ? ["resume", run.path] : arguments(method, out: run.path)
            continue
          }
          let outcome = try Accrete.outcome(process, output: scratch.url("output"), error: scratch.url("error"))
          #expect(outcome.code == 0, "\(method), kill \(kills): \(outcome.testDescription)")
          break
        }
        let different = differences(expected, try decided(run))
        #expect(different == [], "\(method), round \(rounds), \(kills) kills")
        try FileManager.default.removeItem(at: run)
      }
    }

    /// SIGTERM, SIGINT and SIGHUP end a run with a checkpoint and their exit code; SIGUSR1 does not end it.
    @Test(arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGHUP, 129)] as [(Int32, Int32)])
    func signals(number: Int32, code: Int32) throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let run = scratch.url("run")
      let (output, error) = (scratch.url("output"), scratch.url("error"))
      // Too long to end before it is stopped.
      let process = try Accrete.start(
        TinyRun.arguments(out: run.path) + ["--epochs", "90000"], output: output, error: error, in: scratch.url)
      let events = run.appendingPathComponent("events.jsonl")
      func steps() -> Int { (try? Data(contentsOf: events))?.count { $0 == UInt8(ascii: "\n") } ?? 0 }
      func checkpoints() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: run.appendingPathComponent("checkpoints").path)) ?? [])
          .filter { $0.contains("step") && !$0.hasPrefix(".") }.sorted()
      }
      while process.isRunning, steps() < 3 { usleep(1000) }
      kill(process.processIdentifier, SIGUSR1)
      while process.isRunning, checkpoints().isEmpty { usleep(1000) }
      let soFar = steps()
      while process.isRunning, steps() < soFar + 3 { usleep(1000) }
      try #require(process.isRunning, "it ended before it could be stopped")
      // Others may look at it, and may not work on it.
      let report = try Accrete.run(["report", run.path], in: scratch.url)
      #expect(report.code == 0 && report.text.contains("learned 0 of 2 tasks"), "\(report.testDescription)")
      let second = try Accrete.run(["resume", run.path], in: scratch.url)
      expectRefusal(second, code: 75, "process \(process.processIdentifier)", "is working on this run")
      kill(process.processIdentifier, number)
      process.waitUntilExit()
      let outcome = try Accrete.outcome(process, output: output, error: error)
      expectRefusal(outcome, code: code, "stopped by signal \(number)", "accrete resume \(run.path)")
      #expect(checkpoints().count == 2)
      #expect(!FileManager.default.fileExists(atPath: run.appendingPathComponent("lock").path))
      let verified = try Accrete.run(["verify", run.path], in: scratch.url)
      #expect(verified.code == 0 && !verified.text.contains("PROBLEM"), "\(verified.text)")
      // It goes on where it was.
      let before = (steps(), checkpoints())
      let resumed = try Accrete.start(["resume", run.path], output: output, error: error, in: scratch.url)
      while resumed.isRunning, steps() < before.0 + 2 { usleep(1000) }
      kill(resumed.processIdentifier, number)
      resumed.waitUntilExit()
      let again = try Accrete.outcome(resumed, output: output, error: error)
      #expect(
        again.code == code && again.error.contains("going on after 0 of 2 tasks and \(before.0) steps"),
        "\(again.testDescription)")
      #expect(checkpoints() != before.1 && checkpoints().count == 2)
    }

    /// Under nohup, which ignores SIGHUP, a closed terminal does not end a run.
    @Test func aHangUpThatIsIgnored() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let (output, error, run) = (scratch.url("output"), scratch.url("error"), scratch.url("run"))
      let process = try Accrete.start(
        ["-c", "trap '' HUP; exec \"$0\" \"$@\"", Accrete.binary.path] + TinyRun.arguments(out: run.path)
          + ["--epochs", "90000"], output: output, error: error, in: scratch.url,
        program: URL(fileURLWithPath: "/bin/sh"))
      let events = run.appendingPathComponent("events.jsonl")
      func steps() -> Int { (try? Data(contentsOf: events))?.count { $0 == UInt8(ascii: "\n") } ?? 0 }
      while process.isRunning, steps() < 3 { usleep(1000) }
      kill(process.processIdentifier, SIGHUP)
      let soFar = steps()
      while process.isRunning, steps() < soFar + 10 { usleep(1000) }
      #expect(process.isRunning)
      kill(process.processIdentifier, SIGTERM)
      process.waitUntilExit()
      #expect(try Accrete.outcome(process, output: output, error: error).code == 143)
    }

    /// A lock that a process left behind when it was killed is none; one of another host is the user's to judge.
    @Test func locks() throws {
      let scratch = try Scratch()
      try scratch.copy(try FinishedRun.shared.folder(), as: "copy")
      let run = scratch.url("copy/run")
      let lock = run.appendingPathComponent("lock")
      let finished = "nothing to resume"
      try Data("{\"process\":1,\"host\":\"elsewhere\",\"since\":\"2026-01-01T00:00:00Z\"}".utf8).write(to: lock)
      let refused = try Accrete.run(["resume", run.path], in: scratch.url("copy"))
      expectRefusal(refused, code: 75, "process 1 on elsewhere", "remove \(lock.path)")
      #expect(FileManager.default.fileExists(atPath: lock.path))
      for left in ["", "{", "{\"process\":1,\"host\":\"\(ProcessInfo.processInfo.hostName)\",\"since\":\"then\"}"] {
        try Data(left.utf8).write(to: lock)
        let outcome = try Accrete.run(["resume", run.path], in: scratch.url("copy"))
        #expect(outcome.code != 75 && !outcome.error.contains("working"), "\(outcome.testDescription)")
        #expect(outcome.error.contains(finished) || outcome.error.contains("changed"), "\(outcome.testDescription)")
        #expect(!FileManager.default.fileExists(atPath: lock.path))
      }
    }
  }
}
