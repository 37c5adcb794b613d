import Torch

/// The backward pass of the root-mean-square norm (Zhang & Sennrich, arXiv 1910.07467), y = x / sqrt(mean(x²) + ε) ⊙ w.
enum RMSNorm {
  /// With ρ = 1 / sqrt(mean(x²) + ε) and g = dy ⊙ w: dx = ρ g − ρ³ mean(g ⊙ x) x. ρ is computed again. All: [tokens, hidden].
  static func backward(_ gradient: Tensor, _ x: Tensor, _ weight: Tensor, epsilon: Double) throws -> Tensor {
    let inverse = try ((x * x).mean(-1, keeping: true) + epsilon).rsqrt()  // [tokens, 1]
    let scaled = try gradient * weight
    let along = try (scaled * x).mean(-1, keeping: true) * inverse * inverse  // [tokens, 1]
    return try (scaled - x * along) * inverse
  }
}
