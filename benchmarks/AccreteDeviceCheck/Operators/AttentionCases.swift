import Torch

/// Attention of packed rows, forward and back.
enum AttentionCases {
  private struct Shape {
    let name: String
    var heads = 8
    var kvHeads = 8
    var dim = 64
    var window: Int?
    /// Prompts with continuations: forward only, as in scoring.
    var isGrouped = false
  }

  private static let lengths = [61, 0, 1, 200, 38]

  static var all: [OperatorCase] {
    [
      Shape(name: "packed attention"), Shape(name: "packed attention, 4 queries a key head", heads: 8, kvHeads: 2),
      Shape(name: "packed attention, window 24", kvHeads: 2, window: 24),
      Shape(name: "packed attention, heads of 128", heads: 4, kvHeads: 1, dim: 128),
      Shape(name: "packed attention, prompts with continuations", kvHeads: 2, isGrouped: true),
    ].map { shape in
      OperatorCase(name: shape.name, halfUnits: 16, exact: 2e-4) { try compute(shape, $0) }
    }
  }

  private static func compute(_ shape: Shape, _ operands: Operands) throws -> [Tensor] {
    let tokens = lengths.reduce(0, +)
    let groups = lengths.flatMap { length in
      (0..<length).map { $0 < length / 2 ? Int32(0) : Int32(1 + ($0 - length / 2) / 5) }
    }
    let layout = try PackedAttention.Layout(
      lengths: lengths, groups: shape.isGrouped ? groups : nil, window: shape.window.map { .init(size: $0) })
    let attention = try PackedAttention(
      queries: operands.activations([tokens, shape.heads, shape.dim], 1),
      keys: operands.activations([tokens, shape.kvHeads, shape.dim], 2),
      values: operands.activations([tokens, shape.kvHeads, shape.dim], 3), layout: layout, tracing: !shape.isGrouped)
    guard !shape.isGrouped else { return [attention.output] }
    let back = try attention.backward(operands.activations([tokens, shape.heads, shape.dim], 4))
    return [attention.output, back.queries, back.keys, back.values]
  }
}
