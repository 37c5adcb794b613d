import Foundation
import Testing

@testable import Planning

/// Is a known L(N, D) found again, and its optimum?
@Suite struct ParametricTests {
  @Test func exactLossesAreRecovered() throws {
    let loss = try #require(ParametricFitting(try Synthetic.losses())?.fit())
    #expect(abs(loss.irreducible - Synthetic.e) < 1e-3, "\(loss)")
    #expect(
      abs(loss.sizeExponent - Synthetic.alpha) < 1e-3 && abs(loss.dataExponent - Synthetic.beta) < 1e-3, "\(loss)")
    #expect(abs(loss.sizeFactor / Synthetic.a - 1) < 0.02 && abs(loss.dataFactor / Synthetic.b - 1) < 0.02, "\(loss)")
    #expect(abs(loss(activated: 1e6, tokens: 1e7) - Synthetic.loss(1e6, 1e7)) < 1e-4)
  }

  /// Huber's loss lets one bad run change little.
  @Test func oneOutlierAmongMany() throws {
    var runs = try Synthetic.losses([1e13, 4e13, 1.6e14, 6.4e14], sizes: [0.3, 0.5, 1, 2, 3])
    runs[7] = runs[7].with(loss: runs[7].loss * 1.5)
    let loss = try #require(ParametricFitting(runs)?.fit())
    #expect(
      abs(loss.sizeExponent - Synthetic.alpha) < 0.02 && abs(loss.dataExponent - Synthetic.beta) < 0.02, "\(loss)")
  }

  @Test(arguments: Synthetic.budgets) func optimumIsThatOfTheSource(flops: Double) throws {
    let runs = try Synthetic.losses()
    let loss = try #require(ParametricFitting(runs)?.fit())
    let size = try #require(loss.optimalSize(flops: flops, cost: try TokenCost(runs)))
    #expect(abs(size / Synthetic.optimum(flops) - 1) < 0.01)
    #expect(abs(loss.optimalSizeExponent - Synthetic.beta / (Synthetic.alpha + Synthetic.beta)) < 2e-3)
  }

  @Test func tooLittleToFit() throws {
    let runs = try Synthetic.losses()
    #expect(ParametricFitting(Array(runs.prefix(5))) == nil)
    // Six runs, but the same pairs twice.
    #expect(ParametricFitting(Array(runs.prefix(3) + runs.prefix(3))) == nil)
    let sizes = try runs.enumerated().map { number, run in
      try Synthetic.run(
        run.name, activated: [1000, 2000][number % 2], tokens: run.record.tokens, flops: run.flops, loss: run.loss)
    }
    #expect(ParametricFitting(sizes) == nil)
  }

  /// A loss that does not fall with size or data has no exponents.
  @Test func lossThatNeverFalls() throws {
    let flat = try Synthetic.losses().map { $0.with(loss: 3) }
    #expect(ParametricFitting(flat)?.fit() == nil)
  }

  @Test func leastSquares() {
    #expect(
      LeastSquares.solve([[1, 0], [1, 1], [1, 2]], [1, 3, 5]).map { $0.map { ($0 * 1e9).rounded() / 1e9 } } == [1, 2])
    #expect(LeastSquares.solve([[1, 2], [2, 4], [3, 6]], [1, 2, 3]) == nil)
    #expect(LeastSquares.solve([[1, 2]], [1]) == nil && LeastSquares.solve([], []) == nil)
    #expect(LeastSquares.solve([[1, .nan], [1, 2]], [1, 2]) == nil)
  }
}
