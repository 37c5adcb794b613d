import ArgumentParser
import Files
import Foundation
import Planning
import Pretraining
import Reports

/// `accrete plan-scale`: how large a model, and how many tokens, for a budget.
struct PlanScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan-scale",
    abstract:
      "Plan activated parameters and tokens for a budget: by Hunyuan-Large's law, or by one fitted to own small runs.",
    discussion: """
      With --compute alone: \(PublishedLaw.activatedFormula), \(PublishedLaw.tokensFormula) (arXiv 2411.02265, 2.3.1). With \
      --runs the same form is fitted to a folder of finished runs, each a folder with a metrics.json that has the key \
      `scaling`, and every number gets an interval. See docs/scaling.md.
      """)

  @Option(help: "C: the budget, in FLOP.")
  var compute: Double?

  @Option(help: "B: tokens of one optimizer step; with --critical-batch.")
  var batchTokens: Double?

  @Option(help: "B_crit: the critical batch size, in tokens.")
  var criticalBatch: Double?

  @Option(help: "Folder that holds the folders of finished runs.")
  var runs: String?

  @Flag(help: "Leave out folders that hold no finished pretraining run.")
  var skipOthers = false

  @Option(help: "Sets of runs that each interval draws.")
  var draws = 1000

  @Option(help: "Seed of the draws.")
  var seed: UInt64 = 0

  @Option(help: "Folder for scaling.json and scaling.html; with --runs.")
  var out: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard runs != nil || compute != nil else {
      throw ValidationError("give a budget with --compute FLOP, a folder of finished runs with --runs DIR, or both.")
    }
    guard (batchTokens == nil) == (criticalBatch == nil) else {
      throw ValidationError("--batch-tokens and --critical-batch belong together: C_min = C / (1 + B / B_crit).")
    }
    guard runs == nil || batchTokens == nil else {
      throw ValidationError("--batch-tokens and --critical-batch are of the published law; one fitted to runs is of C.")
    }
    guard runs != nil || (out == nil && !skipOthers) else {
      throw ValidationError("--out and --skip-others go with --runs DIR.")
    }
  }

  func run() throws {
    try Failure.reported {
      if let runs { return try fit(URL(fileURLWithPath: absolute(runs))) }
      guard let compute else { return }
      let batch = batchTokens.flatMap { tokens in criticalBatch.map { (tokens: tokens, critical: $0) } }
      let plan = try PublishedPlan(flops: compute, batch: batch)
      try Console.output(
        json ? String(decoding: try JSONFile.encode(plan), as: UTF8.self) : PublishedPlanText.render(plan))
    }
  }

  private func fit(_ folder: URL) throws {
    let (runs, skipped) = try ScalingRun.readAll(in: folder, skipOthers: skipOthers)
    let report = ScalingReport(
      try ScalingFit(runs, skipped: skipped, compute: compute, draws: draws, seed: seed))
    try Console.output(json ? String(decoding: try JSONFile.encode(report.fit), as: UTF8.self) : report.text)
    guard let out else { return }
    let target = URL(fileURLWithPath: absolute(out))
    try report.write(to: target)
    Console.error("scaling: \(target.appendingPathComponent("scaling.html").path)")
  }
}
