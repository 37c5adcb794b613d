import Files
import Foundation
import Learning
import TestSupport
import Testing

@testable import Records
@testable import Runs
@testable import Verification

extension StoredRunTests {
  /// Who changes a file and writes a `seal.json` to suit has the newest checkpoint against them.
  @Suite struct CheckpointFilesTests {
    private let kind = RunKind(method: "accrete")

    private func reseal(_ run: RunFolder, _ change: (inout RunSeal) throws -> Void) throws {
      var seal = try RunSeal.decode(Data(contentsOf: run.seal), path: run.seal.path)
      try change(&seal)
      try SealedJSON.encode(seal).write(to: run.seal)
    }

    private func found(_ run: RunFolder) throws -> RunVerification.Check {
      try #require(RunVerification(run.url, recomputing: false).checks.first)
    }

    @Test func aSealThatWasMadeToSuit() throws {
      let scratch = try Scratch()
      let run = RunFolder(try FinishedRuns.shared.copy(kind, to: scratch))
      let whole = try Data(contentsOf: run.seal)
      let newest = run.checkpoint(after: 2)
      let kept = try found(run)
      #expect(kept.ok && kept.found.hasSuffix("also in the list that task-2.safetensors seals"), "\(kept.found)")
      let seal = try RunSeal.decode(whole, path: run.seal.path)
      let names = seal.files.keys.filter {
        !["costs.json", "metrics.json", "manifest.json", run.name(of: newest)].contains($0)
      }
      #expect(names.count > 15)
      for name in names.sorted() {
        let file = run.url.appendingPathComponent(name)
        let bytes = try Data(contentsOf: file)
        let isCheckpoint = CheckpointPosition(path: name) != nil
        // A changed checkpoint carries its own digest besides.
        if !isCheckpoint {
          try (bytes + Data(" ".utf8)).write(to: file)
          try reseal(run) { $0.files[name] = try Digest(ofFile: file) }
          let check = try found(run)
          #expect(!check.ok && check.found.contains("\(name) in the list of task-2.safetensors"), "\(check.found)")
        }
        try FileManager.default.removeItem(at: file)
        try reseal(run) { $0.files[name] = nil }
        #expect(try !found(run).ok, "\(name) removed")
        try bytes.write(to: file)
        try whole.write(to: run.seal)
      }
      try scratch.write("{}\n", to: "run/predictions/row-9/other.jsonl")
      try reseal(run) { $0.files["predictions/row-9/other.jsonl"] = Digest(of: Data("{}\n".utf8)) }
      #expect(try found(run).found.contains("predictions/row-9/other.jsonl in the list"))
    }

    @Test func eventsThatWereMadeToSuit() throws {
      let scratch = try Scratch()
      let run = RunFolder(try FinishedRuns.shared.copy(kind, to: scratch))
      var bytes = try Data(contentsOf: run.events)
      let digit = try #require(bytes.lastIndex { (UInt8(ascii: "0")...UInt8(ascii: "8")).contains($0) })
      bytes[digit] += 1
      try bytes.write(to: run.events)
      try reseal(run) { $0.logs["events.jsonl"]?.digest = Digest(of: bytes) }
      #expect(try found(run).found.contains("events.jsonl in the list of task-2.safetensors"))
    }

    /// What a process left that had come further is not in the list of a checkpoint that is made again.
    @Test func filesOfLaterTasks() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(kind, to: scratch)
      let run = RunFolder(folder)
      for tasks in 1...2 { try FileManager.default.removeItem(at: run.checkpoint(after: tasks)) }
      let resumed = try SequenceRun.resume(folder)
      #expect(resumed.learnedTasks == 0)
      try resumed.run()
      #expect(differences(try decided(FinishedRuns.shared.folder(kind)), try decided(folder)).isEmpty)
      #expect(try RunVerification(folder).failures.isEmpty)
    }
  }
}
