import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// What happens when the disk is full?
  @Suite(.enabled(if: SmallDisk.canBeMade, "needs the right to mount a tmpfs"))
  struct FullDiskTests {
    /// What no checkpoint after task 1 shall change.
    private func files(_ run: URL) throws -> [String: Data] {
      try tree(run, folders: true).filter { !$0.value.isEmpty }
    }

    @Test func noRoomForTheFirstCheckpoint() throws {
      let disk = try #require(try SmallDisk(kilobytes: 100))
      try Data("mine".utf8).write(to: disk.url.appendingPathComponent("notes.txt"))
      let run = disk.url.appendingPathComponent("run")
      let outcome = try Accrete.run(TinyRun.arguments(out: run.path), in: FinishedRun.shared.folder())
      expectRefusal(outcome, code: 74, run.path, "the disk is full", "free some space")
      #expect(try Data(contentsOf: disk.url.appendingPathComponent("notes.txt")) == Data("mine".utf8))
      #expect(try tree(disk.url, folders: true).keys.allSatisfy { !$0.hasSuffix(".partial") })
    }

    @Test func noRoomForAnything() throws {
      let disk = try #require(try SmallDisk(kilobytes: 8))
      try Data(repeating: 7, count: 8192).write(to: disk.url.appendingPathComponent("full"))
      let run = disk.url.appendingPathComponent("run")
      let folder = try FinishedRun.shared.folder()
      let outcome = try Accrete.run(TinyRun.arguments(out: run.path), in: folder)
      expectRefusal(outcome, code: 74, run.path, "the disk is full")
      #expect(try tree(disk.url, folders: true).keys.sorted() == ["full"])
      // With space freed, the same command works.
      try FileManager.default.removeItem(at: disk.url.appendingPathComponent("full"))
      #expect(disk.grow(kilobytes: 20_000))
      #expect(try Accrete.run(TinyRun.arguments(out: run.path), in: folder).code == 0)
    }

    /// A disk can be full of files whatever their size: here a folder is what no longer fits.
    @Test(arguments: [1, 2]) func noRoomForAFolder(files: Int) throws {
      let disk = try #require(try SmallDisk(kilobytes: 20_000, files: files))
      let run = disk.url.appendingPathComponent("run")
      let outcome = try Accrete.run(TinyRun.arguments(out: run.path), in: FinishedRun.shared.folder())
      expectRefusal(outcome, code: 74, run.path, "the disk is full")
      #expect(try tree(disk.url, folders: true).isEmpty)
    }

    /// The disk fills up in the second task: the first is whole, and after more space was made the run ends as any.
    @Test func fullInTheSecondTask() throws {
      let finished = try FinishedRun.shared.folder().appendingPathComponent("run")
      let whole = try files(finished)
      let second = ["checkpoints/task-2.", "experts/traffic/", "predictions/row-2/"]
      func used(_ data: [String: Data]) -> Int { data.values.reduce(0) { $0 + ($1.count + 4095) / 4096 * 4 } }
      let first = used(whole.filter { path, _ in !second.contains { path.hasPrefix($0) } })
      // Room for the checkpoint at the end of the first task, with its moments, and not for that of the second.
      let disk = try #require(try SmallDisk(kilobytes: first + 1200))
      let run = disk.url.appendingPathComponent("run")
      let folder = try FinishedRun.shared.folder()
      let outcome = try Accrete.run(TinyRun.arguments(out: run.path), in: folder)
      expectRefusal(outcome, code: 74, run.path, "the disk is full")
      #expect(outcome.error.contains("learned weather"))
      let before = try files(run)
      let kept = whole.keys.filter { $0.contains("task-1.safetensors") || $0.hasPrefix("experts/weather") }
      #expect(kept.count == 4)
      for path in kept { #expect(before[path] == whole[path]) }
      #expect(before.keys.allSatisfy { !$0.hasSuffix(".partial") })
      #expect(disk.grow(kilobytes: 20_000))
      let resumed = try Accrete.run(["resume", run.path], in: folder)
      #expect(resumed.code == 0, "\(resumed.testDescription)")
      let after = try files(run)
      let timed = differences(whole, after).filter {
        !["timings.jsonl", "metrics.json", "costs.json", "seal.json"].contains($0)
      }
      #expect(timed.isEmpty)
    }

    /// The disk fills up at one write after another, in the first matrix row, inside of tasks, at experts, predictions and results:
    /// what was there before stays, the message says so, and with more space the run ends with the same bytes.
    @Test func fullAtAnyWrite() throws {
      let folder = try FinishedRun.shared.folder()
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let options = ["--checkpoint-steps", "1"]
      let whole = scratch.url("whole")
      try #require(try Accrete.run(TinyRun.arguments(out: whole.path) + options, in: folder).code == 0)
      func decided(_ run: URL) throws -> [String: Data] {
        try files(run).filter { !["timings.jsonl", "metrics.json", "costs.json", "seal.json"].contains($0.key) }
      }
      let size = try files(whole).values.reduce(0) { $0 + ($1.count + 4095) / 4096 * 4 }
      var refused = 0
      for kilobytes in stride(from: 40, to: 2 * size, by: max(size / 4, 16)) {
        let disk = try #require(try SmallDisk(kilobytes: kilobytes))
        let run = disk.url.appendingPathComponent("run")
        let outcome = try Accrete.run(TinyRun.arguments(out: run.path) + options, in: folder)
        if outcome.code == 0 { continue }
        refused += 1
        expectRefusal(outcome, code: 74, "the disk is full", "What was there before is untouched")
        let left = try files(run)
        #expect(left.keys.allSatisfy { !$0.hasSuffix(".partial") }, "\(kilobytes) KiB")
        #expect(left["lock"] == nil)
        // Every whole checkpoint is what it would have been.
        for (path, data) in left where path.hasPrefix("checkpoints/") && !path.contains("step") {
          #expect(data == (try Data(contentsOf: whole.appendingPathComponent(path))), "\(kilobytes) KiB: \(path)")
        }
        #expect(disk.grow(kilobytes: 20_000))
        // Whichever write it was, what it left is what seal.json allows.
        let begun = FileManager.default.fileExists(
          atPath: run.appendingPathComponent("checkpoints/task-0.safetensors").path)
        if begun {
          let verified = try Accrete.run(["verify", run.path], in: folder)
          #expect(verified.code == 0, "\(kilobytes) KiB: \(verified.text)")
        }
        let again = begun ? ["resume", run.path] : TinyRun.arguments(out: run.path) + options
        let resumed = try Accrete.run(again, in: folder)
        #expect(resumed.code == 0, "\(kilobytes) KiB: \(resumed.testDescription)")
        #expect(differences(try decided(whole), try decided(run)).isEmpty, "\(kilobytes) KiB")
      }
      #expect(refused >= 3)
    }
  }
}
