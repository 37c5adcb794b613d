import Files
import Foundation
import Runs
import Testing

extension RunTests {
  /// Does a run that was stopped go on as if it had not been?
  @Suite struct ResumeTests {
    /// A copy of a finished run as a crash leaves it while task `learned + 1` is being learned: its last checkpoint is the
    /// one after `learned` tasks, and what came later is there in pieces.
    private func stopped(_ kind: RunKind, after learned: Int, _ scratch: Scratch) throws -> RunFolder {
      let folder = RunFolder(try FinishedRuns.shared.copy(kind, to: scratch))
      let files = FileManager.default
      for later in (learned + 1)...Tiny.tasks.count {
        try files.removeItem(at: folder.checkpoint(after: later).appendingPathComponent("state.json"))
        try flip(folder.checkpoint(after: later).appendingPathComponent("state.safetensors"), at: -1)
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
      return folder
    }

    @Test(arguments: RunKind.all) func resumedRunsAreTheSameRuns(kind: RunKind) throws {
      let scratch = try Scratch()
      let folder = try stopped(kind, after: 1, scratch)
      let run = try SequenceRun.open(folder.url)
      #expect(run.learnedTasks == 1)
      try run.run()
      let (whole, resumed) = (try decided(FinishedRuns.shared.folder(kind)), try decided(folder.url))
      #expect(differences(whole, resumed).isEmpty)
    }

    @Test func stoppedInTheFirstTask() throws {
      let scratch = try Scratch()
      let kind = RunKind(method: "moe-cl")
      let folder = try stopped(kind, after: 0, scratch)
      let run = try SequenceRun.open(folder.url)
      #expect(run.learnedTasks == 0)
      try run.run()
      let (whole, resumed) = (try decided(FinishedRuns.shared.folder(kind)), try decided(folder.url))
      #expect(differences(whole, resumed).isEmpty)
    }

    @Test func stoppedBeforeTheFirstCheckpoint() throws {
      let scratch = try Scratch()
      let kind = RunKind(method: "per-task")
      let finished = try FinishedRuns.shared.folder(kind)
      let folder = RunFolder(scratch.place("run"))
      _ = try SequenceRun.start(RunFolder(finished).readManifest().configuration, in: folder.url)
      try Data("{\"task\"".utf8).write(to: folder.events)
      try SequenceRun.open(folder.url).run()
      #expect(differences(try decided(finished), try decided(folder.url)).isEmpty)
    }

    @Test func finishedRunsHaveNothingToDo() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(RunKind(method: "moe-cl"), to: scratch)
      let before = try tree(folder)
      let run = try SequenceRun.open(folder)
      #expect(run.learnedTasks == run.tasks.count)
      try run.run()
      #expect(differences(before, try tree(folder)).isEmpty)
    }

    /// Acceptance (viii): a stored state answers as it did when it was scored.
    @Test(arguments: RunKind.all) func everyRowOfTheMatrixCanBeScoredAgain(kind: RunKind) throws {
      let folder = RunFolder(try FinishedRuns.shared.folder(kind))
      let before = try tree(folder.url)
      let matrix = try JSONFile.read(MatrixFile.self, from: folder.matrix)
      for row in 0...Tiny.tasks.count {
        let run = try SequenceRun.open(folder.url, after: row)
        #expect(run.learnedTasks == row)
        for (column, task) in Tiny.tasks.enumerated() {
          let predictions = try run.evaluate(task: task)
          #expect(predictions.accuracy == matrix.scores[row][column])
          let lines = try predictions.map { try JSONFile.encode($0, pretty: false) + Data("\n".utf8) }
          #expect(try Data(lines.joined()) == Data(contentsOf: folder.predictions(row: row, task: task)))
        }
      }
      #expect(differences(before, try tree(folder.url)).isEmpty)
    }
  }
}
