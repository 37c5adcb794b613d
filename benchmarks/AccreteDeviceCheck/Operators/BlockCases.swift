import ModelConfiguration
import Torch

/// Low-rank factors and gated blocks with experts in them.
enum BlockCases {
  static var all: [OperatorCase] {
    [reduction(dropout: nil), reduction(dropout: 0.25)]
      + [1, 2].flatMap { experts in [nil, 0.25].map { mixture(experts: experts, dropout: $0) } }
      + [mixture(experts: 2, dropout: 0.25, sequence: false), mixture(experts: 2, dropout: 0.25, sequence: true)]
  }

  private static func reduction(dropout: Double?) -> OperatorCase {
    let (tokens, width, rank) = (37, 256, 16)
    return OperatorCase(name: "low-rank factors, dropout \(dropout ?? 0)") { operands in
      let masks = dropout.map { DropoutMasks(probability: $0, keys: [7, 8]) }
      let reduction = try LowRankReduction(
        operands.activations([tokens, width], 1), a: operands.normal([2, rank, width], 2), dropout: masks)
      let input = try operands.activations([tokens, width], 5)
      let factors = try reduction.backward(
        operands.normal([tokens, 2 * rank], 3), flow: operands.normal([tokens, 2 * rank], 4), addingTo: input)
      return [try reduction.forward(), factors, input]
    }
  }

  /// - Parameter sequence: Whether a gradient of a whole sequence arrives, and is isolated; nil: none does.
  private static func mixture(experts: Int, dropout: Double?, sequence isolated: Bool? = nil) -> OperatorCase {
    let (tokens, width, rank) = (37, 96, 16)
    let part = isolated.map { ", a sequence's gradient\($0 ? ", isolated" : "")" } ?? ""
    return OperatorCase(name: "gated block, experts \(experts), dropout \(dropout ?? 0)\(part)", halfUnits: 10) {
      operands in
      let block = try GatedMixture(
        gate: operands.activations([tokens, width], 4), up: operands.activations([tokens, width], 5),
        reduced: operands.normal([tokens, 2 * experts * rank], 6) * 0.25,
        b: operands.normal([2 * experts, rank, width], 7),
        a: operands.normal([experts, rank, width], 8),
        shares: experts == 2 ? operands.normal([tokens, 2], 9).softmax(-1) : nil,
        dropout: dropout.map { DropoutMasks(probability: $0, keys: Array([1, 2].prefix(experts))) }, activation: .silu)
      let sequence = try isolated.map {
        try GatedMixture.SequenceGradient(
          first: operands.normal([2, width], 12), down: operands.normal([2, rank], 13),
          sequenceOfToken: (0..<Int32(tokens)).map { $0 / 19 }, isolated: $0)
      }
      let output = try block.forward(keepingFirst: true)
      let back = try block.backward(
        mixed: operands.activations([tokens, width], 10), down: operands.normal([tokens, experts * rank], 11),
        sequence: sequence, toInput: true)
      // One expert counts fully: a device gives no share then.
      let shares = experts == 2 ? back.shares : nil
      return [output.mixed, output.down, back.reduced, back.b, back.a]
        + [shares, output.first, back.gate, back.up, back.flow].compactMap(\.self)
    }
  }
}
