import Files
import Foundation
import Generation
import Learning
import TestSupport
import Testing

@testable import Records
@testable import Runs

extension StoredRunTests {
  /// Can the folder of an untrusted run reach beyond itself, or claim what would fill the memory?
  @Suite struct HostileRunTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A finished run in a folder of its own, and a folder beside it that is none of its business.
    private func prepared() throws -> (run: URL, victim: URL) {
      let run = try FinishedRuns.shared.copy(RunKind(method: "moe-cl"), to: scratch)
      try scratch.write("mine", to: "victim/notes.txt")
      return (run, scratch.url("victim"))
    }

    /// Puts a link instead of a file or folder of a run; what was there moves to the victim.
    private func link(_ name: String, of run: URL, to victim: URL) throws {
      let (file, target) = (run.appendingPathComponent(name), victim.appendingPathComponent("taken"))
      try? FileManager.default.moveItem(at: file, to: target)
      try FileManager.default.createSymbolicLink(at: file, withDestinationURL: target)
    }

    private func requireRefused(_ work: () throws -> Void, _ what: String) {
      let error = #expect(throws: FileError.self, "\(what)") { try work() }
      guard case .linkLeadsOut = error else {
        Issue.record("\(what): \(String(describing: error))")
        return
      }
    }

    @Test(arguments: [
      "manifest.json", "events.jsonl", "timings.jsonl", "matrix.json", "checkpoints", "checkpoints/task-2.safetensors",
      "costs.json", "metrics.json", "experts", "experts/weather",
      "experts/weather/expert.json", "predictions", "predictions/row-2", "predictions/row-2/weather.jsonl",
    ])
    func linksOutOfTheFolder(name: String) throws {
      let (run, victim) = try prepared()
      try link(name, of: run, to: victim)
      let before = try tree(scratch.url)
      let model = try Base(folder: Tiny.base).model
      requireRefused({ _ = try StoredRun(run, model: model) }, "serving")
      requireRefused({ _ = try SequenceRun.open(run) }, "going on")
      #expect(differences(before, try tree(scratch.url)).isEmpty)
    }

    /// A link that appears after the run was opened: what is about to be written is looked at once more.
    @Test(arguments: ["events.jsonl", "timings.jsonl", "checkpoints", "experts", "predictions"])
    func linksThatAppearLater(name: String) throws {
      var configuration = Tiny.configuration(try Tiny.write(to: scratch))
      configuration.training.epochs = 1
      let folder = scratch.url("run")
      let run = try SequenceRun.start(configuration, in: folder)
      try scratch.write("mine", to: "victim/notes.txt")
      let file = folder.appendingPathComponent(name)
      try? FileManager.default.removeItem(at: file)
      let isFile = name.hasSuffix(".jsonl")
      let target = scratch.url(isFile ? "victim/notes.txt" : "victim")
      try FileManager.default.createSymbolicLink(at: file, withDestinationURL: target)
      requireRefused({ try run.run() }, name)
      #expect(try tree(scratch.url("victim")) == ["notes.txt": Data("mine".utf8)])
    }

    /// A link that stays in the folder is nobody's harm.
    @Test func linksInside() throws {
      let run = try prepared().run
      let file = run.appendingPathComponent("checkpoints/newest")
      try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "task-2.safetensors")
      #expect(throws: Never.self) { try SequenceRun.open(run) }
    }

    @Test func pathsOutsideOfTheFolder() throws {
      let run = try prepared().run
      let folder = RunFolder(run)
      for name in ["../victim", "../../etc/passwd", "..", "a/../../../victim"] {
        #expect(throws: FileError.self, "\(name)") { try folder.inside(folder.expert(name)) }
        #expect(throws: FileError.self, "\(name)") {
          try folder.inside(folder.predictions(row: 1, task: "../../\(name)"))
        }
      }
      #expect(throws: Never.self) { try folder.inside(folder.expert("weather")) }
    }

    @Test(arguments: [
      "../x", "/etc/passwd", "..", ".", "", "a/b", "a\\u0000b", "\\n\\u001b[2J", "\\ud83d\\ude00",
      String(repeating: "n", count: 129),
    ])
    func namesInTheManifest(name: String) throws {
      let run = try prepared().run
      let file = RunFolder(run).manifest
      let text = try String(contentsOf: file, encoding: .utf8)
      let changed = text.replacingOccurrences(of: "\"weather\",", with: "\"\(name)\",")
      #expect(changed != text)
      try Data(changed.utf8).write(to: file)
      let error = #expect(throws: FileError.self) { try SequenceRun.open(run) }
      #expect(error?.description.contains("cannot be a task's name") == true)
      #expect(error.map { $0.description == $0.description.onOneLine } == true)
    }

    @Test(arguments: ["manifest.json", "costs.json"]) func nesting(name: String) throws {
      let run = try prepared().run
      for text in [String(repeating: "[", count: 10_000), "{\"tasks\":" + String(repeating: "{\"a\":", count: 10_000)] {
        try Data(text.utf8).write(to: run.appendingPathComponent(name))
        try reseal(run)
        let error = #expect(throws: FileError.self) { try SequenceRun.open(run) }
        #expect(error?.description.contains("nested deeper than 64 levels") == true)
      }
    }

    @Test func tasksThatWouldFillTheMemory() throws {
      let run = try prepared().run
      let manifest = try RunFolder(run).readManifest()
      for count in [4097, 100_000] {
        var many = manifest
        many.tasks = (0..<count).map { "t\($0)" }
        let data = try JSONFile.encode(many, pretty: false)
        let error = #expect(throws: FileError.self) { try Manifest.decode(data, path: "manifest.json") }
        #expect(error?.description.contains("\(count) names") == true)
      }
      var twice = manifest
      twice.tasks = ["a", "a"]
      let data = try JSONFile.encode(twice)
      #expect(throws: FileError.self) { try Manifest.decode(data, path: "manifest.json") }
    }
  }
}

/// Results that are not trusted: a matrix and predictions that cannot be.
@Suite struct HostileResultTests {
  @Test(arguments: [
    #"{"tasks":["a"],"R":[[0.5]],"rows":"","n":[1],"seed":0,"method":""}"#,
    #"{"tasks":["a"],"R":[[0.5],[1.5]],"rows":"","n":[1],"seed":0,"method":""}"#,
    #"{"tasks":["a"],"R":[[0.5],[1]],"rows":"","n":[],"seed":0,"method":""}"#,
    #"{"tasks":["a"],"R":[[0.5],[1]],"rows":"","n":[-1],"seed":0,"method":""}"#,
    #"{"tasks":["a"],"R":[[1e400],[1]],"rows":"","n":[1],"seed":0,"method":""}"#,
    #"{"tasks":["a"],"R":[[0.5],[1]],"rows":"","n":[1],"seed":-1,"method":""}"#,
    #"{"tasks":["a"],"R":"# + String(repeating: "[", count: 10_000),
    "", "[]", "null", "{",
  ])
  func matrices(text: String) {
    #expect(throws: FileError.self) { try MatrixFile.decode(Data(text.utf8), path: "matrix.json") }
  }

  @Test(arguments: [
    #"{"gold":2,"index":0,"predicted":0,"scores":[0.5,0.25]}"#,
    #"{"gold":0,"index":0,"predicted":-1,"scores":[0.5,0.25]}"#,
    #"{"gold":0,"index":-1,"predicted":0,"scores":[0.5,0.25]}"#,
    #"{"gold":0,"index":0,"predicted":0,"scores":[]}"#,
    #"{"gold":0,"index":0,"predicted":0,"scores":[1e400]}"#,
    #"{"scores":"# + String(repeating: "[", count: 10_000), "[]", "\u{0}", "{",
  ])
  func predictions(line: String) {
    let good = #"{"gold":0,"index":0,"predicted":1,"scores":[0.5,0.25]}"#
    let error = #expect(throws: FileError.self) {
      try PredictionsFile.decode(Data((good + "\n" + line).utf8), path: "p.jsonl")
    }
    #expect(error?.description.hasPrefix("p.jsonl:2: ") == true)
  }

  @Test func whatIsRight() throws {
    let lines = #"{"gold":0,"index":3,"predicted":1,"scores":[0.5,0.25]}"# + "\n"
    let found = try PredictionsFile.decode(Data((lines + lines).utf8), path: "p.jsonl")
    #expect(found.map(\.index) == [3, 3] && found.accuracy == 0)
    #expect(try PredictionsFile.decode(Data(), path: "p.jsonl").isEmpty)
    let matrix = #"{"tasks":["a"],"R":[[0.5],[null]],"rows":"","n":[1],"seed":0,"method":""}"#
    #expect(try MatrixFile.decode(Data(matrix.utf8), path: "matrix.json").matrix()[0, 0] == 0.5)
  }
}
