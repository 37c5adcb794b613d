import CTorch

/// What experts made of the slots that visit them, brought back to the tokens: Σ_k w_k · (what the expert of slot k made).
///
/// A slot is one visit of a token, number token · active + k; what was made of it is a row at the slot's position.
public struct Combination {
  private let rows: Tensor
  private let positions: Tensor
  private let tokens: Int
  private let active: Int
  private var width: Int { rows.shape[1] }

  /// - Parameters:
  ///   - rows: What was made. [positions, width]
  ///   - positions: Of each slot; any position for a slot that visits no expert. int64 [tokens · active]
  ///   - active: Slots of a token.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``, ``TorchError/invalidHyperparameter(name:value:allowed:)`` for a
  ///   position that is not there.
  public init(rows: Tensor, positions: Tensor, active: Int) throws {
    guard rows.shape.count == 2, positions.shape.count == 1, positions.dtype == .int64, active > 0,
      positions.count.isMultiple(of: active)
    else { throw TorchError.shapeMismatch(what: "positions of slots", expected: [active], got: positions.shape) }
    (self.rows, self.positions) = (try rows.contiguous(), try positions.contiguous())
    (tokens, self.active) = (positions.count / active, active)
    if self.positions.device == .cpu {
      let limit = Int64(rows.shape[0])
      try self.positions.withBytes { bytes in
        if let wrong = bytes.bindMemory(to: Int64.self).first(where: { !(0..<limit).contains($0) }) {
          throw TorchError.invalidHyperparameter(name: "position", value: "\(wrong)", allowed: "0 to \(limit - 1)")
        }
      }
    }
  }

  private var isFused: Bool { Kernels.suit(rows) && positions.device == .cpu }

  /// The weighted sums, added to what is there already; behind the tokens, alignment padding that no expert has seen.
  ///
  /// - Parameters:
  ///   - weights: `w`; 0 for a slot that visits no expert. [tokens, active]
  ///   - addend: `nil`: zeros. [count, width]
  ///   - count: Tokens and alignment padding.
  /// - Returns: [count, width]
  public func sum(weights: Tensor, adding addend: Tensor?, count: Int) throws -> Tensor {
    try Kernels.require("weights of slots", weights, [tokens, active])
    if let addend { try Kernels.require("what experts are added to", addend, [count, width]) }
    guard count >= tokens else {
      throw TorchError.shapeMismatch(what: "tokens with alignment padding", expected: [tokens], got: [count])
    }
    guard isFused, Kernels.suit(weights), addend.map(Kernels.suit) ?? true else {
      let made = try rows.gathered(0, rows: positions).reshaped([tokens, active, width])
      var sum = try (made * weights.unsqueezed(2)).sum(1)
      if count > tokens { sum = try Tensor.concatenated([sum, .zeros([count - tokens, width], on: sum.device)]) }
      return try addend.map { try $0 + sum } ?? sum
    }
    let result = try Tensor(uninitialized: [count, width])
    let (weights, addend) = (try weights.contiguous(), try addend?.contiguous())
    try lend(count) {
      accrete_combine(&$0, try weights.kernelMemory(), try addend?.kernelMemory(), try result.kernelMemory())
    }
    return withExtendedLifetime((weights, addend)) { result }
  }

  /// From the gradient by the sums to those by the weights and by the rows; zero for rows that no slot visits.
  ///
  /// - Parameters:
  ///   - gradient: Its alignment padding is not read. [tokens or more, width]
  ///   - weights: As in the sum. [tokens, active]
  ///   - visited: Not 0 where a slot visits an expert. [tokens, active]
  /// - Returns: [tokens, active] and [positions, width]
  public func backward(
    _ gradient: Tensor, weights: Tensor, visited: Tensor
  ) throws -> (weights: Tensor, rows: Tensor) {
    for (what, tensor) in [("weights of slots", weights), ("visits of slots", visited)] {
      try Kernels.require(what, tensor, [tokens, active])
    }
    guard gradient.shape.count == 2, gradient.shape[0] >= tokens, gradient.shape[1] == width else {
      throw TorchError.shapeMismatch(what: "the experts' gradient", expected: [tokens, width], got: gradient.shape)
    }
    guard isFused, Kernels.suit(gradient), Kernels.suit(weights), Kernels.suit(visited) else {
      let each = try gradient.narrowed(0, from: 0, count: tokens).unsqueezed(1)  // [tokens, 1, width]
      let made = try rows.gathered(0, rows: positions).reshaped([tokens, active, width])
      let slots = try (each * (weights * visited).unsqueezed(2)).reshaped([tokens * active, width])
      return (try (made * each).sum(2), try slots.embeddingGradient(of: positions, rows: rows.shape[0]))
    }
    let operands = try [gradient, weights, visited].map { try $0.contiguous() }
    let (byWeights, byRows) = (try Tensor(uninitialized: [tokens, active]), try Tensor.zeros(rows.shape))
    try lend(tokens) {
      accrete_combine_backward(
        &$0, try operands[1].kernelMemory(), try operands[0].kernelMemory(), try operands[2].kernelMemory(),
        try byWeights.kernelMemory(), try byRows.kernelMemory())
    }
    return withExtendedLifetime(operands) { (byWeights, byRows) }
  }

  private func lend(_ count: Int, _ body: (inout AccreteCombination) throws -> Void) throws {
    try positions.withBytes { bytes in
      var parameters = AccreteCombination(
        tokens: Int64(tokens), count: Int64(count), active: Int64(active), width: Int64(width),
        rows: try rows.kernelMemory(), positions: bytes.bindMemory(to: Int64.self).baseAddress,
        threads: libtorch.accrete_get_threads())
      try body(&parameters)
    }
  }
}
