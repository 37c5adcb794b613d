import Files
import Foundation
import TestSupport
import Testing

@testable import Records
@testable import Reports

/// Is a pretraining run whose numbers cannot be refused, with the file that has them?
@Suite struct PretrainedRunTests {
  private func folder(_ scratch: Scratch, steps: Int, longSteps: Int = 0, events: [Int] = [1, 2]) throws -> URL {
    let folder = RunFolder(scratch.url("run"))
    let manifest = PretrainingManifest(
      accrete: "0.1.0", libtorch: "2.13.0",
      configuration: PretrainingConfiguration(
        model: .object(["hidden_size": .number(8)]), sources: ["words": ["text.jsonl"]], tokens: 8),
      tokenizerDigest: Digest(of: Data("tokenizer".utf8)), endToken: 0, sources: [], uses: [], steps: steps,
      longSteps: longSteps, parameters: 1, activatedParameters: 1, routedRateFactor: 1)
    try scratch.write(try JSONFile.encode(manifest), to: "run/pretraining.json")
    let lines = try events.map { step in
      let report = PretrainingReport(
        step: step, stage: "decay", terms: ["task": 2], loss: 2, learningRate: 0.001, gradientNorm: 1, tokens: 8)
      return String(decoding: try JSONFile.encode(report, pretty: false), as: UTF8.self) + "\n"
    }
    try scratch.write(lines.joined(), to: "run/events.jsonl")
    return folder.url
  }

  @Test func whatIsThereIsRead() throws {
    let scratch = try Scratch()
    let run = try PretrainedRun(folder(scratch, steps: 2, longSteps: 1))
    #expect(run.steps == 2 && run.stretches.map(\.step) == [1, 2] && run.metrics == nil)
    let document = ReportDocument([run])
    #expect(document.headline == "run" && document.warnings.map(\.text) == ["Unfinished: run, 2 of 3 steps."])
  }

  @Test(arguments: [(Int.max, 0), (2, Int.max), (-1, 0), (0, Int.min)])
  func stepsThatCannotBe(steps: Int, longSteps: Int) throws {
    let scratch = try Scratch()
    let url = try folder(scratch, steps: steps, longSteps: longSteps)
    let error = #expect(throws: FileError.self) { try PretrainedRun(url) }
    #expect(error?.description.contains("pretraining.json") == true && error?.description.contains("teps` is") == true)
  }

  @Test(arguments: [Int.min, -5, 0])
  func anEventOfNoStep(step: Int) throws {
    let scratch = try Scratch()
    let url = try folder(scratch, steps: 2, events: [1, step])
    let error = #expect(throws: FileError.self) { try PretrainedRun(url) }
    #expect(error?.description.contains("events.jsonl") == true && error?.description.contains("\(step)") == true)
  }
}
