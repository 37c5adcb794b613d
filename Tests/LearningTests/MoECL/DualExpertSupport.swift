import Decoder
import Experts
import Foundation
import ModelConfiguration
import Randomness
import Records
import Testing
import Torch

@testable import Learning

extension Goldens {
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

  static func gates() throws -> [Tensor] {
    let file = try tensors()
    return try (0..<2).map { try file.tensor("value.layers.\($0).gate") }
  }

  /// The shared expert and that of task 1.
  static func mixture(_ model: DecoderModel, pooling: DualExpertSelection.Pooling = .none) throws -> DualExpertSelection
  {
    DualExpertSelection(
      shared: try expert("shared", model.configuration), dedicated: try expert("task1", model.configuration),
      gates: try gates(), pooling: pooling)
  }

  /// The rows of the goldens' batch, without padding.
  static func rows() throws -> [[Int]] {
    let batch = try document().batch
    return zip(batch.ids, batch.lengths).map { Array($0.prefix($1)) }
  }
}

extension DecoderModel {
  /// Logits of each row, without the padding. [row][time, vocabulary]
  func logits(_ rows: [[Int]], experts: (any ExpertSelection)?) throws -> [Tensor] {
    let logits = try logits(hiddenStates(TokenBatch(rows), experts: experts))
    return try rows.enumerated().map { try logits.selected(0, $0).narrowed(0, from: 0, count: $1.count) }
  }

  /// A new expert (B = 0) whose A is drawn from `seed`.
  func newExpert(_ shape: LowRankShape, seed: UInt64 = 1) throws -> LowRankExpert {
    try LowRankExpert(shape, for: configuration, on: .cpu) { name in
      var stream = RandomStream(seed: seed, "test", name)
      return stream.next()
    }
  }
}
