import Assurance
import Evolution
import Foundation
import Testing

/// Does a report say what results say, and the same for equal results?
@Suite struct SummaryTests {
  private func result(_ policy: SimulationPolicy, seed: UInt64, reviews: Int, decided: Int) -> SimulationResult {
    var result = SimulationResult(stream: "a|<b>", policy: policy, seed: seed)
    (result.items, result.reviews, result.decided, result.wrong) = (1000, reviews, decided, decided / 100)
    result.weeks = [
      SimulationResult.SideWeek(task: "t", label: "ok", week: 0, decided: decided, wrong: decided / 100, target: 0.98),
      SimulationResult.SideWeek(task: "t", label: "ok", week: 1, target: 0.98),
    ]
    result.recoveries = [SimulationResult.Recovery(kind: .prevalence, day: 20, items: seed == 0 ? nil : 400)]
    return result
  }

  private var results: [SimulationResult] {
    (0..<4).flatMap { seed in
      [
        result(.humanOnly, seed: seed, reviews: 1000, decided: 0),
        result(.ours, seed: seed, reviews: 500 + 10 * Int(seed), decided: 500),
      ]
    }
  }

  @Test func meansAndIntervalsAreThoseOfSeeds() throws {
    let summary = try SimulationSummary(results)
    #expect(summary.rows.map(\.policy) == [.ours, .humanOnly])
    #expect(summary.seeds == [0, 1, 2, 3])
    let (ours, human) = (summary.rows[0], summary.rows[1])
    #expect(abs((ours.cost.mean ?? 0) - 25.75) < 1e-9)
    // t(0.975, 3) = 3.18245; s = 0.5 · √(5/3)
    let half = 3.182446305 * 0.5 * (5.0 / 3).squareRoot() / 2
    #expect(abs((ours.cost.interval?.high ?? 0) - 25.75 - half) < 1e-6)
    #expect(ours.cost.isBelow(human.cost))
    #expect(!human.cost.isBelow(ours.cost))
    #expect(ours.precision.mean == 0.99)
    #expect(ours.weeksKept.mean == 1)
    #expect(human.precision.mean == nil)
    #expect(ours.recoveries.first?.items.seeds == 3)
  }

  @Test func equalResultsGiveEqualBytes() throws {
    let (one, other) = try (SimulationSummary(results), SimulationSummary(results.reversed()))
    #expect(one == other)
    #expect(one.markdown == other.markdown)
    #expect(one.page == other.page)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(one) == encoder.encode(other))
    #expect(try JSONDecoder().decode(SimulationSummary.self, from: encoder.encode(one)) == one)
  }

  @Test func namesCannotBreakThePage() throws {
    let summary = try SimulationSummary(results)
    #expect(!summary.page.contains("<b>"))
    #expect(summary.page.contains("25.75"))
    #expect(summary.markdown.contains("| ours |"))
  }

  @Test func streamsAreNotMixed() throws {
    #expect(throws: (any Error).self) { try SimulationSummary([]) }
    #expect(throws: (any Error).self) {
      try SimulationSummary([
        SimulationResult(stream: "a", policy: .ours, seed: 0), SimulationResult(stream: "b", policy: .ours, seed: 0),
      ])
    }
  }

  @Test func aStreamsFirstSidesNeedHalfOfIt() {
    #expect(SimulationPolicy.ours.coinShare(isAnySideActive: false) == 0.5)
    #expect(SimulationPolicy.ours.coinShare(isAnySideActive: true) == 0.1)
    #expect(SimulationPolicy.withoutCoin.coinShare(isAnySideActive: false) == 0)
  }
}
