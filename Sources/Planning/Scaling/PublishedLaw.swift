import Foundation

/// The scaling law of Hunyuan-Large for its mixture of experts (arXiv 2411.02265, 2.3.1), as printed.
///
/// Fitted on models of 10M to 1B activated parameters and 10B to 100B tokens, at budgets of 5.0e18 to 9.5e19 FLOP, of that team's
/// data, tokenizer and code. The paper uses it at 3.1e24 FLOP. Where 9.59 and 2.3e8 come from it does not say.
public enum PublishedLaw {
  /// ``flops(activated:tokens:)``
  public static let flopsFormula = "C ≈ 9.59 N D + 2.3e8 D"
  /// ``minimalFlops(_:batchTokens:criticalBatch:)``
  public static let minimalFlopsFormula = "C_min = C / (1 + B / B_crit)"
  /// ``activated(minimalFlops:)``
  public static let activatedFormula = "N_opt = 5.9e-3 C_min^0.5305"
  /// ``tokens(minimalFlops:)``
  public static let tokensFormula = "D_opt = 3.2 C_min^0.50"
  /// Activated parameters of the models that were fitted.
  public static let fittedParameters = 1e7...1e9
  /// Budgets of the runs that were fitted, in FLOP.
  public static let fittedFlops = 5.0e18...9.5e19

  /// The best number of activated parameters.
  /// - Parameter c: C_min, in FLOP.
  public static func activated(minimalFlops c: Double) -> Double { 5.9e-3 * pow(c, 0.5305) }

  /// The best number of tokens.
  /// - Parameter c: C_min, in FLOP.
  public static func tokens(minimalFlops c: Double) -> Double { 3.2 * pow(c, 0.50) }

  /// What training costs, in FLOP.
  ///
  /// - Parameters:
  ///   - activated: N, activated parameters.
  ///   - tokens: D.
  public static func flops(activated: Double, tokens: Double) -> Double { (9.59 * activated + 2.3e8) * tokens }

  /// What the same loss would cost with small batches.
  ///
  /// - Parameters:
  ///   - flops: C.
  ///   - batchTokens: B, in tokens.
  ///   - criticalBatch: B_crit at the loss that is reached, in tokens; the paper does not print it.
  public static func minimalFlops(_ flops: Double, batchTokens: Double, criticalBatch: Double) -> Double {
    flops / (1 + batchTokens / criticalBatch)
  }
}

/// What the published law says of a budget.
public struct PublishedPlan: Sendable, Encodable, Equatable {
  /// C, as given.
  public let flops: Double
  /// C_min; equal to ``flops`` if no batch size was given, as for B far below B_crit.
  public let minimalFlops: Double
  /// N_opt.
  public let activatedParameters: Double
  /// D_opt.
  public let tokens: Double
  /// ``PublishedLaw/flops(activated:tokens:)`` of the two. The paper rounded three fits, so that this is not quite C_min.
  public let flopsOfBoth: Double
  /// Whether the budget is one of those that were fitted.
  public let isWithinFit: Bool

  /// What to think of the numbers: whether they are inside of what was fitted.
  public var note: String {
    let range = "5.0e18 to 9.5e19 FLOP (10M to 1B activated parameters, 10B to 100B tokens)"
    guard !isWithinFit else { return "The budget is within those that the paper fitted: \(range)." }
    let fitted = PublishedLaw.fittedFlops
    let far = minimalFlops < fitted.lowerBound ? fitted.lowerBound / minimalFlops : minimalFlops / fitted.upperBound
    return """
      EXTRAPOLATED: the paper fitted \(range); this budget is \(ScalingFit.short(far)) times \
      \(minimalFlops < fitted.lowerBound ? "below" : "above") them.
      """
  }

  /// - Parameters:
  ///   - flops: C, 1 to 1e40.
  ///   - batch: B and B_crit in tokens, or `nil` where C is C_min.
  /// - Throws: ``ScalingError/invalid(location:name:expected:got:)``.
  public init(flops: Double, batch: (tokens: Double, critical: Double)? = nil) throws {
    self.flops = try ScalingError.budget(flops)
    if let batch {
      let minimal = PublishedLaw.minimalFlops(
        flops, batchTokens: try ScalingError.positive(batch.tokens, "batch tokens", "plan"),
        criticalBatch: try ScalingError.positive(batch.critical, "critical batch", "plan"))
      minimalFlops = try ScalingError.budget(minimal, "C_min")
    } else {
      minimalFlops = flops
    }
    activatedParameters = PublishedLaw.activated(minimalFlops: minimalFlops)
    tokens = PublishedLaw.tokens(minimalFlops: minimalFlops)
    flopsOfBoth = PublishedLaw.flops(activated: activatedParameters, tokens: tokens)
    isWithinFit = PublishedLaw.fittedFlops.contains(minimalFlops)
  }
}

extension ScalingError {
  /// - Returns: The value.
  /// - Throws: ``ScalingError/invalid(location:name:expected:got:)`` unless it is a finite number above 0.
  static func positive(_ value: Double, _ name: String, _ location: String) throws -> Double {
    guard value.isFinite, value > 0 else {
      throw ScalingError.invalid(location: location, name: name, expected: "a number above 0", got: "\(value)")
    }
    return value
  }
}
