import Foundation
import Randomness

/// The form of the published law, fitted to one's own runs: the best size and data for a budget, with what is not known of them.
///
/// The law is one of C, what the runs cost: nobody has measured their critical batch, so that C is not turned into C_min.
public struct ScalingFit: Sendable, Encodable, Equatable {
  /// ``activatedLaw``.
  public static let activatedFormula = "N_opt = a C^b, least squares of ln N_opt over ln C, one point for each budget"
  /// ``tokensLaw``.
  public static let tokensFormula = "D_opt = a C^b, the same for D_opt = C / (p N_opt + q)"

  /// What was fitted to.
  public let runs: [ScalingRun]
  /// n.
  public var count: Int { runs.count }
  /// Folders that were left out.
  public let skipped: [String]
  /// C / D = p N + q.
  public let cost: TokenCost
  /// Budgets with a minimum, the smallest first.
  public let minima: [IsoFLOPMinimum]
  /// Budgets without, which are in no law.
  public let failed: [BudgetFailure]
  /// N_opt(C).
  public let activatedLaw: PowerLaw
  /// D_opt(C).
  public let tokensLaw: PowerLaw
  /// L(N, D); `nil` where the runs do not determine it.
  public let parametric: ParametricLoss?
  /// All numbers with their intervals.
  public let quantities: [Quantity]
  /// N_opt(C) from half the smallest to twice the largest budget.
  public let curve: [CurvePoint]
  /// What the intervals of ``curve`` are of.
  public let curveResampling: Resampling
  /// For the budget that was asked for.
  public let plan: Plan?
  /// Sets that each interval has drawn.
  public let draws: Int
  /// Of the draws.
  public let seed: UInt64

  /// Fits everything.
  ///
  /// - Parameters:
  ///   - runs: Finished runs; as ``ScalingRun/readAll(in:skipOthers:)`` gives them.
  ///   - skipped: Names of what was left out.
  ///   - compute: A budget to plan for, in FLOP.
  ///   - draws: Sets that each bootstrap draws; 0: no intervals.
  ///   - seed: Of the draws.
  /// - Throws: ``ScalingError`` if fewer than 2 budgets have a minimum, costs are not a function of N, or a number cannot be.
  public init(
    _ runs: [ScalingRun], skipped: [String] = [], compute: Double? = nil, draws: Int = 1000, seed: UInt64 = 0
  ) throws {
    let compute = try compute.map { try ScalingError.budget($0) }
    guard (0...100_000).contains(draws) else {
      throw ScalingError.invalid(location: "bootstrap", name: "draws", expected: "0 to 100000", got: "\(draws)")
    }
    guard !runs.isEmpty else { throw ScalingError.tooFewBudgets(fitted: 0, failed: []) }
    try ScalingRun.requireComparable(runs)
    let estimate = try ScalingEstimate(runs)
    guard estimate.minima.count >= 2, let activatedLaw = estimate.activatedLaw, let tokensLaw = estimate.tokensLaw
    else { throw ScalingError.tooFewBudgets(fitted: estimate.minima.count, failed: estimate.failed) }
    (self.runs, self.skipped, self.draws, self.seed) = (runs, skipped, draws, seed)
    (cost, minima, failed) = (estimate.cost, estimate.minima, estimate.failed)
    (self.activatedLaw, self.tokensLaw, parametric) = (activatedLaw, tokensLaw, estimate.parametric)
    plan = try compute.map { try Plan($0, estimate, activatedLaw) }

    let points = Self.curvePoints(estimate.minima.map(\.flops))
    let names = Name.all(estimate, compute: compute)
    var drawn: [Resampling: [ScalingEstimate]] = [:]
    for resampling in Resampling.allCases {
      drawn[resampling] = Self.draw(resampling, runs, estimate, draws: draws, seed: seed)
    }
    quantities = names.compactMap { name in
      guard let value = name.value(estimate) else { return nil }
      let values = drawn.mapValues { $0.compactMap(name.value) }
      func interval(_ kind: Resampling) -> ScalingInterval? {
        values[kind].flatMap { ScalingInterval($0, draws: draws) }
      }
      return Quantity(
        name: name.text, value: value, runs: interval(.runs), residuals: interval(.residuals),
        fittedSets: Dictionary(uniqueKeysWithValues: values.map { ($0.key.rawValue, $0.value.count) }))
    }
    let kind: Resampling = drawn[.residuals] == nil ? .runs : .residuals
    curveResampling = kind
    curve = points.map { flops in
      let values = (drawn[kind] ?? []).compactMap { $0.activatedLaw?(flops) }.filter(\.isFinite)
      return CurvePoint(
        flops: flops, activatedParameters: activatedLaw(flops), interval: ScalingInterval(values, draws: draws))
    }
  }

  /// - Returns: What the drawn sets give, without those of which not even the cost can be fitted; `nil` where nothing can be drawn.
  private static func draw(
    _ resampling: Resampling, _ runs: [ScalingRun], _ estimate: ScalingEstimate, draws: Int, seed: UInt64
  ) -> [ScalingEstimate]? {
    guard let sample = resampling.sampler(runs, estimate.parametric) else { return nil }
    var stream = RandomStream(seed: seed, "scaling", resampling.rawValue)
    return (0..<draws).compactMap { _ in try? ScalingEstimate(sample(&stream), near: estimate.parametric) }
  }

  /// From half the smallest budget to twice the largest, evenly in ln C.
  private static func curvePoints(_ budgets: [Double]) -> [Double] {
    guard let low = budgets.min(), let high = budgets.max() else { return [] }
    let (start, end) = (log(low / 2), log(high * 2))
    return (0...12).map { exp(start + (end - start) * Double($0) / 12) }
  }
}
