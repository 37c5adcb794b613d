import Assurance
import Foundation
import Randomness
import Testing

@testable import Evolution

/// Do watches sound where something rose, and hardly elsewhere?
@Suite struct WatchTests {
  private func itemsUntilAlarm(_ share: Double, reference: Proportion, most: Int, seed: UInt64) throws -> Int? {
    var watch = try ShareWatch(.unknown, reference: reference)
    var stream = RandomStream(seed: seed, "test", "watch")
    for item in 1...most where watch.observe(stream.isTrue(share)) { return item }
    return nil
  }

  @Test func aRisenShareIsSeen() throws {
    let reference = try Proportion(successes: 20, n: 1000)
    for seed in 0..<10 as Range<UInt64> {
      let items = try #require(try itemsUntilAlarm(0.12, reference: reference, most: 2000, seed: seed), "seed \(seed)")
      #expect(items < 600, "seed \(seed)")
    }
  }

  @Test func theSameShareIsLeftAlone() throws {
    let reference = try Proportion(successes: 700, n: 1000)
    var alarms = 0
    for seed in 0..<10 as Range<UInt64> {
      if try itemsUntilAlarm(0.7, reference: reference, most: 1000, seed: seed) != nil { alarms += 1 }
    }
    // At most one in ten by the run length of 10,000.
    #expect(alarms <= 3, "seeds 0 … 9")
  }

  @Test func anAlarmIsToldOnce() throws {
    var watch = try ShareWatch(.human, reference: Proportion(successes: 1, n: 1000))
    let told = (0..<100).count { _ in watch.observe(true) }
    #expect(told == 1)
    #expect(watch.isAlarm)
    let again = try JSONDecoder().decode(ShareWatch.self, from: JSONEncoder().encode(watch))
    #expect(again == watch)
    #expect(throws: (any Error).self) { try ShareWatch(.unknown, reference: Proportion(successes: 0, n: 0)) }
  }

  /// Tests of equal and of different samples.
  private func test(changed: Bool) throws -> TwoSampleTest {
    var stream = RandomStream(seed: 5, "test", "watch", "\(changed)")
    func rows(_ middle: Float) throws -> FeatureRows {
      try FeatureRows((0..<80).map { _ in (0..<4).map { _ in Float(stream.share()) + middle } })
    }
    return try #require(try TwoSampleTest(reference: rows(0), now: rows(changed ? 1 : 0), seed: 1))
  }

  @Test func twoOfThreeDaysCount() throws {
    let (same, changed) = (try test(changed: false), try test(changed: true))
    #expect(same.p > CovariateWatch.level && changed.p < CovariateWatch.level)
    func isAlarm(_ days: [(Int, Bool)]) -> Bool {
      var watch = CovariateWatch()
      for (day, isChanged) in days { watch.take(isChanged ? changed : same, day: day) }
      return watch.isAlarm
    }
    #expect(!isAlarm([]))
    #expect(!isAlarm([(1, true)]))
    #expect(isAlarm([(1, true), (2, true)]))
    #expect(isAlarm([(1, true), (2, false), (3, true)]))
    #expect(!isAlarm([(1, true), (2, false), (3, false), (4, true)]))
    #expect(!isAlarm([(1, true), (5, true)]))
    #expect(!isAlarm([(3, true), (3, true), (2, true)]))
  }
}
