import Foundation
import Testing

@testable import Planning

/// Are minima and laws found, and is a budget without a minimum named with its reason?
@Suite struct IsoFLOPTests {
  @Test func parabolasAreRecovered() throws {
    let fit = try ScalingFit(Synthetic.parabolas(), draws: 0)
    #expect(fit.minima.count == 3 && fit.failed.isEmpty)
    // Sizes and tokens are whole, so that budgets are not exactly powers of ten.
    for (minimum, flops) in zip(fit.minima, Synthetic.budgets) {
      #expect(abs(minimum.activatedParameters / (0.1 * flops.squareRoot()) - 1) < 1e-5)
      #expect(abs(minimum.loss - (10 - 0.2 * log(flops))) < 1e-5 && minimum.sizes == 3)
      #expect(abs(minimum.loss(at: minimum.activatedParameters) - minimum.loss) < 1e-12)
      #expect(abs(minimum.coefficients[2] - 0.05) < 1e-6)
    }
    #expect(abs(fit.activatedLaw.exponent - 0.5) < 1e-5 && abs(fit.activatedLaw.factor / 0.1 - 1) < 1e-3)
    #expect(abs(fit.cost.perParameter / 6 - 1) < 1e-9 && abs(fit.cost.constant / 1e5 - 1) < 1e-6)
    #expect(fit.cost.largestError < 1e-9)
    let flops = 4e13
    #expect(abs(fit.tokensLaw(flops) / (flops / (0.6 * flops.squareRoot() + 1e5)) - 1) < 0.02)
  }

  @Test func runsWithinFivePercentAreOneBudget() throws {
    func runs(_ flops: [Double]) throws -> [ScalingRun] {
      try flops.enumerated().map { number, flops in
        try Synthetic.run("r\(number)", activated: 100 + number, tokens: 1000, flops: flops, loss: 3)
      }
    }
    let grouped = ComputeBudget.grouped(try runs([1.049e9, 2e9, 1e9, 2.11e9]))
    #expect(grouped.map { $0.runs.map(\.name) } == [["r2", "r0"], ["r1"], ["r3"]])
    #expect(abs(grouped[0].flops - 1.049e9.squareRoot() * 1e9.squareRoot()) < 1)
    // One run after the other within 5 %, the ends not.
    let chain = ComputeBudget.grouped(try runs([1e9, 1.04e9, 1.08e9]))
    #expect(chain.count == 1 && !chain[0].isNarrow)
    guard case .failure(let failure) = IsoFLOPMinimum.fit(chain[0]) else {
      Issue.record("a minimum")
      return
    }
    #expect(failure.reason == .spread && failure.runs == 3)
  }

  /// One budget is broken, the other two carry the law.
  @Test(arguments: [
    ([2.0, 2, 2], BudgetFailure.Reason.notConvex), ([1, 2, 1], .notConvex),
    ([1, 2, 3], .notConvex), ([1, 2.9, 5], .minimumBelow),
    ([5, 2.9, 1], .minimumAbove),
  ])
  func budgetsWithoutAMinimum(losses: [Double], reason: BudgetFailure.Reason) throws {
    let others = try Synthetic.parabolas().filter { $0.flops > 2e13 }
    let broken = try zip([1e5, 2e5, 4e5], losses).map { size, loss in
      try Synthetic.run(
        "broken-\(size)", activated: Int(size), tokens: Int(1e13 / (6 * size)), flops: 1e13, loss: loss)
    }
    let fit = try ScalingFit(others + broken, draws: 0)
    #expect(fit.minima.count == 2 && fit.failed.map(\.reason) == [reason])
    #expect(fit.failed.first?.description.hasPrefix("Budget 1e13 FLOP (3 runs): ") == true)
    #expect(abs(fit.activatedLaw.exponent - 0.5) < 1e-4)
  }

  @Test func tooFewSizes() throws {
    let runs = try Synthetic.parabolas().filter { $0.name != "c10000000000000.0-n1.0" }
    let fit = try ScalingFit(runs, draws: 0)
    #expect(fit.failed.map(\.reason) == [.tooFewSizes] && fit.failed.first?.runs == 2)
  }

  @Test func lessThanTwoBudgets() throws {
    let one = try Synthetic.parabolas([1e13])
    let error = #expect(throws: ScalingError.self) { try ScalingFit(one, draws: 0) }
    #expect(error == .tooFewBudgets(fitted: 1, failed: []))
    let two = try Synthetic.parabolas([1e13]) + Synthetic.parabolas([4e13], sizes: [1, 2])
    let other = #expect(throws: ScalingError.self) { try ScalingFit(two, draws: 0) }
    #expect(other?.description.contains("1 of 2 budgets") == true)
    #expect(other?.description.contains("Budget 4e13 FLOP (2 runs): fewer than 3 different N") == true)
    #expect(throws: ScalingError.self) { try ScalingFit([], draws: 0) }
  }

  @Test func allOfOneSize() throws {
    let runs = try Synthetic.parabolas(sizes: [1]).enumerated().map { number, run in
      try Synthetic.run(
        "r\(number)", activated: 1000, tokens: run.record.tokens, flops: run.flops, loss: 2 + Double(number))
    }
    let error = #expect(throws: ScalingError.self) { try ScalingFit(runs, draws: 0) }
    #expect(error?.description.contains("all runs have the same N") == true)
  }
}
