import Experts
import Files
import Foundation
import Generation
import Learning
import Streams
import TestSupport
import Testing

@testable import Records
@testable import Runs

extension RunTests {
  /// What does a run refuse, and does it leave alone what it refuses?
  @Suite struct RefusalTests {
    /// A run that was begun, on files of its own.
    private func begun(_ scratch: Scratch, base: URL = Tiny.base) throws -> URL {
      var configuration = Tiny.configuration(try Tiny.write(to: scratch))
      configuration.base = base.path
      _ = try SequenceRun.start(configuration, in: scratch.url("run"))
      return scratch.url("run")
    }

    private func change(_ error: RunError?) -> String? {
      if case .changed(_, let what, let recorded, let now) = error, recorded != now { what } else { nil }
    }

    /// Before anything is scored, and without a folder.
    @Test func routedExpertsOfADenseBase() throws {
      let scratch = try Scratch()
      var configuration = Tiny.configuration(try Tiny.write(to: scratch))
      configuration.base = Tiny.base.path
      configuration.routedExperts = true
      #expect(throws: ExpertError.self) { try SequenceRun.start(configuration, in: scratch.url("run")) }
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
    }

    @Test func changedData() throws {
      let scratch = try Scratch()
      let folder = try begun(scratch)
      let file = scratch.url("data/traffic.jsonl")
      // A row that says the same in other words; a blank in a field would do.
      let text = try String(contentsOf: file, encoding: .utf8).replacingOccurrences(of: "no queue", with: "no queues")
      try scratch.write(text, to: "data/traffic.jsonl")
      let error = #expect(throws: RunError.self) { try SequenceRun.open(folder) }
      #expect(change(error) == "the data file \(file.path)")
      try scratch.write(Tiny.rows("traffic"), to: "data/traffic.jsonl")
      #expect(throws: Never.self) { try SequenceRun.open(folder) }
    }

    @Test func changedLabels() throws {
      let scratch = try Scratch()
      let folder = try begun(scratch)
      let text = Tiny.rows("traffic").replacingOccurrences(of: "\"jam\"", with: "\"slow\"")
      try scratch.write(text, to: "data/traffic.jsonl")
      let error = #expect(throws: RunError.self) { try SequenceRun.open(folder) }
      #expect(change(error)?.hasPrefix("the prompt's form") == true)
    }

    @Test(arguments: [("model.safetensors", "the base model"), ("tokenizer.json", "the tokenizer")])
    func changedBase(file: String, what: String) throws {
      let scratch = try Scratch()
      let base = try scratch.copy(Tiny.base, as: "base")
      let folder = try begun(scratch, base: base)
      if file == "tokenizer.json" {
        let text = try String(contentsOf: base.appendingPathComponent(file), encoding: .utf8)
        try scratch.write(text + "\n", to: "base/\(file)")
      } else {
        try flip(base.appendingPathComponent(file), at: -1)
      }
      let error = #expect(throws: RunError.self) { try SequenceRun.open(folder) }
      #expect(change(error) == what)
      // For serving too.
      if file == "model.safetensors" {
        let model = try Base(folder: base).model
        #expect(change(#expect(throws: RunError.self) { try StoredRun(folder, model: model) }) == what)
      }
    }

    /// A manifest says which rows were chosen. One of a version that did not say so, and chose validation rows otherwise, is refused.
    @Test func changedChoiceOfRows() throws {
      let scratch = try Scratch()
      var configuration = Tiny.configuration(try Tiny.write(to: scratch))
      configuration.evaluateOn = .validation
      let now = try SequenceRun.prepare(configuration) { _ in }.2
      #expect(now.rows["weather"]?.trained == 9 && now.rows["weather"]?.scored == 3)
      #expect(throws: Never.self) { try now.requireUnchanged(now, folder: scratch.url) }
      var other = now
      other.rows["weather"]?.selection = Digest(of: Data())
      for (one, two) in [(now, other), (other, now)] {
        let error = #expect(throws: RunError.self) { try one.requireUnchanged(two, folder: scratch.url) }
        #expect(change(error) == "the choice of the rows of task weather")
      }
      var earlier = now
      earlier.rows["weather"]?.selection = nil
      let error = #expect(throws: RunError.self) { try earlier.requireUnchanged(now, folder: scratch.url) }
      #expect(change(error) == "the choice of the rows of task weather")
      // Test rows are chosen as they always were.
      configuration.evaluateOn = .test
      let test = try SequenceRun.prepare(configuration) { _ in }.2
      var recorded = test
      recorded.rows["weather"]?.selection = nil
      #expect(throws: Never.self) { try recorded.requireUnchanged(test, folder: scratch.url) }
      #expect(test.rows["weather"]?.selection != now.rows["weather"]?.selection)
    }

    @Test func changedThreads() throws {
      let folder = try FinishedRuns.shared.folder(RunKind(method: "moe-cl"))
      let recorded = try RunFolder(folder).readManifest()
      var now = recorded
      #expect(throws: Never.self) { try recorded.requireUnchanged(now, folder: folder) }
      now.configuration.threads = 2
      let error = #expect(throws: RunError.self) { try recorded.requireUnchanged(now, folder: folder) }
      #expect(change(error) == "the number of threads")
    }

    /// The manifest decides a run; who edits it to change seed or threads gets another run under the same name.
    @Test(arguments: [("\"threads\" : 1", "\"threads\" : 2"), ("\"seed\" : 0", "\"seed\" : 1")])
    func editedManifest(from: String, to: String) throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(RunKind(method: "moe-cl"), to: scratch)
      let manifest = RunFolder(folder).manifest
      let text = try String(contentsOf: manifest, encoding: .utf8)
      #expect(text.contains(from))
      try scratch.write(text.replacingOccurrences(of: from, with: to), to: "run/manifest.json")
      let error = #expect(throws: RunError.self) { try SequenceRun.open(folder) }
      guard case .fileChanged(manifest.path, _, _) = error else {
        Issue.record("expected a changed file, got \(String(describing: error))")
        return
      }
      // Also where somebody has made the list of digests agree.
      try reseal(folder)
      #expect(change(#expect(throws: RunError.self) { try SequenceRun.open(folder) }) == "manifest.json")
    }

    @Test(arguments: [100, -1]) func damagedCheckpoint(position: Int) throws {
      let scratch = try Scratch()
      let folder = try FinishedRuns.shared.copy(RunKind(method: "moe-cl"), to: scratch)
      let tensors = RunFolder(folder).checkpoint(after: 2)
      try flip(tensors, at: position)
      let before = try tree(folder)
      for reads in [{ _ = try SequenceRun.open(folder) }, { _ = try SequenceRun.resume(folder) }] {
        let error = #expect(throws: RunError.self) { try reads() }
        guard case .checkpointDamaged(tensors.path, _) = error else {
          Issue.record("expected a damaged checkpoint, got \(String(describing: error))")
          return
        }
      }
      // The one before is whole.
      #expect(try SequenceRun.open(folder, after: 1).learnedTasks == 1)
      #expect(differences(before, try tree(folder)).isEmpty)
    }

    @Test func existingFolder() throws {
      let scratch = try Scratch()
      let configuration = Tiny.configuration(try Tiny.write(to: scratch))
      for name in ["run/notes.txt", "empty/.keep", "plain"] { try scratch.write("mine", to: name) }
      let before = try tree(scratch.url)
      for name in ["run", "empty", "plain"] {
        #expect(throws: RunError.folderExists(scratch.url(name).path)) {
          try SequenceRun.start(configuration, in: scratch.url(name))
        }
      }
      #expect(differences(before, try tree(scratch.url)).isEmpty)
    }

    @Test func unknownTasks() throws {
      let folder = try FinishedRuns.shared.folder(RunKind(method: "moe-cl"))
      let base = try Base(folder: Tiny.base)
      let stored = try StoredRun(folder, model: base.model)
      #expect(throws: RunError.unknownTask(name: "sports", known: Tiny.tasks)) {
        try stored.selection(forTask: "sports")
      }
      let run = try SequenceRun.open(folder)
      #expect(throws: RunError.unknownTask(name: "sports", known: Tiny.tasks)) { try run.evaluate(task: "sports") }
      #expect(throws: RunError.self) { try SequenceRun.open(folder, after: 3) }
      #expect(throws: RunError.self) { try SequenceRun.open(folder, after: -1) }
      #expect(throws: RunError.notARun(folder: "/nowhere")) {
        try SequenceRun.open(URL(fileURLWithPath: "/nowhere"))
      }
    }
  }
}
