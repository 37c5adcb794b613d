import Foundation
import Testing

@testable import Assurance

/// Does a detector see a change when it should, and rarely when it should not?
@Suite struct ChangeDetectorTests {
  @Test func goldens() throws {
    let golden = try CertificationGolden.load()
    #expect(golden.detectors.count == 2)
    for expected in golden.detectors {
      var detector = try ChangeDetector(limit: expected.limit)
      #expect(detector.sum == 0 && detector.state == .quiet)
      for (loss, sum) in zip(expected.losses, expected.sums) {
        detector.observe(loss == "1")
        #expect(isClose(detector.sum, sum, relative: 1e-10), "loss \(detector.count): \(detector.sum), not \(sum)")
      }
      #expect(detector.count == expected.losses.count)
      #expect(detector.losses == expected.losses.count { $0 == "1" })
    }
  }

  /// By hand: after one loss Σ R is ¼ (1.5 + 2 + 3 + 5).
  @Test func byHand() throws {
    var detector = try ChangeDetector(limit: 0.02)
    detector.observe(true)
    #expect(isClose(detector.sum, 11.5 / 4))
    #expect(zip(detector.alternatives, [0.03, 0.04, 0.06, 0.1]).allSatisfy { isClose($0, $1) })
  }

  /// Losses until the alarm, run by run.
  private static func runs(_ count: Int, limit: Double, error: Double, runLength: Double, seed: UInt64) throws -> [Int]
  {
    var source = SplitMix(seed: seed)
    return try (0..<count).map { _ in
      var detector = try ChangeDetector(limit: limit, runLength: runLength)
      while detector.observe(source.share() < error) != .alarm {}
      return try #require(detector.alarmAt)
    }
  }

  /// At the limit itself the mean run is at least A; the mean of so many runs has its standard error.
  @Test func falseAlarmsAreRare() throws {
    let (count, seed): (Int, UInt64) = (200, 5)
    let runs = MeanInterval(try Self.runs(count, limit: 0.05, error: 0.05, runLength: 200, seed: seed).map(Double.init))
    let standardError = (runs.deviation ?? 0) / Double(count).squareRoot()
    #expect(runs.mean + 3 * standardError >= 200 && runs.mean < 600, "seed \(seed): mean run \(runs.mean)")
  }

  /// The medians of docs/assurance.md, which come from 20,000 runs, within the spread of 300.
  @Test(arguments: [(0.05, 2.0, 224.0), (0.05, 3, 85), (0.05, 5, 35), (0.02, 5, 80)])
  func changesAreSeen(limit: Double, factor: Double, median: Double) throws {
    let runs = try Self.runs(300, limit: limit, error: factor * limit, runLength: 10_000, seed: 7).sorted()
    #expect(abs(Double(runs[150]) / median - 1) < 0.15, "seed 7: median \(runs[150]), not \(median)")
  }

  /// Good times cost no power: after 2,000 of them a change is seen as quickly as at once.
  @Test func goodTimesCostNothing() throws {
    var (source, runs): (SplitMix, [Int]) = (SplitMix(seed: 11), [])
    for _ in 0..<60 {
      var detector = try ChangeDetector(limit: 0.05)
      for _ in 0..<500 { detector.observe(source.share() < 0.02) }
      while detector.observe(source.share() < 0.25) != .alarm {}
      runs.append(detector.count - 500)
    }
    #expect(runs.sorted()[30] < 50, "seed 11: \(runs.sorted())")
  }

  /// Amber comes before the alarm and goes with the evidence; an alarm stays.
  @Test func states() throws {
    var (detector, states): (ChangeDetector, [ChangeDetector.State]) = (
      try ChangeDetector(limit: 0.1, runLength: 100), []
    )
    for _ in 0..<2 { states.append(detector.observe(true)) }
    #expect(states == [.quiet, .amber], "\(detector.sum)")
    for _ in 0..<60 { detector.observe(false) }
    #expect(detector.state == .quiet)
    while detector.observe(true) != .alarm {}
    let alarm = try #require(detector.alarmAt)
    for _ in 0..<500 { detector.observe(false) }
    #expect(detector.state == .alarm && detector.alarmAt == alarm && detector.sum < 100)
  }

  @Test func manyLossesDoNotOverflow() throws {
    var detector = try ChangeDetector(limit: 1e-9, runLength: 1e12)
    for _ in 0..<5_000 { detector.observe(true) }
    #expect(detector.sum == 1e300 && detector.logSum.isFinite && detector.state == .alarm)
    let back = try JSONDecoder().decode(ChangeDetector.self, from: JSONEncoder().encode(detector))
    #expect(back == detector)
  }

  /// A limit under which five times as much is no share: the odds are multiplied.
  @Test func frequentEvents() throws {
    for limit in [0.2, 0.5, 0.9] {
      var detector = try ChangeDetector(limit: limit)
      #expect(detector.alternatives.allSatisfy { limit < $0 && $0 < 1 })
      for _ in 0..<400 { detector.observe(true) }
      #expect(detector.state == .alarm)
    }
  }

  @Test func aLimitFromRows() throws {
    let reference = try Proportion(successes: 20, n: 1000)
    let detector = try ChangeDetector(above: reference)
    #expect(detector.limit == reference.upperBound(error: 0.01) && detector.limit > 0.02)
    #expect(throws: AssuranceError.self) { try ChangeDetector(above: Proportion(successes: 0, n: 0)) }
  }

  @Test func anInterruptedOneGoesOn() throws {
    var source = SplitMix(seed: 3)
    var (one, other) = (try ChangeDetector(limit: 0.05), try ChangeDetector(limit: 0.05))
    #expect(try JSONDecoder().decode(ChangeDetector.self, from: JSONEncoder().encode(one)) == one)
    for _ in 0..<50 {
      let isLoss = source.share() < 0.1
      one.observe(isLoss)
      other = try JSONDecoder().decode(ChangeDetector.self, from: JSONEncoder().encode(other))
      other.observe(isLoss)
    }
    #expect(one == other)
  }

  @Test func hostileState() throws {
    let texts = [
      #"{"limit":0.02,"runLength":10000,"count":0,"losses":1,"logs":[0,0,0,0]}"#,
      #"{"limit":0.02,"runLength":10000,"count":-1,"losses":0,"logs":[0,0,0,0]}"#,
      #"{"limit":0.02,"runLength":10000,"count":1,"losses":0,"logs":[0,0,0]}"#,
      #"{"limit":0.02,"runLength":10000,"count":1,"losses":0,"logs":[0,0,0,-5]}"#,
      #"{"limit":0.02,"runLength":10000,"count":1,"losses":0,"alarmAt":2,"logs":[0,0,0,0]}"#,
      #"{"limit":2,"runLength":10000,"count":0,"losses":0,"logs":[0,0,0,0]}"#,
      #"{"limit":0.02,"runLength":1,"count":0,"losses":0,"logs":[0,0,0,0]}"#,
    ]
    for text in texts {
      #expect(throws: AssuranceError.self, "\(text)") {
        try JSONDecoder().decode(ChangeDetector.self, from: Data(text.utf8))
      }
    }
    for number in [0, 1, -1, Double.nan, .infinity] {
      #expect(throws: AssuranceError.self) { try ChangeDetector(limit: number) }
    }
    for number in [1, 0, Double.nan, .infinity] {
      #expect(throws: AssuranceError.self) { try ChangeDetector(limit: 0.02, runLength: number) }
    }
  }
}
