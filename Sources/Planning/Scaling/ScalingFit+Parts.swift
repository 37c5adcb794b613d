extension ScalingFit {
  /// One fitted number.
  public struct Quantity: Sendable, Encodable, Equatable {
    /// Which, with its symbol.
    public let name: String
    /// From all runs.
    public let value: Double
    /// Runs drawn again; `nil` if fewer than ``ScalingInterval/fewestFitted`` sets could be fitted.
    public let runs: ScalingInterval?
    /// Losses drawn again; `nil` also where ``Resampling/residuals`` has nothing to draw from.
    public let residuals: ScalingInterval?
    /// Drawn sets that could be fitted, also where there are too few for an interval.
    public let fittedSets: [String: Int]
  }

  /// N_opt(C) along the budgets, for drawing.
  public struct CurvePoint: Sendable, Encodable, Equatable {
    public let flops: Double
    /// N_opt by ``ScalingFit/activatedLaw``.
    public let activatedParameters: Double
    public let interval: ScalingInterval?
  }

  /// What is best for the budget that was asked for.
  public struct Plan: Sendable, Encodable, Equatable {
    /// C.
    public let flops: Double
    /// N_opt by the isoFLOP law.
    public let activatedParameters: Double
    /// D = C / (p N + q).
    public let tokens: Double
    /// The same by the parametric fit; `nil` without one, or where it has no minimum.
    public let parametricActivatedParameters: Double?
    public let parametricTokens: Double?
    /// Loss of the parametric fit at its optimum, in nats per token.
    public let parametricLoss: Double?
    /// Whether C lies between the smallest and the largest budget that was fitted.
    public let isWithinRuns: Bool
  }
}

extension ScalingFit.Plan {
  /// - Parameters:
  ///   - flops: C.
  ///   - estimate: Of all runs.
  ///   - law: N_opt(C).
  /// - Throws: ``ScalingError/invalid(location:name:expected:got:)`` where the laws leave the numbers that can be written.
  init(_ flops: Double, _ estimate: ScalingEstimate, _ law: PowerLaw) throws {
    self.flops = flops
    let location = "plan for \(flops) FLOP"
    activatedParameters = try ScalingError.positive(law(flops), "N_opt", location)
    // Where q is below 0, small N far outside of the runs have no cost.
    tokens = try ScalingError.positive(flops / estimate.cost(activatedParameters), "D_opt", location)
    let size = estimate.parametric?.optimalSize(flops: flops, cost: estimate.cost)
    parametricActivatedParameters = size
    parametricTokens = size.map { flops / estimate.cost($0) }
    parametricLoss = size.flatMap { size in
      estimate.parametric.map { $0(activated: size, tokens: flops / estimate.cost(size)) }
    }
    let budgets = estimate.minima.map(\.flops)
    isWithinRuns = (budgets.min() ?? flops) <= flops * 1.001 && flops <= (budgets.max() ?? flops) * 1.001
  }
}

extension ScalingError {
  /// - Returns: The budget.
  /// - Throws: ``ScalingError/invalid(location:name:expected:got:)`` unless it is 1 to 1e40 FLOP.
  static func budget(_ flops: Double, _ name: String = "compute", _ location: String = "plan") throws -> Double {
    guard flops >= 1, flops <= 1e40 else {
      throw ScalingError.invalid(location: location, name: name, expected: "1 to 1e40 FLOP", got: "\(flops)")
    }
    return flops
  }
}
