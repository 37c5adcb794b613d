import Foundation
import Randomness
import Testing

@testable import Planning

/// Do intervals cover, are they the same for a seed, and is what could not be fitted counted?
@Suite struct ScalingFitTests {
  /// Each drawn set takes one number of the stream for each run, which is one of the runs.
  @Test func drawsAreTheProjectsStream() throws {
    let runs = try Synthetic.losses()
    guard let sample = Resampling.runs.sampler(runs, nil) else {
      Issue.record("nothing to draw from")
      return
    }
    var draws = RandomStream(seed: 0, "order", "agnews", "2")
    // The high digits of 9064224454163206052 · 9 and 6094256754015774494 · 9, the stream's first numbers: 4 and 2.
    let (first, second) = (sample(&draws), sample(&draws))
    #expect(runs.count == 9 && first.count == 9 && first.prefix(2) == [runs[4], runs[2]])
    #expect(second.count == 9 && second != first)
  }

  @Test func sameSeedSameBits() throws {
    var noise = Noise(seed: 3)
    let runs = try Synthetic.losses { 1e-3 * noise.next() }
    let one = try JSONEncoder.sorted.encode(ScalingFit(runs, compute: 1e15, draws: 60, seed: 5))
    let other = try JSONEncoder.sorted.encode(ScalingFit(runs.reversed(), compute: 1e15, draws: 60, seed: 5))
    #expect(try one == JSONEncoder.sorted.encode(ScalingFit(runs, compute: 1e15, draws: 60, seed: 5)))
    #expect(try one != JSONEncoder.sorted.encode(ScalingFit(runs, compute: 1e15, draws: 60, seed: 6)))
    // The order of the runs is part of what is drawn from, and the reader sorts them.
    #expect(one != other)
  }

  /// The interval of 20 sets of noisy runs should miss the true exponent once or twice; percentiles of few runs miss a bit more often.
  @Test func intervalsCover() throws {
    let exponent = Synthetic.beta / (Synthetic.alpha + Synthetic.beta)
    var covered = 0
    for seed in 0..<20 {
      var noise = Noise(seed: UInt64(seed))
      let runs = try Synthetic.losses(sizes: [0.4, 0.6, 1, 1.6, 2.5]) { 1e-3 * noise.next() }
      let fit = try ScalingFit(runs, draws: 60, seed: UInt64(seed))
      let interval = try #require(fit.quantities.first { $0.name == ScalingFit.exponentName }?.residuals)
      #expect(interval.lower < interval.median && interval.median < interval.upper)
      covered += (interval.lower...interval.upper).contains(exponent) ? 1 : 0
    }
    #expect(covered >= 16, "\(covered) of 20")
  }

  /// What nine runs with one of each size can say: drawn runs that can be fitted are the same runs.
  @Test func nineRuns() throws {
    var noise = Noise(seed: 1)
    let fit = try ScalingFit(Synthetic.losses { 1e-3 * noise.next() }, compute: 1e15, draws: 400, seed: 1)
    let size = try #require(fit.quantities.first { $0.name.hasPrefix("N_opt at ") })
    let runs = try #require(size.runs)
    #expect(runs.isEmpty && runs.fitted < 200 && runs.fitted == size.fittedSets["runs"] && runs.draws == 400)
    let residuals = try #require(size.residuals)
    #expect(
      !residuals.isEmpty && residuals.fitted <= 400 && residuals.lower < size.value && size.value < residuals.upper)
    #expect(fit.quantities.map(\.name).contains("planned D_opt at 1e15 FLOP, parametric"))
    #expect(fit.curveResampling == .residuals && fit.curve.count == 13)
    #expect(fit.curve.allSatisfy { $0.interval.map { $0.lower <= $0.upper } ?? false })
    let first = try #require(fit.curve.first)
    let low = try #require(fit.minima.first)
    #expect(abs(first.flops / (low.flops / 2) - 1) < 1e-9)
  }

  @Test func withoutAParametricFit() throws {
    // Losses that rise with N and D everywhere but around the minimum have no such law.
    let fit = try ScalingFit(
      Synthetic.parabolas([1e13, 4e13], sizes: [0.5, 1, 2]).map {
        $0.with(loss: $0.loss + 100 * ($0.flops > 2e13 ? 1 : 0))
      }, draws: 50)
    #expect(fit.parametric == nil && fit.curveResampling == .runs)
    #expect(fit.quantities.allSatisfy { $0.residuals == nil && !$0.name.contains("α") })
  }

  @Test func plan() throws {
    let runs = try Synthetic.losses(sizes: [0.8, 1, 1.25])
    let plan = try #require(try ScalingFit(runs, compute: 1e14, draws: 0).plan)
    #expect(abs(plan.activatedParameters / Synthetic.optimum(1e14) - 1) < 0.02 && plan.isWithinRuns)
    #expect(abs(plan.activatedParameters * plan.tokens * 6 / 1e14 - 1) < 1e-6)
    let parametric = try #require(plan.parametricActivatedParameters)
    let tokens = try #require(plan.parametricTokens)
    #expect(abs(parametric / Synthetic.optimum(1e14) - 1) < 0.02)
    #expect(abs(try #require(plan.parametricLoss) - Synthetic.loss(parametric, tokens)) < 1e-3)
    #expect(try ScalingFit(runs, compute: 1e16, draws: 0).plan?.isWithinRuns == false)
    #expect(try ScalingFit(runs, compute: 1e12, draws: 0).plan?.isWithinRuns == false)
  }

  @Test(arguments: [0.0, -1, .nan, .infinity, 1e41]) func budgetsThatCannotBe(flops: Double) throws {
    let runs = try Synthetic.parabolas()
    #expect(throws: ScalingError.self) { try ScalingFit(runs, compute: flops, draws: 0) }
  }

  @Test(arguments: [-1, 100_001, .max]) func drawsThatCannotBe(draws: Int) throws {
    let runs = try Synthetic.parabolas()
    #expect(throws: ScalingError.self) { try ScalingFit(runs, draws: draws) }
  }

  @Test func fewValuesHaveNoInterval() {
    #expect(ScalingInterval((0..<39).map(Double.init), draws: 100) == nil)
    let interval = ScalingInterval((0..<100).map(Double.init).reversed(), draws: 120)
    #expect(interval?.lower == 2 && interval?.median == 50 && interval?.upper == 97)
    #expect(interval?.fitted == 100 && interval?.draws == 120 && interval?.isEmpty == false)
  }
}

extension JSONEncoder {
  fileprivate static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return encoder
  }
}
