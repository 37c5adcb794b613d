/// Everything that is fitted to one set of runs; a bootstrap computes it again for each drawn set.
struct ScalingEstimate {
  let cost: TokenCost
  let minima: [IsoFLOPMinimum]
  let failed: [BudgetFailure]
  /// N_opt(C); `nil` with fewer than 2 minima.
  let activatedLaw: PowerLaw?
  /// D_opt(C) = C / cost(N_opt); the same.
  let tokensLaw: PowerLaw?
  /// `nil` where the runs do not determine it.
  let parametric: ParametricLoss?

  /// - Parameter near: A fit of similar runs, from which the parametric one starts; `nil`: from many points.
  /// - Throws: ``ScalingError/noCost(reason:)``.
  init(_ runs: [ScalingRun], near: ParametricLoss? = nil) throws {
    let cost = try TokenCost(runs)
    var (minima, failed): ([IsoFLOPMinimum], [BudgetFailure]) = ([], [])
    for budget in ComputeBudget.grouped(runs) {
      switch IsoFLOPMinimum.fit(budget) {
      case .minimum(let minimum): minima.append(minimum)
      case .failure(let failure): failed.append(failure)
      }
    }
    activatedLaw = PowerLaw.fit(minima.map { ($0.flops, $0.activatedParameters) })
    tokensLaw = PowerLaw.fit(minima.map { ($0.flops, $0.flops / cost($0.activatedParameters)) })
    parametric = ParametricFitting(runs)?.fit(near: near)
    (self.cost, self.minima, self.failed) = (cost, minima, failed)
  }

  /// N_opt of one budget of other runs, if it has a minimum here too.
  func minimum(near flops: Double) -> IsoFLOPMinimum? {
    minima.first { max($0.flops / flops, flops / $0.flops) < 1 + ComputeBudget.width }
  }
}
