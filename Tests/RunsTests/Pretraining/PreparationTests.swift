import Foundation
import Pretraining
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

/// A run that is stopped while it is prepared: does it end at once, and go on to what it would have been?
@Suite struct PreparationTests {
  /// Ends a run at its `number`-th question whether it may go on; nil: it was never asked so often.
  private func stop(
    _ configuration: PretrainingConfiguration, at url: URL, question number: Int, signal: Int32 = 2
  ) throws -> Bool {
    var asked = 0
    do {
      let run = try PretrainingRun.start(
        configuration, in: url,
        requests: {
          asked += 1
          return asked > number ? .stop(signal: signal) : nil
        })
      try run.run {
        asked += 1
        return asked > number && run.stepsDone == 0 ? .stop(signal: signal) : nil
      }
      return false
    } catch RunError.interrupted(_, let got, let moment) {
      #expect(got == signal && moment.contains("nothing is learned"))
      // The next process is asked nothing any more; this one has taken no further question.
      #expect(asked == number + 1)
      return true
    }
  }

  /// Resumed, and by the same command; from every moment at which the preparation looks for a signal.
  @Test func stoppedAtAnyMomentItEndsWithTheSameBytes() throws {
    let scratch = try Scratch()
    for number in 0..<3 { try scratch.write("the river of stone \(number)", to: "more/\(number).txt") }
    let whole = try SmallPretraining.configuration(scratch, "sources={words: text.jsonl, more: more/*.txt}")
    #expect(whole.sources["more"]?.count == 3)
    // How often it looks for a signal before the first step.
    var questions = 0
    let run = try PretrainingRun.start(
      whole, in: scratch.url("whole"),
      requests: {
        questions += 1
        return nil
      })
    try run.run {
      questions += run.stepsDone == 0 ? 1 : 0
      return nil
    }
    let expected = try SmallPretraining.results(scratch.url("whole"))
    #expect(expected["model/model.safetensors"] != nil && expected["preparing.json"] == nil)

    // The first of many that are alike while the tokenizer is trained, and all of tokens and the first measurement.
    try #require(questions > 300)
    for question in [0, 1, questions / 2] + (questions - 14..<questions) {
      let url = scratch.url("stopped")
      #expect(try stop(whole, at: url, question: question))
      let resumed =
        try question.isMultiple(of: 2) ? PretrainingRun.resume(url) : PretrainingRun.start(whole, in: url)
      try resumed.run()
      let got = try SmallPretraining.results(url)
      #expect(differences(expected, got) == [], "stopped at question \(question) of \(questions)")
      try FileManager.default.removeItem(at: url)
    }
  }

  /// As after `kill -9`: each part of the preparation is there, whole or not, and nothing else.
  @Test func whatAKilledProcessLeaves() throws {
    let scratch = try Scratch()
    let configuration = try SmallPretraining.configuration(scratch)
    let run = try PretrainingRun.start(configuration, in: scratch.url("whole"))
    try run.run()
    let expected = try SmallPretraining.results(scratch.url("whole"))
    let preparing = PretrainingPreparation(configuration: run.configuration)
    func begun(_ name: String) throws -> RunFolder {
      let folder = RunFolder(scratch.url(name))
      try FileManager.default.createDirectory(at: folder.checkpoints, withIntermediateDirectories: true)
      try JSONEncoder().encode(preparing).write(to: folder.preparing)
      return folder
    }
    let files = FileManager.default
    // The folder alone; a tokenizer that was being written; a tokenizer; tokens without their description; all but the first step.
    for (number, parts) in [[], [".tokenizer.77.partial"], ["tokenizer"], ["tokenizer", "tokens"]].enumerated() {
      let folder = try begun("killed-\(number)")
      for part in parts where part.hasPrefix(".") {
        try files.createDirectory(at: folder.url.appendingPathComponent(part), withIntermediateDirectories: true)
        try Data("{".utf8).write(to: folder.url.appendingPathComponent("\(part)/tokenizer.json"))
      }
      for part in parts where !part.hasPrefix(".") {
        try files.copyItem(
          at: run.folder.url.appendingPathComponent(part), to: folder.url.appendingPathComponent(part))
      }
      if parts.contains("tokens") { try files.removeItem(at: folder.tokens.appendingPathComponent("tokens.json")) }
      try Data("{\"host\":\"\(ProcessInfo.processInfo.hostName)\",\"process\":1,\"since\":\"then\"}".utf8).write(
        to: folder.lock)
      let resumed =
        try number.isMultiple(of: 2)
        ? PretrainingRun.resume(folder.url) : PretrainingRun.start(configuration, in: folder.url)
      try resumed.run()
      #expect(try differences(expected, SmallPretraining.results(folder.url)) == [], "\(parts)")
    }
    // Prepared, and killed before the first checkpoint.
    let folder = try begun("killed-last")
    for part in ["tokenizer", "tokens", "pretraining.json"] {
      try files.copyItem(at: run.folder.url.appendingPathComponent(part), to: folder.url.appendingPathComponent(part))
    }
    try PretrainingRun.start(configuration, in: folder.url).run()
    #expect(try differences(expected, SmallPretraining.results(folder.url)) == [])
    // What has learned something is never taken over.
    #expect(throws: RunError.folderExists(folder.url.path)) { try PretrainingRun.start(configuration, in: folder.url) }
  }

  /// As somebody may have changed it by hand.
  @Test func aPreparationWithoutSources() throws {
    let scratch = try Scratch()
    var configuration = try SmallPretraining.configuration(scratch)
    configuration.sources = [:]
    let folder = RunFolder(scratch.url("run"))
    try FileManager.default.createDirectory(at: folder.checkpoints, withIntermediateDirectories: true)
    try JSONEncoder().encode(PretrainingPreparation(configuration: configuration)).write(to: folder.preparing)
    let expected = RunError.invalidConfiguration(
      key: "sources", got: "none", allowed: "at least one source with its files")
    #expect(throws: expected) { try PretrainingRun.resume(folder.url) }
  }

  @Test func anotherRunIsNotTakenOver() throws {
    let scratch = try Scratch()
    let url = scratch.url("run")
    let configuration = try SmallPretraining.configuration(scratch)
    #expect(try stop(configuration, at: url, question: 1))
    let before = try tree(url)
    var other = configuration
    other.seed = 5
    #expect {
      try PretrainingRun.start(other, in: url)
    } throws: { error in
      "\(error)".contains("configuration.seed") || "\(error)".contains("seed has changed")
    }
    #expect(try differences(before, tree(url)) == [])
    // A folder that is none of ours.
    try scratch.write("mine", to: "mine/notes.txt")
    #expect(throws: RunError.folderExists(scratch.url("mine").path)) {
      try PretrainingRun.start(configuration, in: scratch.url("mine"))
    }
    // A text that cannot be read leaves no folder, but a folder that was there stays.
    try scratch.write("{\"text\": 1}\n", to: "text.jsonl")
    #expect(throws: CorpusError.self) { try PretrainingRun.start(configuration, in: scratch.url("new")) }
    #expect(!FileManager.default.fileExists(atPath: scratch.url("new").path))
    #expect(throws: CorpusError.self) { try PretrainingRun.start(configuration, in: url) }
    #expect(FileManager.default.fileExists(atPath: url.path))
  }
}
