import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import TestSupport
import Testing

@testable import Records
@testable import Runs
@testable import Verification

extension StoredRunTests {
  /// Is every byte of a run's folder that anything reads bound?
  @Suite struct SealTests {
    private let kind = RunKind(method: "accrete")

    /// Every leaf of every JSON file changed in turn, every file removed in turn, bytes of every binary file flipped: each is found.
    @Test func everyChangeIsFound() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(kind, to: scratch)
      #expect(try !sealingFinds(folder))
      let files = try tree(folder)
      #expect(files.count > 25 && files["statistics.json"] != nil && files["matrix-inferred.json"] != nil)
      var leaves = 0
      for (name, whole) in files.sorted(by: { $0.key < $1.key }) {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.removeItem(at: file)
        #expect(try sealingFinds(folder), "\(name) removed")
        let changes =
          name.hasSuffix(".safetensors")
          ? [0, 9, whole.count / 2, whole.count - 1].map { position in
            var bytes = whole
            bytes[position] ^= 1
            return bytes
          } : JSONLeaves.changes(of: whole)
        if !name.hasSuffix(".safetensors") { leaves += changes.count }
        for (number, change) in changes.enumerated() {
          try change.write(to: file)
          #expect(try sealingFinds(folder), "\(name), change \(number)")
        }
        try whole.write(to: file)
      }
      #expect(leaves > 700)
      #expect(try !sealingFinds(folder))
    }

    /// What the folder gets besides: a checkpoint that the run did not write is found, what nobody reads is nobody's business.
    @Test func strangeFiles() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(kind, to: scratch)
      for name in ["notes.txt", "report.html", "lock"] { try scratch.write("mine", to: "run/\(name)") }
      #expect(try !sealingFinds(folder))
      try scratch.write(
        Data(contentsOf: RunFolder(folder).checkpoint(after: 1)), to: "run/checkpoints/task-1-step-9.safetensors")
      #expect(try sealingFinds(folder))
    }

    /// Lines that were added to the logs of a complete run are found; of one that goes on they are the steps since its last checkpoint.
    @Test func addedLines() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(kind, to: scratch)
      for name in ["events.jsonl", "timings.jsonl"] {
        let file = folder.appendingPathComponent(name)
        let whole = try Data(contentsOf: file)
        try (whole + Data("{}\n".utf8)).write(to: file)
        #expect(try sealingFinds(folder), "\(name)")
        try whole.write(to: file)
      }
    }

    /// One leaf, or byte, of each file, found by each command that reads it.
    @Test func whoeverReadsAFileFindsTheChange() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(kind, to: scratch)
      let run = RunFolder(folder)
      let base = try Base(folder: Tiny.base)
      let host = StoredExpert.Base(
        base.model.declared, digest: base.model.digest, tokenizerDigest: base.tokenizerDigest)
      let expert = run.expert("weather")
      let evaluated = [
        "manifest.json", "costs.json", "statistics.json", "checkpoints/task-1.safetensors",
        "checkpoints/task-2.safetensors",
      ]
      let served = ["manifest.json", "costs.json", "checkpoints/task-1.safetensors", "checkpoints/task-2.safetensors"]
      let archive = ExpertArchive.files.map { "experts/weather/\($0)" }
      let resumed =
        evaluated + ["events.jsonl", "timings.jsonl", "matrix.json", "metrics.json", "predictions/row-2/traffic.jsonl"]
      let commands: [(String, [String], () throws -> Void)] = [
        ("evaluate", evaluated, { _ = try SequenceRun.open(folder) }),
        ("generate --run", served, { _ = try StoredRun(folder, model: base.model).selection(forTask: "weather") }),
        ("generate --expert", archive, { _ = try StoredExpert(expert, for: host) }),
        ("experts show", archive, { try ExpertArchive.read(expert).verify(in: expert) }),
        (
          "experts list", ["experts/weather/expert.json"],
          {
            for entry in try ExpertRegistry(run.experts).entries() {
              if case .damaged(let reason) = entry.state {
                throw FileError.malformedJSON(path: entry.folder, reason: reason)
              }
            }
          }
        ),
        (
          "experts export", served + archive,
          { _ = try StoredRun(folder, model: base.model).export(task: "weather", base: base) }
        ),
        (
          "resume", resumed,
          {
            let resumed = try SequenceRun.resume(folder)
            _ = try resumed.isComplete
            try resumed.run()
          }
        ),
      ]
      for (command, names, work) in commands {
        #expect(throws: Never.self, "\(command)") { try work() }
        for name in names {
          let file = folder.appendingPathComponent(name)
          let whole = try Data(contentsOf: file)
          if name.hasSuffix(".safetensors") {
            try flip(file, at: -1)
          } else {
            try #require(JSONLeaves.changes(of: whole).last).write(to: file)
          }
          let error = #expect(throws: (any Error).self, "\(command): \(name)") { try work() }
          // Its path is named.
          #expect(
            error.map { "\($0)".contains(file.lastPathComponent) || "\($0)".contains("weather") } == true,
            "\(command): \(name)")
          try whole.write(to: file)
        }
      }
      #expect(try RunVerification(folder).failures.isEmpty)
    }

    /// Without its newest checkpoint a run does not answer with an earlier state in silence; resume goes on from there and says so.
    @Test func theNewestCheckpointIsMissed() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(kind, to: scratch)
      let newest = RunFolder(folder).checkpoint(after: 2)
      try FileManager.default.removeItem(at: newest)
      #expect(throws: RunError.fileRemoved(path: newest.path)) { try SequenceRun.open(folder) }
      #expect(try SequenceRun.open(folder, after: 1).learnedTasks == 1)
      var warnings: [String] = []
      let run = try SequenceRun.resume(folder) { if case .warning(let text) = $0 { warnings.append(text) } }
      #expect(run.learnedTasks == 1 && warnings.contains { $0.contains(newest.path) && $0.contains("after 1 task") })
      try run.run()
      #expect(differences(try decided(FinishedRuns.shared.folder(kind)), try decided(folder)).isEmpty)
      #expect(try RunVerification(folder).failures.isEmpty)
    }

    /// A file may be what it was and what it will be while it is written, and nothing else.
    @Test func whileFilesAreWritten() throws {
      let (old, new, other) = (
        Digest(of: Data("old".utf8)), Digest(of: Data("new".utf8)), Digest(of: Data("other".utf8))
      )
      var seal = RunSeal(files: ["a": old, "gone": old])
      seal.announce(new, at: "a")
      seal.announce(new, at: "b")
      seal.announce(nil, at: "gone")
      for (name, states) in ["a": [old, new], "b": [nil, new], "gone": [old, nil], "c": [nil]] as [String: [Digest?]] {
        for state in [old, new, other, nil] {
          #expect(seal.allows(state, at: name) == states.contains(state), "\(name), \(String(describing: state))")
        }
      }
      let again = try RunSeal.decode(SealedJSON.encode(seal), path: "seal.json")
      #expect(again == seal)
    }

    /// A folder of an earlier version can be read, says that it is not sealed, and cannot be resumed.
    @Test func anEarlierVersionsFolder() throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(RunKind(method: "sequential"), to: scratch)
      let run = RunFolder(folder)
      try FileManager.default.removeItem(at: run.seal)
      #expect(throws: RunError.fileRemoved(path: run.seal.path)) { try SequenceRun.open(folder) }
      var manifest = try JSONFile.read(Manifest.self, from: run.manifest)
      (manifest.format, manifest.baseConfiguration, manifest.endTokens) = (1, nil, nil)
      try JSONFile.write(manifest, to: run.manifest)
      for tasks in 0...2 {
        let file = run.checkpoint(after: tasks)
        let content = try RunCheckpoint.read(file)
        var state = content.checkpoint
        state.manifestDigest = try Digest(ofFile: run.manifest)
        try state.write(content.tensors, training: nil, to: file)
      }
      var warnings: [String] = []
      let opened = try SequenceRun.open(folder) { if case .warning(let text) = $0 { warnings.append(text) } }
      #expect(opened.learnedTasks == 2 && warnings.contains { $0.contains("earlier version") })
      #expect(throws: RunError.earlierForm(folder: folder.path, format: 1)) { try SequenceRun.resume(folder) }
      #expect(try RunVerification(folder).failures.map(\.what) == ["files as they were written"])
    }
  }
}

/// Whether the digests alone show that something in a run's folder was changed.
func sealingFinds(_ folder: URL) throws -> Bool {
  do {
    return try !RunVerification(folder, recomputing: false).failures.isEmpty
  } catch is RunError {
    return true
  } catch is FileError {
    return true
  }
}
