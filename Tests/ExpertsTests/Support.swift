import Experts
import Foundation
import ModelConfiguration
import Randomness
import Testing
import Torch

@testable import Decoder

/// What the PyTorch reference computed; see Tests/Goldens/README.md.
enum Goldens {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Goldens")

  static func tensors(_ name: String = "learning") throws -> SafetensorsFile {
    try SafetensorsFile(folder.appendingPathComponent(name + ".safetensors"))
  }

  static func json<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name + ".json")))
  }

  /// A tiny checkpoint; operations run on one thread, as the tests themselves run side by side.
  static func model(_ form: String = "tiny") throws -> DecoderModel {
    try TorchRuntime.setThreads(1)
    return try DecoderModel(folder: folder.appendingPathComponent(form))
  }

  static func shape(dropout: Double = 0) throws -> LowRankShape {
    try LowRankShape(rank: 4, alpha: 8, dropout: dropout)
  }

  /// An expert of the goldens: `shared`, `task0`, …, `lora`.
  static func expert(_ name: String, _ base: DecoderConfiguration) throws -> LowRankExpert {
    let file = try tensors()
    var found: [String: Tensor] = [:]
    for layer in 0..<base.layers {
      for projection in LowRankShape.feedForwardProjections {
        for factor in ["A", "B"] {
          found["layers.\(layer).\(projection.rawValue).\(factor)"] =
            try file.tensor("value.layers.\(layer).\(projection.rawValue).\(name).\(factor)")
        }
      }
    }
    return try LowRankExpert(shape(), for: base, tensors: found, where: name)
  }

  private struct Document: Decodable {
    struct Batch: Decodable {
      let ids: [[Int]]
      let lengths: [Int]
    }

    let batch: Batch
  }

  /// The rows of the goldens' batch, without padding.
  static func rows() throws -> [[Int]] {
    let data = try Data(contentsOf: folder.appendingPathComponent("learning.json"))
    let batch = try JSONDecoder().decode(Document.self, from: data).batch
    return zip(batch.ids, batch.lengths).map { Array($0.prefix($1)) }
  }
}

extension DecoderModel {
  /// Logits of each row, without the padding. [row][time, vocabulary]
  func logits(_ rows: [[Int]], experts: (any ExpertSelection)?) throws -> [Tensor] {
    let logits = try logits(hiddenStates(TokenBatch(rows), experts: experts))
    return try rows.enumerated().map { try logits.selected(0, $0).narrowed(0, from: 0, count: $1.count) }
  }

  /// The same by a pass without gradients, each row under an expert of its own.
  ///
  /// - Parameter sliced: whether the tokens are a prompt's; otherwise they go through our own kernel.
  func inferredLogits(
    _ rows: [[Int]], experts: [(any InferenceExpert)?], sliced: Bool = true, counter: ProductCounter? = nil
  ) throws -> [Tensor] {
    let batch = try TokenBatch(rows)
    let states = try inferredStates(
      batch, experts: experts, slices: ProductSlices(sliced: sliced ? batch.tokens : 0), cache: KeyValueCache(),
      at: Array(0..<batch.tokens), counter: counter)
    let logits = try inferredLogits(states)
    var start = 0
    return try rows.map { row in
      defer { start += row.count }
      return try logits.narrowed(0, from: start, count: row.count)
    }
  }

  /// A new expert (B = 0) whose A is drawn from `seed`.
  func newExpert(_ shape: LowRankShape, seed: UInt64 = 1) throws -> LowRankExpert {
    try LowRankExpert(shape, for: configuration, on: .cpu) { name in
      var stream = RandomStream(seed: seed, "test", name)
      return stream.next()
    }
  }
}

/// An expert whose every factor counts.
func randomExpert(_ shape: LowRankShape, on base: DecoderConfiguration, seed: UInt64) throws -> LowRankExpert {
  let tensors = try LowRankExpert(shape, for: base, on: .cpu) { _ in 0 }.tensors.map { name, tensor in
    var stream = RandomStream(seed: seed, "random", name)
    try Generator(seed: stream.next()).fillNormal(tensor, deviation: 0.2)
    return (name, tensor)
  }
  return try LowRankExpert(shape, for: base, tensors: Dictionary(uniqueKeysWithValues: tensors), where: "a test")
}
