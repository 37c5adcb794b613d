import Files
import Foundation
import TestSupport
import Testing

@testable import Planning

/// Are runs read strictly, and is every folder that is none named?
@Suite struct ScalingRunTests {
  static func json(
    _ activated: String = "1000", parameters: String = "3000", tokens: String = "50000", flops: String = "3e8",
    nats: String = "3.5", bits: String = "1.4", seed: String = "0"
  ) -> String {
    """
    {"steps": 5, "scaling": {"activatedParameters": \(activated), "parameters": \(parameters), "tokens": \(tokens),
     "flops": \(flops), "heldOutNatsPerToken": \(nats), "heldOutBitsPerByte": \(bits), "seed": \(seed), "more": [1]}}
    """
  }

  @Test func whatOthersWroteBesideItIsPassedOver() throws {
    let scratch = try Scratch()
    try scratch.run("b", Self.json(seed: "1"))
    try scratch.run("a", Self.json())
    try scratch.run(".c.123.partial", "{")
    try Data("x".utf8).write(to: scratch.url.appendingPathComponent("notes.txt"))
    let (runs, skipped) = try ScalingRun.readAll(in: scratch.url)
    #expect(runs.map(\.name) == ["a", "b"] && skipped.isEmpty && runs[1].record.seed == 1)
    #expect(runs[0].activated == 1000 && runs[0].tokens == 50000 && runs[0].flops == 3e8 && runs[0].loss == 3.5)
    // 3.5 nats are 5.05 bits, of 1.4 bits for each byte.
    #expect(abs(runs[0].bytesPerToken - 3.5 / (log(2) * 1.4)) < 1e-12)
  }

  @Test(arguments: ["{}", #"{"scaling": null}"#, #"{"metrics": []}"#]) func foldersThatAreNoRun(text: String) throws {
    let scratch = try Scratch()
    try scratch.run("a", Self.json())
    try scratch.run("other", text)
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("void"), withIntermediateDirectories: true)
    let error = #expect(throws: ScalingError.self) { try ScalingRun.readAll(in: scratch.url) }
    #expect(
      error?.description.contains("other: no finished pretraining run: its metrics.json has no key `scaling`") == true)
    #expect(error?.description.contains("--skip-others") == true)
    let (runs, skipped) = try ScalingRun.readAll(in: scratch.url, skipOthers: true)
    #expect(runs.map(\.name) == ["a"] && skipped == ["other", "void"])
  }

  @Test func noRunAtAll() throws {
    let scratch = try Scratch()
    #expect(throws: ScalingError.noRuns(path: scratch.url.path)) { try ScalingRun.readAll(in: scratch.url) }
    #expect(throws: FileError.self) { try ScalingRun.readAll(in: scratch.url.appendingPathComponent("none")) }
    try scratch.run("other", "{}")
    #expect(throws: ScalingError.noRuns(path: scratch.url.path)) {
      try ScalingRun.readAll(in: scratch.url, skipOthers: true)
    }
  }

  /// Broken files stay errors, also where others are skipped.
  @Test(arguments: [
    "", "{", "[]", #"{"scaling": 5}"#, #"{"scaling": {}}"#, #"{"scaling": []}"#, json("1.5"), json("\"1000\""),
    json("1e30"), json("0"), json("-5"), json(parameters: "999"), json(tokens: "0"), json(tokens: "-1"),
    json(flops: "0"), json(flops: "-1"), json(flops: "1e400"), json(flops: "1e100"), json(flops: "NaN"),
    json(flops: "null"), json(nats: "0"), json(nats: "-1"), json(nats: "\"NaN\""), json(nats: "1e999"), json(bits: "0"),
    json(seed: "true"), json(seed: "99999999999999999999"),
    String(repeating: "[", count: 100_000), #"{"scaling": "# + String(repeating: #"{"a":"#, count: 5000),
  ])
  func hostileFiles(text: String) throws {
    let scratch = try Scratch()
    try scratch.run("bad", text)
    for skipOthers in [false, true] {
      let error = #expect(throws: (any Error).self) { try ScalingRun.readAll(in: scratch.url, skipOthers: skipOthers) }
      #expect("\(try #require(error))".contains("bad"))
      #expect(error is FileError || error is ScalingError)
    }
  }

  @Test func linksThatLeadOut() throws {
    let (scratch, other) = (try Scratch(), try Scratch())
    try other.run("a", Self.json())
    try FileManager.default.createSymbolicLink(
      at: scratch.url.appendingPathComponent("a"), withDestinationURL: other.url.appendingPathComponent("a"))
    #expect(throws: FileError.self) { try ScalingRun.readAll(in: scratch.url) }
  }

  @Test func theSameRunTwice() throws {
    let scratch = try Scratch()
    try scratch.run("a", Self.json())
    try scratch.run("b", Self.json())
    #expect(throws: ScalingError.sameRun("a", "b")) { try ScalingRun.readAll(in: scratch.url) }
  }

  @Test func otherText() throws {
    let scratch = try Scratch()
    try scratch.run("a", Self.json())
    try scratch.run("b", Self.json(bits: "1.5", seed: "1"))
    let error = #expect(throws: ScalingError.self) { try ScalingRun.readAll(in: scratch.url) }
    #expect(error?.description.contains("b: 3.366 bytes per token of the held-out text, a: 3.607") == true)
  }

  @Test func controlCharactersInNames() {
    let error = ScalingError.notARun(path: "/a\n\u{1B}[31m", reason: "x")
    #expect(!error.description.contains("\n") && !error.description.contains("\u{1B}"))
  }
}
