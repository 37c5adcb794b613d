import BenchmarkSupport
import Decoder
import Experts
import Foundation
import ModelConfiguration
import Streams
import TestSupport
import Testing

/// Are the command lines of the programs that measure read as they are meant?
@Suite struct CommandWordsTests {
  private func words(_ line: String, hasFlags: Bool = false) throws -> CommandWords {
    try CommandWords(["program"] + line.split(separator: " ").map(String.init), hasFlags: hasFlags)
  }

  @Test func pairs() throws {
    let words = try words("train --threads 2 --expert --x")
    #expect(try words.mode == "train" && words.number("threads", or: 1) == 2 && words.text("expert") == "--x")
    #expect(try words.number("steps", or: 7) == 7 && words.text("method", or: "lora") == "lora")
    #expect(words.optionalFile("base") == nil && !words.has("base"))
    #expect(try words.weights(or: nil) == nil && words.compute(or: .auto) == .auto)
  }

  @Test func flags() throws {
    let words = try words("train --checkpointing --threads 2 --last", hasFlags: true)
    #expect(words.has("checkpointing") && words.has("last"))
    #expect(try words.number("threads", or: 1) == 2)
  }

  @Test(arguments: ["train threads 2", "train --threads", "train --a 1 --threads"])
  func whatIsNoPairIsRefused(line: String) {
    #expect(throws: UsageError.self) { try words(line) }
  }

  @Test func whatStandsThereTwiceIsRefused() throws {
    let error = #expect(throws: UsageError.self) { try words("train --threads 1 --threads 2") }
    #expect(error?.description == "--threads is given twice: leave one out")
    #expect(throws: UsageError.self) { try words("train --last --threads 1 --last", hasFlags: true) }
  }

  @Test func whatNobodyReadsIsRefused() throws {
    let words = try words("train --thread 1 --material x")
    try words.require(only: ["material", "thread"])
    let error = #expect(throws: UsageError.self) { try words.require(only: ["threads", "material"]) }
    #expect(error?.description == "--thread: no option of train, which has --material, --threads")
  }

  /// No other method is measured than the one that was named.
  @Test func aMethodThatIsNotMeasuredIsRefused() throws {
    let model = try DecoderModel(folder: ShallowBase.folder)
    let rows = [EncodedExample(index: 0, promptIds: [1, 2], answerIds: [3], labelIndex: nil, droppedTokens: 0)]
    for (name, isMeasured) in [("lora", true), ("lora-ffn", true), ("moe-cl", true), ("moecl", false), ("", false)] {
      func make() throws {
        _ = try MeasuredTraining.make(
          (rows, [[0]]), on: model, method: name, LowRankShape(rank: 1), tasksBefore: 0, epochs: 1,
          checkpointing: false)
      }
      if isMeasured { try make() } else { #expect(throws: UsageError.self) { try make() } }
    }
  }

  @Test func wrongValuesAreRefused() throws {
    let words = try words("train --threads two --weights q4 --compute half")
    #expect(throws: UsageError.self) { try words.number("threads", or: 1) }
    #expect(throws: UsageError.self) { try words.weights(or: nil) }
    #expect(throws: UsageError.self) { try words.compute(or: .auto) }
    #expect(throws: UsageError.self) { try words.text("method") }
  }

  @Test func aLabelThatIsNotThereIsRefused() throws {
    let scratch = try Scratch()
    let file = scratch.url("score.json")
    try Data(#"{"rows": [{"prompt": [1], "label": 2}], "labels": [[3, 0], [4, 0]]}"#.utf8).write(to: file)
    let material = try ScoringMaterial.read(file)
    #expect(throws: UsageError.self) { try material.examples() }
  }
}
