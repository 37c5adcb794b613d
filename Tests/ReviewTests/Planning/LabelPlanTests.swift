import Assurance
import Testing

@testable import Review

/// Does a plan say what the certificates will ask for?
@Suite struct LabelPlanTests {
  private func stream(prevalence: Double = 0.12, share: Double = 0.5) throws -> LabelPlan.Stream {
    try LabelPlan.Stream(
      itemsPerDay: 1000, prevalence: prevalence, coverage: 0.7, coinShare: share, doubleShare: 0.1, secondsPerItem: 18)
  }

  @Test func rowsDaysAndHours() throws {
    let plan = LabelPlan(try SideTarget(precision: 0.98, confidence: 0.95), try stream())
    #expect(plan.cases.count == 4)
    // A model that is never wrong: twice 149 rows, as the walk needs them to begin.
    let best = try #require(plan.cases.first)
    #expect(best.trueError == 0 && best.rows == 298 && best.wrongAllowed == 1)
    // 2 · 298 / (0.12 · 0.7) = 7,095.2; at half of all items 14,192 of them, a day 1,000; 200 an hour.
    #expect(best.coinRows == 7096 && best.items == 14_192 && abs(best.days - 14.192) < 1e-9)
    #expect(abs(best.coinHours - 7096 * 1.1 / 200) < 1e-9 && abs(best.allHours - (14_192 + 709.6) / 200) < 1e-9)
    #expect(plan.cases.map(\.rows) == [298, 523, 1390, 4263] && plan.cases.map(\.wrongAllowed) == [1, 5, 19, 70])
    for (one, next) in zip(plan.cases, plan.cases.dropFirst()) {
      #expect(one.rows < next.rows && one.items < next.items && one.days < next.days)
    }
  }

  @Test func aSmallerCoinTakesLongerAndNoMoreLabels() throws {
    let target = try SideTarget(precision: 0.98, confidence: 0.95)
    let (half, tenth) = (LabelPlan(target, try stream()), LabelPlan(target, try stream(share: 0.1)))
    for (one, other) in zip(half.cases, tenth.cases) {
      #expect(
        one.coinRows == other.coinRows && abs(other.days / one.days - 5) < 1e-3 && one.coinHours == other.coinHours)
    }
  }

  /// No number ends the process.
  @Test func extremes() throws {
    let plan = LabelPlan(try SideTarget(precision: 0.98, confidence: 0.95), try stream(prevalence: 1e-300))
    #expect(!plan.cases.isEmpty && plan.cases.allSatisfy { $0.items == .max && $0.coinRows == .max })
  }

  @Test(arguments: [0, -1, .nan, .infinity, 1.5] as [Double]) func whatIsNoShare(value: Double) throws {
    #expect(throws: AssuranceError.self) { try LabelPlan.Stream(itemsPerDay: 10, prevalence: value) }
    #expect(throws: AssuranceError.self) { try LabelPlan.Stream(itemsPerDay: 10, prevalence: 0.5, coinShare: value) }
    #expect(throws: AssuranceError.self) { try LabelPlan.Stream(itemsPerDay: 10, prevalence: 0.5, coverage: value) }
    if value != 1.5 {
      #expect(throws: AssuranceError.self) { try LabelPlan.Stream(itemsPerDay: value, prevalence: 0.5) }
    }
  }
}
