import Decoder
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

/// Are the logits those of the reference, whatever form a checkpoint has?
@Suite struct LogitsTests {
  private struct Sequences: Decodable {
    struct Sequence: Decodable {
      let name: String
      let ids: [Int]
      let firstPosition: Int

      private enum CodingKeys: String, CodingKey {
        case name, ids
        case firstPosition = "first_position"
      }
    }

    let sequences: [Sequence]
  }

  private struct TinySequences: Decodable { let ids: [[Int]] }

  @Test func seedling() throws {
    try TorchRuntime.setThreads(1)
    let model = try DecoderModel(folder: Goldens.seedling)
    let goldens = try Goldens.tensors("logits")
    let sequences = try Goldens.json(Sequences.self, "logits").sequences
    #expect(sequences.map(\.ids.count) == [1, 7, 40])
    for sequence in sequences {
      let golden = try goldens.tensor(sequence.name)
      let logits = try model.logits(of: sequence.ids)
        .narrowed(0, from: sequence.firstPosition, count: golden.shape[0])
      let distance = try difference(logits, golden)
      #expect(distance < 1e-4, "\(sequence.name) differs by \(distance)")
    }
  }

  /// MoE blocks with shared keys: not transformers, but the decoder that was written from the formulas says what it says.
  @Test func sapling() throws {
    try TorchRuntime.setThreads(1)
    let ids = try #require(try Goldens.json(Sequences.self, "logits").sequences.last).ids
    let golden = try Goldens.tensors("sapling-logits").tensor("logits")
    let model = try DecoderModel(folder: Goldens.base("sapling"))
    let logits = try model.logits(of: ids).narrowed(0, from: ids.count - 2, count: 2)
    let distance = try difference(logits, golden)
    #expect(distance < 1e-4, "sapling differs by \(distance)")
  }

  @Test(arguments: ["tiny", "tiny-bf16", "tiny-sharded"])
  func tiny(form: String) throws {
    let model = try Goldens.model(form)
    let goldens = try Goldens.tensors("tiny-logits")
    for (number, ids) in try Goldens.json(TinySequences.self, "tiny-logits").ids.enumerated() {
      let distance = try difference(model.logits(of: ids), goldens.tensor("\(form).\(number)"))
      #expect(distance < 1e-4, "\(form).\(number) differs by \(distance)")
    }
  }

  @Test func shardsChangeNothing() throws {
    let ids = [5, 90, 11, 33]
    let whole = try Goldens.model("tiny")
    let sharded = try Goldens.model("tiny-sharded")
    #expect(try whole.logits(of: ids).isEqual(to: sharded.logits(of: ids)))
    #expect(whole.configuration == sharded.configuration)
  }

  @Test func theConfigurationIsRead() throws {
    let configuration = try Goldens.model().configuration
    #expect(configuration.endTokens == [0] && configuration.padToken == 3)
    #expect(configuration.heads == 4 && configuration.kvHeads == 2 && configuration.headDim == 8)
    #expect(configuration.normEpsilon == 1e-5 && configuration.ropeTheta == 10_000)
    #expect(!configuration.tiedEmbeddings && configuration.maxPositions == 64)
  }

  @Test func aDigestBelongsToTheWeights() throws {
    let digest = try Goldens.model("tiny").digest
    #expect(try Goldens.model("tiny").digest == digest)
    #expect(try Goldens.model("tiny-bf16").digest != digest)
  }
}
