import Markup
public import Planning

/// The learning rates of a plan as plain text for a terminal.
public enum RatePlanText {
  public static func render(_ plan: RatePlan) -> String {
    let x = Format.compact(plan.relativeBatch)
    let from =
      switch plan.relativeBatchFrom {
      case .noiseScale: "x = B / B_noise = \(x), from the noise scale of \(Format.compact(plan.noiseScale)) tokens"
      case .ratioBatch: "x = B / B_noise = \(x), as given: a noise scale of \(Format.compact(plan.noiseScale)) tokens"
      case .paper:
        "x = B / B_noise = \(x): the value that Hunyuan-Large's ratio of 0.31 for 16 experts implies, not one of this model; measure it and give --noise-scale or --ratio-batch"
      }
    var lines = [
      "batch B = \(plan.batchTokens) tokens; \(plan.active) of \(plan.experts) experts for each token: n = E / K = \(Format.compact(plan.parts)), \(Format.compact(plan.expertTokens)) tokens for each expert if all are used equally",
      from, "ratio ρ = \(Format.decimals(plan.ratio, 4)): rate of routed experts / rate of shared parameters",
    ]
    if let shared = plan.sharedRate, let routed = plan.routedRate, let largest = plan.largestRate {
      lines += [
        "rate of shared parameters: \(Format.power(shared)), as given",
        "rate of routed experts: \(Format.power(routed))",
        "rate of shared parameters at B = B_noise, the largest by the rule: \(Format.power(largest))",
      ]
    }
    let table = ReportTable(
      title: "Ratio for other n", caption: Phrase(SurgeRule.ratioFormula), corner: "n = E / K",
      columns: [.init(title: "ρ at x = \(x)"), .init(title: "small batches, x → 0")],
      rows: plan.table.map { row in
        .init(
          header: Format.compact(row.parts) + (row.parts == plan.parts ? " (this plan)" : ""),
          cells: [.init(Format.decimals(row.ratio, 4)), .init(Format.decimals(row.smallBatchRatio, 4))])
      })
    return lines.joined(separator: "\n") + "\n\n" + SummaryText.render(table)
  }
}

/// What the published law says of a budget, as plain text for a terminal.
public enum PublishedPlanText {
  public static func render(_ plan: PublishedPlan) -> String {
    let minimal =
      plan.minimalFlops == plan.flops
      ? "C_min = C (no batch size given)"
      : "C_min = \(Format.power(plan.minimalFlops)) FLOP (\(PublishedLaw.minimalFlopsFormula))"
    return """
      compute C = \(Format.power(plan.flops)) FLOP; \(minimal)
      activated parameters: \(Format.compact(plan.activatedParameters))   \(PublishedLaw.activatedFormula)
      tokens: \(Format.compact(plan.tokens))   \(PublishedLaw.tokensFormula)
      cost of both: \(Format.power(plan.flopsOfBoth)) FLOP   \(PublishedLaw.flopsFormula)
      \(plan.note)
      Hunyuan-Large's law as printed (arXiv 2411.02265, 2.3.1), for its data, tokenizer and code. Fit your own with --runs.
      """
  }
}
