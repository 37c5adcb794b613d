import Files
import Foundation
import TestSupport
import Testing

@testable import Records
@testable import Runs
@testable import Verification

extension StoredRunTests {
  /// Is a folder in which nothing was learned taken over by the same run, and by no other?
  @Suite struct BeginningTests {
    private let kind = RunKind(method: "sequential")

    /// What a process leaves that was killed at one moment or another before the first checkpoint, made from a finished run.
    private static let moments = [
      "an empty folder", "the lock", "half a manifest", "a manifest", "predictions", "half a checkpoint", "a seal",
    ]

    private func leave(_ moment: String, _ scratch: Scratch) throws {
      let finished = RunFolder(try FinishedRuns.shared.folder(kind))
      let position = try #require(Self.moments.firstIndex(of: moment))
      try FileManager.default.createDirectory(at: scratch.url("run"), withIntermediateDirectories: true)
      guard position >= 1 else { return }
      for name in ["checkpoints", "experts"] {
        try FileManager.default.createDirectory(at: scratch.url("run/\(name)"), withIntermediateDirectories: true)
      }
      let host = ProcessInfo.processInfo.hostName
      try scratch.write("{\"process\":1,\"host\":\"\(host)\",\"since\":\"then\"}", to: "run/lock")
      if position >= 2 { try scratch.write("{", to: "run/.manifest.json.7.partial") }
      if position >= 3 { _ = try scratch.copy(finished.manifest, as: "run/manifest.json") }
      if position >= 4 {
        try scratch.write(
          Data(contentsOf: finished.predictions(row: 0, task: "weather")), to: "run/predictions/row-0/weather.jsonl")
        for name in ["events.jsonl", "timings.jsonl"] { try scratch.write("", to: "run/\(name)") }
      }
      if position >= 5 { try scratch.write("half", to: "run/checkpoints/.task-0.safetensors.7.partial") }
      if position >= 6 {
        try scratch.write(Data(contentsOf: finished.seal), to: "run/seal.json")
        try scratch.write("{\"secondsOfCurrent\":0,\"tasks\":[]}", to: "run/costs.json")
      }
    }

    @Test(arguments: moments) func theSameRunTakesItOver(moment: String) throws {
      let scratch = try Scratch()
      let finished = try FinishedRuns.shared.folder(kind)
      try leave(moment, scratch)
      let configuration = try RunFolder(finished).readManifest().configuration
      var warnings: [String] = []
      try SequenceRun.start(configuration, in: scratch.url("run")) {
        if case .warning(let text) = $0 { warnings.append(text) }
      }.run()
      #expect(warnings.contains { $0.contains("before anything was learned") })
      #expect(differences(try decided(finished), try decided(scratch.url("run"))).isEmpty)
      #expect(try RunVerification(scratch.url("run"), recomputing: false).failures.isEmpty)
    }

    @Test func anotherRunDoesNot() throws {
      let scratch = try Scratch()
      try leave("half a checkpoint", scratch)
      var configuration = try RunFolder(FinishedRuns.shared.folder(kind)).readManifest().configuration
      configuration.rank = 4
      let before = try tree(scratch.url).filter { $0.key != "run/lock" }
      #expect(throws: RunError.otherBeginning(folder: scratch.url("run").path, key: "rank", recorded: "2", now: "4")) {
        try SequenceRun.start(configuration, in: scratch.url("run"))
      }
      #expect(differences(before, try tree(scratch.url)).isEmpty)
    }

    /// Anything that was learned, and anything that no run writes, keeps the folder from being taken.
    @Test(arguments: [
      "checkpoints/task-0.safetensors", "checkpoints/task-0-step-1.safetensors", "experts/weather/expert.json",
      "notes.txt",
      "predictions/row-1/weather.jsonl", "matrix.json", "events.jsonl", ".hidden", "checkpoints/notes",
    ])
    func whatIsNotTaken(name: String) throws {
      let scratch = try Scratch()
      try leave("half a checkpoint", scratch)
      try scratch.write("{}", to: "run/\(name)")
      let before = try tree(scratch.url)
      let configuration = try RunFolder(FinishedRuns.shared.folder(kind)).readManifest().configuration
      #expect(throws: RunError.folderExists(scratch.url("run").path)) {
        try SequenceRun.start(configuration, in: scratch.url("run"))
      }
      #expect(differences(before, try tree(scratch.url)).isEmpty)
    }

    @Test func whileAnotherWorksOnIt() throws {
      let scratch = try Scratch()
      let configuration = try RunFolder(FinishedRuns.shared.folder(kind)).readManifest().configuration
      let first = try SequenceRun.start(configuration, in: scratch.url("run"))
      let error = #expect(throws: RunError.self) { try SequenceRun.start(configuration, in: scratch.url("run")) }
      guard case .inUse = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      try first.run()
    }

    /// Resume says what to do where there is no run yet.
    @Test func resumeOfWhatHasNotBegun() throws {
      let scratch = try Scratch()
      try leave("half a manifest", scratch)
      let folder = scratch.url("run")
      #expect(throws: RunError.notBegun(folder: folder.path)) { try SequenceRun.resume(folder) }
      #expect(RunError.notBegun(folder: "run").description.contains("same `accrete train` command"))
    }
  }
}
