import ArgumentParser
import Files
import Foundation
import Planning
import Pretraining
import Reports

/// `accrete plan-rate`: the learning rates of shared parameters and routed experts.
struct PlanRateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan-rate",
    abstract:
      "Plan the learning rate of routed experts beside that of shared parameters, from the tokens that each sees.",
    discussion: """
      \(SurgeRule.ratioFormula), n = E / K (Hunyuan-Large, arXiv 2411.02265, equation 1; Li et al., arXiv 2405.14578). Routed \
      experts get ρ times the learning rate of what sees every token. Without --noise-scale and --ratio-batch, x is the 0.26 that the \
      paper's 0.31 implies for 16 experts. See docs/scaling.md.
      """)

  @Option(help: "B: tokens of one optimizer step.")
  var batchTokens: Int

  @Option(help: "E: routed experts of a layer.")
  var experts: Int

  @Option(help: "K: how many of them a token goes to.")
  var active: Int

  @Option(help: "B_noise, in tokens, as measured.")
  var noiseScale: Double?

  @Option(help: "x = B / B_noise, instead of --noise-scale.")
  var ratioBatch: Double?

  @Option(help: "Peak learning rate of the shared parameters at this batch size.")
  var learningRate: Double?

  @Option(help: .hidden)
  var rate: Double?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard rate == nil || learningRate == nil else {
      throw ValidationError("--rate is the name of --learning-rate in earlier versions: give one of them.")
    }
    guard noiseScale == nil || ratioBatch == nil else {
      throw ValidationError("--ratio-batch is instead of --noise-scale: both give x = B / B_noise.")
    }
  }

  func run() throws {
    try Failure.reported {
      let noise: RatePlan.Noise =
        noiseScale.map { .scale($0) } ?? ratioBatch.map { .relativeBatch($0) } ?? .unknown
      let plan = try RatePlan(
        batchTokens: batchTokens, experts: experts, active: active, noise: noise, sharedRate: learningRate ?? rate)
      try Console.output(json ? String(decoding: try JSONFile.encode(plan), as: UTF8.self) : RatePlanText.render(plan))
    }
  }
}
