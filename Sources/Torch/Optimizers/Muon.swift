/// Momentum orthogonalized by Newton and Schulz, for matrices (Jordan et al. 2024), with the scale of Liu et al., arXiv 2502.16982.
///
/// m ← μ m + g, u = g + μ m, O = NS(u), W ← W − η λ W − η · 0.2 √max(out, in) · O: an update has about the root mean square that AdamW's
/// has, so that both share a rate and a decay.
///
/// NS: X = u / (‖u‖ + 1e-7), with its shorter side in front; five times A = X Xᵀ, X ← 3.4445 X + (−4.7750 A + 2.0315 A A) X. Its singular
/// values come near 1, from above and below.
public struct Muon {
  /// μ.
  public static let momentum = 0.95
  private static let iterations = 5
  private static let coefficients = (3.4445, -4.7750, 2.0315)

  /// λ.
  public var weightDecay: Double
  /// m. [count]
  public let momentum: Tensor
  /// Neighbours in the buffer of one shape and one factor of the rate: orthogonalized together.
  private let stacks: [Stack]

  private struct Stack {
    let start: Int
    var matrices: Int
    let shape: [Int]
    let factor: Double
    let decays: Bool
    var range: (start: Int, count: Int) { (start, matrices * shape[0] * shape[1]) }
  }

  /// - Parameters:
  ///   - parameters: matrices only.
  ///   - weightDecay: λ.
  ///   - momentum: as it was saved; nil: fresh.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)`` for a tensor that is no matrix, or momentum of other parameters;
  ///   ``TorchError/invalidHyperparameter(name:value:allowed:)``.
  public init(for parameters: FlatParameters, weightDecay: Double, momentum: Tensor? = nil) throws {
    guard weightDecay >= 0, weightDecay < 1 else {
      throw TorchError.invalidHyperparameter(name: "weight decay", value: "\(weightDecay)", allowed: "0 ≤ λ < 1")
    }
    if let momentum, momentum.shape != [parameters.count] {
      throw TorchError.shapeMismatch(what: "Muon's momentum", expected: [parameters.count], got: momentum.shape)
    }
    self.weightDecay = weightDecay
    self.momentum = try momentum ?? Tensor.zeros([parameters.count], on: parameters.values.device)
    var stacks: [Stack] = []
    var offset = 0
    for parameter in parameters.parameters {
      let shape = parameter.tensor.shape
      guard shape.count == 2 else {
        throw TorchError.shapeMismatch(what: "\(parameter.name), trained with Muon", expected: [0, 0], got: shape)
      }
      if let last = stacks.last, last.shape == shape, last.factor == parameter.rateFactor,
        last.decays == parameter.decays
      {
        stacks[stacks.count - 1].matrices += 1
      } else {
        stacks.append(
          Stack(start: offset, matrices: 1, shape: shape, factor: parameter.rateFactor, decays: parameter.decays))
      }
      offset += parameter.tensor.count
    }
    self.stacks = stacks
  }

  /// Moves the values against the gradients, which are used up.
  /// - Parameters:
  ///   - parameters: what the state was made for.
  ///   - rate: η of this step, which each parameter's factor multiplies.
  public func update(_ parameters: FlatParameters, rate: Double) throws {
    try withoutGradients {
      try momentum.multiplyInPlace(by: Self.momentum)
      try momentum.addInPlace(parameters.gradients)
      try parameters.gradients.addInPlace(momentum, times: Self.momentum)
      for stack in stacks {
        let (start, count) = stack.range
        let all = [stack.matrices, stack.shape[0], stack.shape[1]]
        let gradient = try parameters.gradients.narrowed(0, from: start, count: count).reshaped(all)
        let values = try parameters.values.narrowed(0, from: start, count: count).reshaped(all)
        let scale = 0.2 * Double(max(stack.shape[0], stack.shape[1])).squareRoot()
        let rate = rate * stack.factor
        if stack.decays, weightDecay > 0 { try values.multiplyInPlace(by: 1 - rate * weightDecay) }
        try values.addInPlace(Self.orthogonalized(gradient), times: -rate * scale)
      }
    }
  }

  /// Numbers that are orthogonalized at a time: what a processor's cache holds of them beside the results.
  private static let chunkNumbers = 1 << 20

  /// NS of each. [matrices, out, in] → the same
  static func orthogonalized(_ matrices: Tensor) throws -> Tensor {
    let shape = matrices.shape
    let size = max(1, chunkNumbers / max(shape[1] * shape[2], 1))
    guard size < shape[0] else { return try orthogonalizedAtOnce(matrices) }
    return try Tensor.concatenated(
      stride(from: 0, to: shape[0], by: size).map {
        try orthogonalizedAtOnce(matrices.narrowed(0, from: $0, count: min(size, shape[0] - $0)))
      })
  }

  private static func orthogonalizedAtOnce(_ matrices: Tensor) throws -> Tensor {
    let shape = matrices.shape
    let turns = shape[1] > shape[2]
    let norms = try (matrices * matrices).reshaped([shape[0], -1]).sum(1).sqrt() + 1e-7
    var x = try matrices / norms.reshaped([shape[0], 1, 1])
    if turns { x = try x.transposed(1, 2).contiguous() }
    for _ in 0..<iterations {
      let gram = try x.matmul(x.transposed(1, 2))  // [matrices, short, short]
      let inner = try gram.scaled(by: coefficients.1, addingProducts: gram, gram, times: coefficients.2)
      x = try x.scaled(by: coefficients.0, addingProducts: inner, x, times: 1)
    }
    return turns ? try x.transposed(1, 2) : x
  }
}
