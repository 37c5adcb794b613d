import Foundation
import Streams
import TestSupport
import Testing

@Suite struct MTL5SuiteTests {
  @Test func ordersAreThoseOfThePaper() throws {
    let suite = MTL5Suite(directory: URL(fileURLWithPath: "/nowhere"))
    #expect(try suite.taskNames(order: 1) == ["dbpedia", "amazon", "yahoo", "agnews"])
    #expect(try suite.taskNames(order: 2) == ["dbpedia", "amazon", "agnews", "yahoo"])
    #expect(try suite.taskNames(order: 3) == ["yahoo", "amazon", "agnews", "dbpedia"])
    #expect(throws: StreamError.self) { try suite.taskNames(order: 4) }
    #expect(throws: StreamError.self) { try suite.task(named: "yelp") }
    #expect(suite.files(ofTask: "agnews").map(\.lastPathComponent) == ["train.json", "test.json", "labels.json"])
    #expect(suite.files(ofTask: "../agnews").isEmpty)
  }

  @Test func readsAFolder() throws {
    let folder = try Scratch()
    try folder.write(#"["up", "down"]"#, to: "agnews/labels.json")
    try folder.write(
      "\u{FEFF}[\r\n{\"label\": \"down\", \"sentence\": \"\\n a, ]} \\\"b\\\" \\t\"},\r\n"
        + "{\"sentence\": \"c\", \"label\": \"up\", \"more\": [1, {\"x\": null}]}\r\n]\r\n", to: "agnews/train.json")
    try folder.write(#"[{"label":"up","sentence":"d"}]"#, to: "agnews/test.json")
    let task = try MTL5Suite(directory: folder.url).task(named: "agnews")
    #expect(task.labels == ["up", "down"])
    #expect(task.instruction == "What is the topic of this news?" && task.cue == "Topic:")
    #expect(
      task.train == [
        Example(id: "agnews/train/0", index: 0, text: "a, ]} \"b\"", answer: "down"),
        Example(id: "agnews/train/1", index: 1, text: "c", answer: "up"),
      ])
    #expect(task.test == [Example(id: "agnews/test/0", index: 0, text: "d", answer: "up")])
    #expect(task.labelIndex(of: task.train[0]) == 1)
    #expect(task.kind == .classification)
  }

  @Test(arguments: BadFile.ofATaskFolder)
  func badTrainFile(bad: BadFile) throws {
    let folder = try Scratch()
    try folder.write(#"["up", "down"]"#, to: "yahoo/labels.json")
    try folder.write(bad.content, to: "yahoo/train.json")
    try folder.write(#"[{"label":"up","sentence":"d"}]"#, to: "yahoo/test.json")
    let got = message(in: folder) { _ = try MTL5Suite(directory: folder.url).task(named: "yahoo") } ?? "no error"
    #expect(got.hasPrefix("yahoo/train.json" + bad.message), "\(got)")
  }

  @Test(arguments: [
    ("[\"up\"]", "labels.json: expected at least 2 labels, got only \"up\""),
    ("[\"up\", \"down\", \"up\"]", "labels.json: expected every label once, got \"up\" twice"),
    ("[\"up\", 3]", "labels.json:1 (row 1, counted from 0): expected a label in quotation marks"),
  ])
  func badLabels(content: String, expected: String) throws {
    let folder = try Scratch()
    try folder.write(content, to: "yahoo/labels.json")
    let rows = #"[{"label":"up","sentence":"a"}, {"label":"down","sentence":"b"}]"#
    try folder.write(rows, to: "yahoo/train.json")
    try folder.write(rows, to: "yahoo/test.json")
    let got = message(in: folder) { _ = try MTL5Suite(directory: folder.url).task(named: "yahoo") }
    #expect(got?.hasPrefix("yahoo/" + expected) == true, "\(got ?? "no error")")
  }

  @Test func missingFolder() throws {
    let folder = try Scratch()
    let got = message(in: folder) { _ = try MTL5Suite(directory: folder.url).tasks(order: 1) }
    #expect(
      got == "dbpedia/labels.json: expected a file, got nothing there. Fix: Check the path and its permissions.")
  }

  /// Counts and sums of positions as `Scripts/reference/protocol_streams.py DIRECTORY` prints them.
  @Test(
    .enabled(if: BenchmarkData.isThere, BenchmarkData.absent),
    arguments: [
      ("agnews", [4000, 7600, 4, 471_100, 496_857, 387_537, 804_348]),
      ("amazon", [5000, 7600, 5, 778_986, 769_433, 537_077, 794_798]),
      ("dbpedia", [11_149, 7600, 14, 4_592_384, 4_670_262, 1_093_188, 789_831]),
      ("yahoo", [8380, 1500, 10, 2_447_678, 2_457_053, 915_510, 151_689]),
    ])
  func realFiles(name: String, expected: [Int]) throws {
    let task = try MTL5Suite(directory: BenchmarkData.mtl5).task(named: name)
    let test = try RowSelection(of: task, perClass: 60, limit: 200, seed: 0)
    let validation = try RowSelection(of: task, perClass: 60, evaluation: .validation, limit: 200, seed: 0)
    let sums = [test.training, validation.training, validation.evaluated, test.evaluated].map { $0.reduce(0, +) }
    #expect([task.train.count, task.test.count, task.labels.count] + sums == expected)
    #expect(test.training.count == 60 * task.labels.count && validation.training.count == test.training.count)
    #expect(Set(validation.evaluated).isDisjoint(with: validation.training))
  }

  @Test(.enabled(if: BenchmarkData.isThere, BenchmarkData.absent))
  func realRow() throws {
    let task = try MTL5Suite(directory: BenchmarkData.mtl5).task(named: "agnews")
    #expect(task.labels == ["World", "Sports", "Business", "Science or Technology"])
    #expect(task.train[0].answer == "Science or Technology" && task.train[0].id == "agnews/train/0")
    #expect(task.train[0].text.hasPrefix("Title: Intel Seen Readying New Wi-Fi Chips (Reuters)\nText: Reuters"))
    #expect(task.train[0].text.hasSuffix("in a move\\that could help ease congestion on wireless networks."))
  }
}
