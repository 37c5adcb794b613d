import Foundation
import Registry
import TestSupport
import Testing

@testable import Serving

/// Are probabilities called calibrated only where enough gate rows say so?
@Suite struct CalibrationBoundTests {
  private func bound(
    ece: Double, n: Int?, gateRows: Int = 1_000_000, name: String = "ece", task: String = "spam"
  ) -> CalibrationBound? {
    CalibrationBound(
      [
        MetricRecord(name: "accuracy", task: "spam", value: 1, n: n),
        MetricRecord(name: name, task: task, value: ece, n: n),
      ],
      of: "spam", gateRows: gateRows)
  }

  /// The numbers by hand: √(ln 20 / 200) = 0.1224, √(ln 20 / 1200) = 0.0500.
  @Test func theBound() throws {
    #expect(abs(try #require(bound(ece: 0, n: 100)).value - 0.12239) < 1e-5)
    #expect(abs(try #require(bound(ece: 0.02, n: 600)).value - 0.06996) < 1e-5)
  }

  @Test func whatIsUnknown() {
    #expect(bound(ece: 0, n: 99) == nil && bound(ece: 0, n: nil) == nil && bound(ece: .nan, n: 500) == nil)
    // Of another task, or of another number.
    #expect(bound(ece: 0, n: 500, task: "other") == nil && bound(ece: 0, n: 500, name: "brier") == nil)
    // Rows that its manifest does not call gate rows may have taught it something.
    #expect(bound(ece: 0, n: 500, gateRows: 499) == nil && bound(ece: 0, n: 500, gateRows: 500) != nil)
    #expect(CalibrationBound([], of: "spam", gateRows: 500) == nil)
  }

  @Test(arguments: [
    (0.0, 100, false), (0.0, 149, false), (0.0, 150, true), (0.05, 150, false), (0.05, 600, true), (0.06, 600, false),
    (0.2, 1_000_000, false),
  ])
  func whatSuffices(_ ece: Double, _ n: Int, _ suffices: Bool) {
    #expect(CalibrationBound.suffices(bound(ece: ece, n: n)?.value) == suffices)
  }

  @Test func whatWasNotMeasuredDoesNotSuffice() { #expect(!CalibrationBound.suffices(nil)) }

  /// Confidences that are all 0.1 too high: the bound is not below that but one time in twenty.
  @Test func itHolds() throws {
    let error = 0.1
    var generator = SplitMix64(7)
    let (rounds, n) = (400, 200)
    var held = 0
    for _ in 0..<rounds {
      let confidences = (0..<n).map { _ in Double.random(in: 0.5...1, using: &generator) }
      let isRight = confidences.map { Double.random(in: 0..<1, using: &generator) < $0 - error }
      // Fifteen bins of equal width, as the reports have them.
      var bins = [Double](repeating: 0, count: 15)
      for (confidence, isRight) in zip(confidences, isRight) {
        bins[min(Int((confidence * 15).rounded(.up)) - 1, 14)] += (isRight ? 1 : 0) - confidence
      }
      let measured = bins.reduce(0) { $0 + abs($1) } / Double(n)
      if try #require(bound(ece: measured, n: n)).value >= error { held += 1 }
    }
    #expect(Double(held) >= 0.95 * Double(rounds), "\(held) of \(rounds)")
  }
}
