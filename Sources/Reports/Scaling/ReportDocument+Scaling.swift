import Foundation
import Markup
import Planning

extension ReportDocument {
  /// What a scaling law says, and how far it can be trusted.
  init(_ fit: ScalingFit) {
    title = "Accrete scaling law"
    headline = "N_opt = \(Format.compact(fit.activatedLaw.factor)) C^\(Format.decimals(fit.activatedLaw.exponent, 3))"
    let budgets = Format.count(fit.minima.count, "budget")
    subtitle = "isoFLOP fit of \(Format.count(fit.count, "run")), \(budgets) with a minimum"
    warnings = Self.warnings(fit)
    findings = Self.findings(fit)
    cards = []
    sections = [
      Section(
        id: "budgets", title: "The best size for a budget",
        blocks: [
          .grid(
            [.chart(ScalingCharts.isoFLOP(fit)), .chart(ScalingCharts.law(fit))], width: LineChart.width),
          .table(ScalingTables.budgets(fit)),
        ]),
      fit.plan.map { Section(id: "plan", title: "The plan", blocks: [.table(ScalingTables.plan($0))]) },
      Section(id: "numbers", title: "Numbers and intervals", blocks: [.table(ScalingTables.quantities(fit))]),
      Section(id: "runs", title: "Runs", blocks: [.table(ScalingTables.runs(fit))]),
    ].compactMap(\.self)
    numbersFile = "scaling.json"
  }

  private static func warnings(_ fit: ScalingFit) -> [Phrase] {
    var warnings = fit.failed.map { failure -> Phrase in "\(strong: "Without a minimum:") \(failure.description)" }
    if !fit.skipped.isEmpty {
      warnings.append(
        "\(strong: "Left out,") because they are not finished pretraining runs: \(Format.list(fit.skipped)).")
    }
    if let plan = fit.plan, !plan.isWithinRuns {
      warnings.append(
        "\(strong: "Extrapolated:") \(Format.power(plan.flops)) FLOP lies outside of the budgets that were fitted (\(range(fit)) FLOP)."
      )
    }
    // Of one run for each size, a drawn set either lacks a size or is the same three runs again.
    if fit.minima.allSatisfy({ $0.runs.count == $0.sizes && $0.sizes == 3 }) {
      warnings.append(
        "\(strong: "Few runs:") each budget has one run of each of 3 sizes, so that drawn runs are the same three or cannot be fitted. What N_opt's intervals over drawn runs show is not the noise; look at those over drawn losses."
      )
    }
    if fit.cost.largestError > 0.02 {
      warnings.append(
        "\(strong: "Cost:") C / D is not a linear function of N: off by up to \(Format.percent(fit.cost.largestError)). D_opt is no better than that."
      )
    }
    if fit.parametric == nil {
      warnings.append(
        "\(strong: "No parametric fit:") the runs do not determine E, A, α, B and β (6 different pairs of N and D, and exponents from 0.01 to 3, are needed); without it no losses can be drawn again."
      )
    }
    return warnings
  }

  private static func range(_ fit: ScalingFit) -> String {
    let budgets = fit.minima.map(\.flops)
    return "\(Format.power(budgets.min() ?? 0)) to \(Format.power(budgets.max() ?? 0))"
  }

  private static func findings(_ fit: ScalingFit) -> [Phrase] {
    let (size, data, cost) = (fit.activatedLaw, fit.tokensLaw, fit.cost)
    // Where cost was counted as p N, what is fitted for q is rounding.
    let constant = abs(cost.constant) > 1e-6 * cost.perParameter ? " + \(Format.compact(cost.constant))" : ""
    var findings: [Phrase] = [
      "N_opt = \(Format.compact(size.factor)) · C^\(Format.decimals(size.exponent, 4)), D_opt = \(Format.compact(data.factor)) · C^\(Format.decimals(data.exponent, 4)), from \(range(fit)) FLOP. Hunyuan-Large printed 5.9e-3 · C_min^0.5305 and 3.2 · C_min^0.50, for other data, tokenizer and sizes.",
      "A token costs \(Format.compact(cost.perParameter)) N\(constant) FLOP (Hunyuan-Large: 9.59 N + 2.3e8).",
    ]
    if let loss = fit.parametric {
      findings.append(
        "L(N, D) = \(Format.decimals(loss.irreducible, 3)) + \(Format.compact(loss.sizeFactor)) / N^\(Format.decimals(loss.sizeExponent, 3)) + \(Format.compact(loss.dataFactor)) / D^\(Format.decimals(loss.dataExponent, 3)) nats per token; N_opt ∝ C^\(Format.decimals(loss.optimalSizeExponent, 3))."
      )
    }
    return findings
  }
}
