import Files
import Foundation
import Runs
import TestSupport
import Testing

@testable import Records

extension StoredRunTests {
  /// Does a run that was stopped go on as if it had not been?
  @Suite struct ResumeTests {
    /// A copy of a finished run as a crash leaves it while task `learned + 1` is being learned: its last checkpoint is the
    /// one after `learned` tasks, and what came later is there in pieces.
    private func stopped(_ kind: RunKind, after learned: Int, _ scratch: Scratch) throws -> RunFolder {
      let folder = RunFolder(try FinishedRuns.shared.copy(kind, to: scratch))
      let files = FileManager.default
      for later in (learned + 1)...Tiny.tasks.count {
        let checkpoint = folder.checkpoint(after: later)
        // What a process that is killed while it writes leaves behind.
        try files.moveItem(
          at: checkpoint, to: folder.checkpoints.appendingPathComponent(".\(checkpoint.lastPathComponent).7.partial"))
        try files.removeItem(at: folder.predictions(row: later, task: Tiny.tasks[1]))
        let expert = folder.expert(Tiny.tasks[later - 1]).appendingPathComponent("adapter_model.safetensors")
        if files.fileExists(atPath: expert.path) { try Data("half".utf8).write(to: expert) }
      }
      // Steps after the checkpoint, and a line that was cut.
      for log in [folder.events, folder.timings] {
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("{\"task\":\"traff".utf8))
        try handle.close()
      }
      for result in [folder.matrix, folder.metrics] { try files.removeItem(at: result) }
      try scratch.write(
        "{\"process\":1,\"host\":\"\(ProcessInfo.processInfo.hostName)\",\"since\":\"then\"}", to: "run/lock")
      return folder
    }

    @Test(arguments: RunKind.all) func resumedRunsAreTheSameRuns(kind: RunKind) throws {
      let scratch = try Scratch()
      let folder = try stopped(kind, after: 1, scratch)
      let run = try SequenceRun.resume(folder.url, bases: .shared)
      #expect(run.learnedTasks == 1)
      try run.run()
      let (whole, resumed) = (try decided(FinishedRuns.shared.folder(kind)), try decided(folder.url))
      #expect(differences(whole, resumed).isEmpty)
    }

    @Test func stoppedInTheFirstTask() throws {
      let scratch = try Scratch()
      let kind = RunKind(method: "moe-cl")
      let folder = try stopped(kind, after: 0, scratch)
      let run = try SequenceRun.resume(folder.url)
      #expect(run.learnedTasks == 0)
      try run.run()
      let (whole, resumed) = (try decided(FinishedRuns.shared.folder(kind)), try decided(folder.url))
      #expect(differences(whole, resumed).isEmpty)
    }

    /// At every step of every task: a run that is told to stop there, and one that is told only to write a checkpoint there and
    /// dies while it scores, end with the bytes of one that was never stopped. The first stop loads the base as every process does.
    @Test(arguments: RunKind.all) func stoppedAtAnyStep(kind: RunKind) throws {
      let whole = try FinishedRuns.shared.folder(kind)
      let configuration = try RunFolder(whole).readManifest().configuration
      let steps = try Data(contentsOf: RunFolder(whole).events).count { $0 == UInt8(ascii: "\n") }
      let positions = kind.steps.enumerated().flatMap { task, count in (0..<count).map { (task: task, step: $0 + 1) } }
      #expect(steps == positions.count)
      for (step, position) in zip(1..., positions) {
        let scratch = try Scratch()
        let bases = step == 1 ? nil : LoadedBases.shared
        let folder = RunFolder(scratch.url("run"))
        var asked = 0
        func ask() throws {
          let events = (try? Data(contentsOf: folder.events)) ?? Data()
          asked = events.count { $0 == UInt8(ascii: "\n") }
        }
        let error = #expect(throws: RunError.self) {
          try SequenceRun.start(configuration, in: folder.url, bases: bases).run {
            try? ask()
            return asked >= step ? .stop(signal: 15) : nil
          }
        }
        guard case .interrupted(folder.url.path, 15, _) = error else {
          Issue.record("expected an interruption at step \(step), got \(String(describing: error))")
          continue
        }
        #expect(try folder.checkpointPositions().last?.step == position.step)
        #expect(!FileManager.default.fileExists(atPath: folder.lock.path))
        let resumed = try SequenceRun.resume(folder.url, bases: bases)
        #expect(resumed.learnedTasks == position.task && resumed.stepsOfNextTask == position.step)
        try resumed.run()
        #expect(differences(try decided(whole), try decided(folder.url)).isEmpty, "step \(step)")
      }
    }

    /// Checkpoints inside of a task: the newest two stay while it runs, none at its end.
    @Test func checkpointsInsideOfTasks() throws {
      let scratch = try Scratch()
      let whole = try FinishedRuns.shared.folder(RunKind(method: "moe-cl"))
      var configuration = try RunFolder(whole).readManifest().configuration
      configuration.checkpoints.everySteps = 1
      let folder = RunFolder(scratch.url("run"))
      var seen: [[String]] = []
      try SequenceRun.start(configuration, in: folder.url) { progress in
        if case .checkpoint = progress { seen.append((try? folder.checkpointPositions().map(\.fileName)) ?? []) }
      }.run()
      #expect(seen.count == 6)
      #expect(seen[0] == ["task-0.safetensors", "task-0-step-1.safetensors"])
      #expect(seen[2] == ["task-0.safetensors", "task-0-step-2.safetensors", "task-0-step-3.safetensors"])
      #expect(
        seen[3] == [
          "task-0.safetensors", "task-0-step-3.safetensors", "task-1.safetensors", "task-1-step-1.safetensors",
        ])
      #expect(try folder.checkpointPositions().map(\.step) == [nil, nil, nil])
      // How often checkpoints are written is in the manifest, and changes nothing else.
      #expect(
        differences(try decided(whole), try decided(folder.url)).filter { !$0.hasPrefix("checkpoints") } == [
          "manifest.json"
        ])
    }

    @Test func stoppedBeforeTheFirstCheckpoint() throws {
      let scratch = try Scratch()
      let kind = RunKind(method: "per-task")
      let finished = try FinishedRuns.shared.folder(kind)
      let folder = RunFolder(scratch.url("run"))
      do { _ = try SequenceRun.start(RunFolder(finished).readManifest().configuration, in: folder.url) }
      try Data("{\"task\"".utf8).write(to: folder.events)
      try SequenceRun.resume(folder.url).run()
      #expect(differences(try decided(finished), try decided(folder.url)).isEmpty)
    }

    @Test func finishedRunsAreLeftAlone() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(RunKind(method: "moe-cl"), to: scratch)
      let before = try tree(folder)
      do {
        let run = try SequenceRun.resume(folder)
        #expect(try run.learnedTasks == run.tasks.count && run.isComplete)
        try run.run()
      }
      #expect(differences(before, try tree(folder)).isEmpty)
    }

    /// Acceptance (viii): a stored state answers as it did when it was scored.
    @Test(arguments: RunKind.all) func everyRowOfTheMatrixCanBeScoredAgain(kind: RunKind) throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(kind))
      let before = try tree(folder.url)
      let matrix = try JSONFile.read(MatrixFile.self, from: folder.matrix)
      for row in 0...Tiny.tasks.count {
        let run = try SequenceRun.open(folder.url, after: row, bases: row == 0 ? nil : .shared)
        #expect(run.learnedTasks == row)
        for (column, task) in Tiny.tasks.enumerated() {
          let answers = try run.evaluate(task: task)
          #expect(answers.predictions.accuracy == matrix.scores[row][column])
          #expect(try answers.lines() == Data(contentsOf: folder.predictions(row: row, task: task)))
        }
      }
      #expect(differences(before, try tree(folder.url)).isEmpty)
    }
  }
}
