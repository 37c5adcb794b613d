import Foundation
public import Torch

/// Solves a ``RidgeHead`` and chooses its penalty by leaving each row out, exactly.
///
/// With H the matrix that makes predictions of labels (the mean included), the error of a row that was left out is
/// (y − ŷ) / (1 − H_ii) (Allen 1974). One decomposition serves all penalties.
public struct RidgeFit {
  /// λ that are tried.
  public static let penalties = (-8...6).map { pow(10, Double($0) / 2) }

  public let head: RidgeHead
  /// The chosen λ.
  public let penalty: Double
  /// The mean squared error of rows left out, over rows and labels.
  public let error: Double

  /// - Parameters:
  ///   - features: [rows, features]
  ///   - labels: the label of each row, `0..<count`.
  ///   - count: how many labels there are.
  /// - Throws: ``TaskModelError/tooFewExamples(what:got:needed:)``; `TorchError`.
  public init(_ features: Tensor, labels: [Int], count: Int) throws {
    let rows = features.shape[0]
    guard rows >= 2, rows == labels.count, labels.allSatisfy({ (0..<count).contains($0) }) else {
      throw TaskModelError.tooFewExamples(what: "a ridge head", got: rows, needed: 2)
    }
    self = try withoutGradients { try Self.solved(features.moved(to: .cpu), labels, count) }
  }

  private init(head: RidgeHead, penalty: Double, error: Double) {
    self.head = head
    self.penalty = penalty
    self.error = error
  }

  /// What does not depend on the penalty: ŷ = Q diag(g) R + ȳ and H_ii = Σ_k Q²_ik g_k + 1/n, with g from the eigenvalues.
  private struct Decomposition {
    /// [rows, k]
    let left: Tensor
    /// [k, labels]
    let right: Tensor
    /// [k]
    let values: [Double]
  }

  private static func solved(_ features: Tensor, _ labels: [Int], _ count: Int) throws -> RidgeFit {
    let (rows, width) = (features.shape[0], features.shape[1])
    let x = try features.converted(to: .float64)  // [rows, features]
    let mean = try x.mean(0)  // [features]
    let centred = try x - mean
    let deviation = try ((centred * centred).mean(0) + 1e-12).sqrt()  // [features]
    let z = try centred / deviation
    var oneHot = [Double](repeating: 0, count: rows * count)
    for (row, label) in labels.enumerated() { oneHot[row * count + label] = 1 }
    let y = try Tensor(doubles: oneHot, shape: [rows, count])
    let share = try y.mean(0)  // ȳ [labels]
    let wanted = try y - share
    let isTall = rows >= width
    // Z = U S Vᵀ; the smaller of ZᵀZ and ZZᵀ is decomposed.
    let gram = isTall ? try z.transposedProduct(z) : try z.linear(z)
    let (values, vectors) = try gram.eigenvectors()
    let spectrum = try values.doubles().map { max($0, 0) }
    let scaled = isTall ? try z.matmul(vectors) : vectors  // U S, or U: [rows, k]
    let right = try scaled.transposed(0, 1).matmul(wanted)  // [k, labels]
    let parts = Decomposition(left: scaled, right: right, values: spectrum)
    var best: (penalty: Double, error: Double, scores: [Double])?
    for penalty in penalties {
      let gains = gains(parts.values, penalty: penalty * Double(width), isTall: isTall)
      let left = try leaveOneOut(parts, gains, y: y, share: share)
      if best.map({ left.error < $0.error }) ?? true { best = (penalty, left.error, left.scores) }
    }
    guard let best else { throw TaskModelError.tooFewExamples(what: "a ridge head", got: rows, needed: 2) }
    let gains = gains(spectrum, penalty: best.penalty * Double(width), isTall: isTall)
    let weighted = try right * Tensor(doubles: gains).unsqueezed(1)  // [k, labels]
    // W = V diag(g) (US)ᵀY, or Zᵀ U diag(g / s²) Uᵀ Y.
    let solution: Tensor
    if isTall {
      solution = try vectors.matmul(weighted)
    } else {
      let inverse = spectrum.map { 1 / ($0 + best.penalty * Double(width)) }
      solution = try z.transposed(0, 1).matmul(
        vectors.matmul(right * Tensor(doubles: inverse).unsqueezed(1)))
    }
    let weights = try (solution / deviation.unsqueezed(1)).transposed(0, 1).contiguous()  // [labels, features]
    let rounded = try weights.converted(to: .bfloat16)
    let bias = try (share - rounded.converted(to: .float64).matmul(mean.unsqueezed(1)).squeezed(1))
      .converted(to: .float32)
    let sharpness = Sharpness.mostLikely(best.scores, labels: labels, count: count)
    return RidgeFit(
      head: RidgeHead(weights: rounded, bias: bias, sharpness: sharpness), penalty: best.penalty, error: best.error)
  }

  /// g: what each direction of the decomposition is multiplied by.
  private static func gains(_ values: [Double], penalty: Double, isTall: Bool) -> [Double] {
    values.map { isTall ? 1 / ($0 + penalty) : $0 / ($0 + penalty) }
  }

  /// Scores of rows that were left out. [rows · labels]
  private static func leaveOneOut(
    _ parts: Decomposition, _ gains: [Double], y: Tensor, share: Tensor
  ) throws -> (scores: [Double], error: Double) {
    let factor = try Tensor(doubles: gains)  // [k]
    let seen = try (parts.left * factor).matmul(parts.right) + share  // ŷ [rows, labels]
    let rows = Double(parts.left.shape[0])
    let leverage = try (parts.left * parts.left * factor).sum(1) + 1 / rows  // H_ii [rows]
    let rest = try (leverage * -1 + 1).clamped(from: 1e-6).unsqueezed(1)  // [rows, 1]
    let errors = try (y - seen) / rest
    let error = try (errors * errors).mean().item()
    return (scores: try (y - errors).doubles(), error: error)
  }
}
