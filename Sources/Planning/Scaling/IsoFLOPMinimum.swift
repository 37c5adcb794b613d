import Foundation

/// The loss of one budget's runs as a parabola in ln N, and its minimum: the best size for that budget.
public struct IsoFLOPMinimum: Sendable, Codable, Equatable {
  /// What is fitted.
  public static let formula =
    "loss = c₀ + c₁ u + c₂ u², u = ln N − ln N₀, least squares over the runs of a budget; N_opt at −c₁ / 2c₂"

  /// C, the geometric mean of the runs' FLOPs.
  public let flops: Double
  /// Names of its runs.
  public let runs: [String]
  /// Different N among them. With 3 the parabola goes through the mean loss of each: it says nothing of the noise.
  public let sizes: Int
  /// The smallest and largest N.
  public let smallest: Double
  public let largest: Double
  /// N₀.
  public let center: Double
  /// c₀, c₁, c₂.
  public let coefficients: [Double]
  /// N_opt.
  public let activatedParameters: Double
  /// The parabola at N_opt, in nats per token.
  public let loss: Double

  /// Where the fit of a budget leads.
  enum Outcome {
    case minimum(IsoFLOPMinimum)
    case failure(BudgetFailure)
  }

  static func fit(_ budget: ComputeBudget) -> Outcome {
    func failure(_ reason: BudgetFailure.Reason) -> Outcome {
      .failure(BudgetFailure(flops: budget.flops, runs: budget.runs.count, reason: reason))
    }
    guard budget.isNarrow else { return failure(.spread) }
    guard budget.sizes >= 3 else { return failure(.tooFewSizes) }
    let sizes = budget.runs.map { log($0.activated) }
    let (low, high) = (sizes.min() ?? 0, sizes.max() ?? 0)
    let (center, half) = ((low + high) / 2, (high - low) / 2)
    // Over −1…1, where all three columns are of one size. [runs, 3]
    let rows = sizes.map { size in
      let u = (size - center) / half
      return [1, u, u * u]
    }
    // Flat but for rounding is not convex.
    guard let scaled = LeastSquares.solve(rows, budget.runs.map(\.loss)), scaled[2] > 1e-10 * abs(scaled[0]) else {
      return failure(.notConvex)
    }
    let best = -scaled[1] / (2 * scaled[2])
    guard best >= -1 else { return failure(.minimumBelow) }
    guard best <= 1 else { return failure(.minimumAbove) }
    return .minimum(
      IsoFLOPMinimum(
        flops: budget.flops, runs: budget.runs.map(\.name), sizes: budget.sizes, smallest: exp(low), largest: exp(high),
        center: exp(center), coefficients: [scaled[0], scaled[1] / half, scaled[2] / (half * half)],
        activatedParameters: exp(center + best * half), loss: scaled[0] + best * (scaled[1] + best * scaled[2])))
  }

  /// The parabola.
  /// - Parameter activated: N, above 0.
  /// - Returns: The loss, in nats per token.
  public func loss(at activated: Double) -> Double {
    let u = log(activated) - log(center)
    return coefficients.reversed().reduce(0) { $0 * u + $1 }
  }
}
