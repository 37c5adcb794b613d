/// Momentum orthogonalized by Newton and Schulz, for matrices (Jordan et al. 2024), with the scale of Liu et al., arXiv 2502.16982.
///
/// m ← μ m + g, u = g + μ m, O = NS(u), W ← W − η λ W − η · 0.2 √max(out, in) · O. An update has about the root mean square of AdamW's, so
/// both share a learning rate and a weight decay.
///
/// NS: X = u / (‖u‖ + 1e-7), with its shorter side in front; five times A = X Xᵀ, X ← (3.4445 − 4.7750 A + 2.0315 A²) X. Its singular
/// values come near 1, from above and below. On a CPU matrices are moved side by side, each by one thread.
public struct Muon {
  /// μ.
  public static let momentum = 0.95
  private static let iterations = 5
  private static let coefficients = (3.4445, -4.7750, 2.0315)

  /// λ.
  public var weightDecay: Double
  /// m. [count]
  public let momentum: Tensor
  private let pieces: [Piece]
  /// Who moves the pieces, each worker with one thread of libtorch; `nil`: all threads one piece after the other.
  private let pool: WorkerPool?

  /// Neighbours in the buffer of one shape and one factor of the rate, moved together.
  private struct Piece {
    let start: Int
    var matrices: Int
    let shape: [Int]
    let factor: Double
    let decays: Bool

    var numbers: Int { matrices * shape[0] * shape[1] }
    /// [count] → [matrices, out, in]
    func view(of buffer: Tensor) throws -> Tensor {
      try buffer.narrowed(0, from: start, count: numbers).reshaped([matrices] + shape)
    }
  }

  /// - Parameters:
  ///   - parameters: Matrices only.
  ///   - weightDecay: λ.
  ///   - momentum: As it was saved; `nil`: fresh.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)`` for a tensor that is not a matrix, or momentum of other parameters;
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
    let device = parameters.values.device
    var pieces: [Piece] = []
    var offset = 0
    for parameter in parameters.parameters {
      let shape = parameter.tensor.shape
      guard shape.count == 2 else {
        throw TorchError.shapeMismatch(what: "\(parameter.name), trained with Muon", expected: [0, 0], got: shape)
      }
      if let last = pieces.last, last.shape == shape, last.factor == parameter.rateFactor,
        last.decays == parameter.decays, last.numbers + parameter.tensor.count <= Self.pieceNumbers(on: device)
      {
        pieces[pieces.count - 1].matrices += 1
      } else {
        pieces.append(
          Piece(start: offset, matrices: 1, shape: shape, factor: parameter.rateFactor, decays: parameter.decays))
      }
      offset += parameter.tensor.count
    }
    self.pieces = pieces
    let workers = device == .cpu ? min(TorchRuntime.threads, pieces.count) : 1
    pool = workers > 1 ? try WorkerPool(workers, threads: 1) : nil
  }

  /// Numbers that are moved at a time: a processor's cache holds them beside their products; elsewhere few calls count for more.
  private static func pieceNumbers(on device: Device) -> Int { device == .cpu ? 1 << 18 : 1 << 26 }

  /// Moves the values against the gradients, which are used up.
  /// - Parameters:
  ///   - parameters: What the state was made for.
  ///   - rate: η of this step, which each parameter's factor multiplies.
  public func update(_ parameters: FlatParameters, rate: Double) throws {
    let (values, gradients, momentum) = (parameters.values, parameters.gradients, momentum)
    let (pieces, weightDecay) = (pieces, weightDecay)
    @Sendable func move(_ piece: Piece) throws {
      try withoutGradients {
        let (values, gradients, momentum) = (
          try piece.view(of: values), try piece.view(of: gradients), try piece.view(of: momentum)
        )
        try momentum.blendInPlace(keeping: Self.momentum, adding: gradients, times: 1)
        try gradients.addInPlace(momentum, times: Self.momentum)
        let rate = rate * piece.factor
        let scale = 0.2 * Double(max(piece.shape[0], piece.shape[1])).squareRoot()
        let kept = piece.decays ? 1 - rate * weightDecay : 1
        try values.blendInPlace(keeping: kept, adding: Self.orthogonalized(gradients), times: -rate * scale)
      }
    }
    if let pool {
      _ = try pool.map(pieces.count) { number, _ in try move(pieces[number]) }
    } else {
      for piece in pieces { try move(piece) }
    }
  }

  /// NS of each. [matrices, out, in] → the same
  static func orthogonalized(_ matrices: Tensor) throws -> Tensor {
    let shape = matrices.shape
    let isTall = shape[1] > shape[2]
    let norms = try (matrices * matrices).reshaped([shape[0], -1]).sum(1).sqrt() + 1e-7
    var x = try matrices / norms.reshaped([shape[0], 1, 1])
    let short = min(shape[1], shape[2])
    let (a, b, c) = coefficients
    let one = try Tensor(repeating: 1, [1], on: x.device)
    for _ in 0..<iterations {
      // A tall one is never transposed: with Xᵀ X instead of A it is the same polynomial from the other side.
      let gram = try Tensor(uninitialized: [shape[0], short, short], on: x.device)
      try gram.becomeSquare(of: isTall ? x.transposed(1, 2) : x)
      // a + b A + c A² = c (A + b/2c)² + (a − b²/4c): without copies beside the products.
      try gram.diagonals().addInPlace(one, times: b / (2 * c))
      let inner = try Tensor(uninitialized: gram.shape, on: x.device)
      try inner.becomeSquare(of: gram, times: c)
      try inner.diagonals().addInPlace(one, times: a - b * b / (4 * c))
      x = try isTall ? x.matmul(inner) : inner.matmul(x)
    }
    return x
  }
}
