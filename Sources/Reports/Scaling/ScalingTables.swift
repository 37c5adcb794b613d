import Markup
import Planning

/// The numbers of a scaling law as tables.
enum ScalingTables {
  static func budgets(_ fit: ScalingFit) -> ReportTable {
    let rows = fit.minima.enumerated().map { number, minimum in
      ReportTable.Row(
        header: "\(Format.power(minimum.flops)) FLOP",
        cells: [
          .init("\(minimum.runs.count)"), .init("\(minimum.sizes)"), .init(Format.compact(minimum.smallest)),
          .init(Format.compact(minimum.largest)), .init(Format.compact(minimum.activatedParameters)),
          .init(Format.compact(minimum.flops / fit.cost(minimum.activatedParameters))),
          .init(Format.decimals(minimum.loss, 4)),
        ], series: number)
    }
    return ReportTable(
      title: "Budgets", caption: "\(IsoFLOPMinimum.formula). D_opt = C / (p N_opt + q). Losses in nats per token.",
      corner: "budget",
      columns: ["runs", "sizes", "smallest N", "largest N", "N_opt", "D_opt", "loss at N_opt"].map { .init(title: $0) },
      rows: rows,
      notes: fit.minima.contains { $0.sizes == 3 }
        ? ["A parabola through 3 sizes meets the mean loss of each: it says nothing of the noise."] : [])
  }

  static func quantities(_ fit: ScalingFit) -> ReportTable {
    ReportTable(
      title: "Fitted numbers",
      caption:
        "In brackets \(ScalingInterval.formula); \(fit.draws) sets, seed \(String(fit.seed)), n = \(fit.count) runs. Runs: \(Resampling.runs.formula). Losses: \(Resampling.residuals.formula). –: fewer than \(ScalingInterval.fewestFitted) sets could be fitted.",
      corner: "number",
      columns: ["all runs", "runs drawn", "sets fitted", "losses drawn", "sets fitted"].map { .init(title: $0) },
      rows: fit.quantities.map { quantity in
        ReportTable.Row(
          header: quantity.name,
          cells: [.init(Format.compact(quantity.value))]
            + [(Resampling.runs, quantity.runs), (.residuals, quantity.residuals)].flatMap { kind, interval in
              [cell(interval), .init(quantity.fittedSets[kind.rawValue].map { "\($0) of \(fit.draws)" } ?? "–")]
            })
      },
      notes: [
        "N_opt, D_opt by budgets: \(ScalingFit.activatedFormula). E, A, α, B, β: \(ParametricLoss.formula). Cost: \(TokenCost.formula)."
      ])
  }

  private static func cell(_ interval: ScalingInterval?) -> ReportTable.Cell {
    guard let interval else { return .init("–") }
    var cell = ReportTable.Cell(Format.compact(interval.median))
    cell.detail = "[\(Format.compact(interval.lower)), \(Format.compact(interval.upper))]"
    return cell
  }

  static func plan(_ plan: ScalingFit.Plan) -> ReportTable {
    func cell(_ value: Double?) -> ReportTable.Cell { .init(value.map(Format.compact) ?? "–") }
    return ReportTable(
      title: "For \(Format.power(plan.flops)) FLOP",
      caption: plan.isWithinRuns ? "" : "Extrapolated: outside of the budgets that were fitted.", corner: "by",
      columns: [.init(title: "activated parameters"), .init(title: "tokens"), .init(title: "loss, nats per token")],
      rows: [
        .init(header: "isoFLOP", cells: [cell(plan.activatedParameters), cell(plan.tokens), .init("–")]),
        .init(
          header: "parametric",
          cells: [
            cell(plan.parametricActivatedParameters), cell(plan.parametricTokens),
            .init(plan.parametricLoss.map { Format.decimals($0, 4) } ?? "–"),
          ]),
      ])
  }

  static func runs(_ fit: ScalingFit) -> ReportTable {
    ReportTable(
      title: "Runs", caption: "Loss on held-out text.", corner: "run",
      columns: [
        "activated N", "all parameters", "tokens D", "FLOP", "nats per token", "bits per byte", "fit, nats per token",
        "seed",
      ].map { .init(title: $0) },
      rows: fit.runs.map { run in
        let record = run.record
        let fitted = fit.parametric.map { $0(activated: run.activated, tokens: run.tokens) }
        return ReportTable.Row(
          header: run.name,
          cells: [
            .init(Format.compact(run.activated)), .init(Format.compact(Double(record.parameters))),
            .init(Format.compact(run.tokens)), .init(Format.power(run.flops)), .init(Format.decimals(run.loss, 4)),
            .init(Format.decimals(record.heldOutBitsPerByte, 4)), .init(fitted.map { Format.decimals($0, 4) } ?? "–"),
            .init("\(record.seed)"),
          ])
      })
  }
}
