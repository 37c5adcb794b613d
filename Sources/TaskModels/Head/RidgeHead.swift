// A linear head in closed form: ridge regression of one-hot labels on frozen features of the base.
//
//     Z = (x − μ) / σ, column by column                       p features of n rows, standardised
//     W = argmin ‖Y − Ȳ − Z W‖² + λ p ‖W‖²                    Y: n × K, one-hot
//     h(y|x) = log softmax_y( β (Wᵀz + ȳ) )                   β: most likely on the leave-one-out scores
//
// It is stored without Z: W/σ, rounded to bfloat16, and a bias of float32 that is computed after the rounding.
// Hoerl and Kennard 1970; as a classifier over frozen language models: KLDA, arXiv 2412.15571.

public import Torch

/// Scores of labels from the mean input embedding of a text.
public struct RidgeHead: Sendable {
  /// bfloat16 [labels, features]
  public let weights: Tensor
  /// float32 [labels]
  public let bias: Tensor
  /// β
  public let sharpness: Double

  public init(weights: Tensor, bias: Tensor, sharpness: Double) {
    self.weights = weights
    self.bias = bias
    self.sharpness = sharpness
  }

  /// What it takes on disk, without names.
  public var byteCount: Int { weights.byteCount + bias.byteCount }

  /// log p of each label. `features`: float32 [rows, features] → [row][label].
  public func scores(_ features: Tensor) throws -> [[Double]] {
    try withoutGradients { try Self.rows((logits(features) * sharpness).logSoftmax(-1)) }
  }

  /// Log-odds of each label on its own, of a head that was solved for several labels. `features`: float32 [rows, features] → [row][label].
  func logOdds(_ features: Tensor) throws -> [[Double]] {
    try withoutGradients { try Self.rows(logits(features)) }
  }

  /// A row's bits do not depend on the others. float64 [rows, labels]
  private func logits(_ features: Tensor) throws -> Tensor {
    let matrix = try WeightMatrix(weights.converted(to: .float32))
    let sums = try matrix.product(features.moved(to: .cpu).converted(to: .float32), ProductSlices(sliced: 0)) + bias
    return try sums.converted(to: .float64)
  }

  /// [rows, labels] → [row][label]
  private static func rows(_ values: Tensor) throws -> [[Double]] {
    let (flat, labels) = (try values.doubles(), values.shape[1])
    return (0..<values.shape[0]).map { Array(flat[$0 * labels..<($0 + 1) * labels]) }
  }

  /// What one token adds to a label's logit if it is alone. `embeddings`: [tokens, features] → [token][label], without the bias.
  public func contributions(_ embeddings: Tensor) throws -> [[Double]] {
    try withoutGradients {
      let logits = try embeddings.moved(to: .cpu).converted(to: .float32).linear(weights.converted(to: .float32))
      return try Self.rows(logits * sharpness)
    }
  }
}
