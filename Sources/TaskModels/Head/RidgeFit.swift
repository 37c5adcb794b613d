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
  ///   - labels: The label of each row, `0..<count`.
  ///   - count: How many labels there are.
  /// - Throws: ``TaskModelError/tooFewExamples(what:got:needed:)``; `TorchError`.
  public init(_ features: Tensor, labels: [Int], count: Int) throws {
    try self.init(features, labels: labels, count: count, part: RidgeRows.usualPart)
  }

  /// `part`: numbers that are in float64 at one time.
  init(_ features: Tensor, labels: [Int], count: Int, part: Int) throws {
    let rows = features.shape[0]
    guard rows >= 2, rows == labels.count, labels.allSatisfy({ (0..<count).contains($0) }) else {
      throw TaskModelError.tooFewExamples(what: "a ridge head", got: rows, needed: 2)
    }
    self = try withoutGradients {
      let rows = try RidgeRows(features.moved(to: .cpu), sets: labels.map { [$0] }, count: count, part: part)
      return try Self.solved(rows, Decomposition(rows), .one(labels))
    }
  }

  /// Solves a head for rows that may have several labels: each label on its own, with 1 for the rows that have it and 0 for the others.
  ///
  /// Its scores are log-odds: what is said of rows that are left out is calibrated label by label (Platt), and stands in the weights.
  ///
  /// - Parameters:
  ///   - features: [rows, features]
  ///   - labelSets: The numbers of each row's labels, `0..<count`, each once.
  ///   - count: How many labels there are.
  /// - Throws: ``TaskModelError/tooFewExamples(what:got:needed:)``; `TorchError`.
  public init(_ features: Tensor, labelSets: [[Int]], count: Int) throws {
    let rows = features.shape[0]
    guard rows >= 2, rows == labelSets.count, labelSets.joined().allSatisfy({ (0..<count).contains($0) }) else {
      throw TaskModelError.tooFewExamples(what: "a ridge head", got: rows, needed: 2)
    }
    self = try withoutGradients {
      let rows = try RidgeRows(features.moved(to: .cpu), sets: labelSets, count: count)
      return try Self.solved(rows, Decomposition(rows), .sets(labelSets))
    }
  }

  /// The right labels of rows.
  private enum Gold {
    case one([Int])
    case sets([[Int]])
  }

  private init(head: RidgeHead, penalty: Double, error: Double) {
    self.head = head
    self.penalty = penalty
    self.error = error
  }

  /// What does not depend on the penalty: ŷ = Q diag(g) R + ȳ and H_ii = Σ_k Q²_ik g_k + 1/n, with g from the eigenvalues.
  private struct Decomposition {
    /// Of the smaller of ZᵀZ (tall: V) and ZZᵀ (wide: U), where Z = U S Vᵀ. [width or rows, k]
    let vectors: Tensor
    /// S². [k]
    let values: [Double]
    /// R. [k, labels]
    let right: Tensor
    let isTall: Bool

    init(_ rows: RidgeRows) throws {
      isTall = rows.rows >= rows.width
      var (gram, cross): (Tensor?, Tensor?)
      for part in rows.parts {
        let z = try rows.standardised(part)
        let wanted = try rows.oneHot(part) - rows.share
        let own = isTall ? try z.transposedProduct(z) : try z.linear(z)
        // ZᵀY [width, labels]; of a wide one Y [rows, labels]
        let ownCross = isTall ? try z.transposed(0, 1).matmul(wanted) : wanted
        gram = try gram.map { try $0 + own } ?? own
        cross = try cross.map { try $0 + ownCross } ?? ownCross
      }
      guard let gram, let cross else { throw TaskModelError.tooFewExamples(what: "a ridge head", got: 0, needed: 2) }
      let (values, vectors) = try gram.eigenvectors()
      self.vectors = vectors
      self.values = try values.doubles().map { max($0, 0) }
      right = try vectors.transposed(0, 1).matmul(cross)
    }

    /// Q: U S, or U. [rows of the part, k]
    func left(_ z: Tensor) throws -> Tensor { isTall ? try z.matmul(vectors) : vectors }

    /// g: what each direction is multiplied by. `penalty`: λ p
    func gains(_ penalty: Double) -> [Double] {
      values.map { isTall ? 1 / ($0 + penalty) : $0 / ($0 + penalty) }
    }
  }

  private static func solved(_ rows: RidgeRows, _ parts: Decomposition, _ gold: Gold) throws -> RidgeFit {
    let width = Double(rows.width)
    var squares = [Double](repeating: 0, count: penalties.count)
    for part in rows.parts {
      let left = try parts.left(rows.standardised(part))
      let y = try rows.oneHot(part)
      for (number, penalty) in penalties.enumerated() {
        let errors = try errorsLeftOut(parts, left, parts.gains(penalty * width), y: y, rows)
        squares[number] += try (errors * errors).sum().item()
      }
    }
    let best = squares.indices.reduce(0) { squares[$1] < squares[$0] ? $1 : $0 }
    let penalty = penalties[best]
    let gains = parts.gains(penalty * width)
    let scores = try rows.parts.flatMap { part in
      let y = try rows.oneHot(part)
      let left = try parts.left(rows.standardised(part))
      return try (y - errorsLeftOut(parts, left, gains, y: y, rows)).doubles()
    }
    // W = V diag(g) (US)ᵀY, or Zᵀ U diag(1 / (s² + λp)) Uᵀ Y.
    let solution: Tensor  // [width, labels]
    if parts.isTall {
      solution = try parts.vectors.matmul(parts.right * Tensor(doubles: gains).unsqueezed(1))
    } else {
      let inverse = parts.values.map { 1 / ($0 + penalty * width) }
      solution = try rows.standardised(0..<rows.rows).transposed(0, 1).matmul(
        parts.vectors.matmul(parts.right * Tensor(doubles: inverse).unsqueezed(1)))
    }
    var weights = try (solution / rows.deviation.unsqueezed(1)).transposed(0, 1).contiguous()  // [labels, features]
    var middle = rows.share  // what a text of mean features gets. [labels]
    var sharpness = 1.0
    switch gold {
    case .one(let labels): sharpness = Sharpness.mostLikely(scores, labels: labels, count: rows.count)
    case .sets(let sets):
      let odds = platt(scores, sets, rows.count)
      let factors = try Tensor(doubles: odds.map(\.weight))
      weights = try weights * factors.unsqueezed(1)
      middle = try middle * factors + Tensor(doubles: odds.map(\.bias))
    }
    let rounded = try weights.converted(to: .bfloat16)
    let bias = try (middle - rounded.converted(to: .float64).matmul(rows.mean.unsqueezed(1)).squeezed(1))
      .converted(to: .float32)
    return RidgeFit(
      head: RidgeHead(weights: rounded, bias: bias, sharpness: sharpness), penalty: penalty,
      error: squares[best] / Double(rows.rows * rows.count))
  }

  /// The calibration of each label's scores. `scores`: row after row.
  private static func platt(_ scores: [Double], _ sets: [[Int]], _ count: Int) -> [(weight: Double, bias: Double)] {
    let known = sets.map(Set.init)
    return (0..<count).map { label in
      LogisticFit.platt(known.indices.map { scores[$0 * count + label] }, known.map { $0.contains(label) })
    }
  }

  /// Errors of the rows of a part by the head that was solved without each of them. `left`: [rows, k] → [rows, labels]
  private static func errorsLeftOut(
    _ parts: Decomposition, _ left: Tensor, _ gains: [Double], y: Tensor, _ rows: RidgeRows
  ) throws -> Tensor {
    let factor = try Tensor(doubles: gains)  // [k]
    let seen = try (left * factor).matmul(parts.right) + rows.share  // ŷ [rows, labels]
    let leverage = try (left * left * factor).sum(1) + 1 / Double(rows.rows)  // H_ii [rows]
    let rest = try (leverage * -1 + 1).clamped(from: 1e-6).unsqueezed(1)  // [rows, 1]
    return try (y - seen) / rest
  }
}
