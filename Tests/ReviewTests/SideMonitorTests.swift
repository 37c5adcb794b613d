import Assurance
import Files
import Foundation
import Randomness
import Testing

@testable import Review

/// Is each monitor row counted once, in order, and does a side whose errors double stop?
@Suite struct SideMonitorTests {
  private static let conditions = SideConditions(
    now: SyntheticRows.now, latest: SyntheticRows.now, served: SyntheticRows.bindings, policy: 1, coinWait: 24 * 3600,
    agreement: LabelerAgreement(n: 0, same: 0), agreementFloor: 0.9)

  private func active() throws -> Side {
    var side = Side(task: "spam", label: "violation", since: SyntheticRows.now)
    _ = try side.activate(by: try SyntheticRows.certificate().1, Self.conditions)
    return side
  }

  private func row(
    _ sequence: Int, isWrong: Bool, isRepeated: Bool = false, origin: RowOrigin = .coinMonitor, isFinal: Bool = true,
    arrived: Date = SyntheticRows.now
  ) -> MonitorRow {
    MonitorRow(
      sequence: sequence, item: SyntheticRows.digest("row \(sequence)"),
      standing: RowStanding(origin: origin, isFinal: isFinal), arrived: arrived, isWrong: isWrong,
      isRepeated: isRepeated)
  }

  @Test func eachRowOnce() throws {
    var side = try active()
    for sequence in [1, 2, 2, 1, 5, 3, 5] { _ = try side.observe(row(sequence, isWrong: true), at: SyntheticRows.now) }
    #expect(side.detector?.count == 3 && side.detector?.losses == 3 && side.cursor == 5)
  }

  @Test func whatItDecidedBeforeItBeganAnewSaysNothing() throws {
    var side = try active()
    _ = try side.observe(row(1, isWrong: true, arrived: SyntheticRows.now - 1), at: SyntheticRows.now)
    #expect(side.detector?.count == 0 && side.cursor == 1)
  }

  @Test func aRepeatedRowIsPassedOver() throws {
    var side = try active()
    for sequence in 1...9 {
      _ = try side.observe(row(sequence, isWrong: true, isRepeated: true), at: SyntheticRows.now)
    }
    #expect(side.detector?.count == 0 && side.cursor == 9 && side.state == .active)
  }

  @Test(arguments: RowOrigin.allCases.filter { $0 != .coinMonitor })
  func noOtherRowMeasures(origin: RowOrigin) throws {
    var side = try active()
    #expect(throws: CertificationError.self) {
      _ = try side.observe(row(1, isWrong: true, origin: origin), at: SyntheticRows.now)
    }
    #expect(throws: CertificationError.self) {
      _ = try side.observe(row(1, isWrong: true, isFinal: false), at: SyntheticRows.now)
    }
    #expect(side.detector?.count == 0 && side.cursor == 0)
  }

  /// Six wrong ones in a row: amber on the way, then an alarm. Only a lead begins again.
  @Test func amberThenAlarm() throws {
    var (side, changes) = (try active(), [SideChange]())
    for sequence in 1...60 {
      if let change = try side.observe(row(sequence, isWrong: true), at: SyntheticRows.now) { changes.append(change) }
    }
    #expect(changes.map(\.to) == [.amber, .stopped] && changes.last?.reason == .alarm)
    let count = side.detector?.count
    #expect((2...12).contains(count ?? 0), "what follows an alarm is not counted: \(count ?? 0)")
    #expect(side.claim([log(0.02), log(0.98)], from: SyntheticRows.bindings) == nil)
  }

  @Test func anAlarmTakesThePlaceOfAMilderReason() throws {
    var side = try active()
    #expect(side.stop(.coinBacklog, at: SyntheticRows.now) != nil)
    #expect(side.stop(.novelty, at: SyntheticRows.now) == nil)
    #expect(side.stop(.alarm, at: SyntheticRows.now)?.reason == .alarm)
    #expect(side.stop(.stopSwitch, at: SyntheticRows.now) == nil && side.reason == .alarm)
  }

  /// The trap of a shift: errors double, from 5 of 100 allowed to 10.
  @Test func doubledErrorsStopIt() throws {
    for seed in UInt64(0)..<8 {
      var (side, random) = (try active(), RandomStream(seed: seed, "test", "shift"))
      var audits = 0
      while side.state.decides, audits < 3000 {
        audits += 1
        _ = try side.observe(row(audits, isWrong: random.uniform() < 0.1), at: SyntheticRows.now)
      }
      #expect(side.reason == .alarm && audits < 1500, "seed \(seed): \(audits) audits")
    }
  }

  @Test func whatALowErrorRateDoesNot() throws {
    for seed in UInt64(0)..<4 {
      var (side, random) = (try active(), RandomStream(seed: seed, "test", "good"))
      for audit in 1...1500 {
        _ = try side.observe(row(audit, isWrong: random.uniform() < 0.02), at: SyntheticRows.now)
      }
      #expect(side.state.decides, "seed \(seed): \(side.state)")
      // It was amber on the way, which good rows end.
      _ = side.check(Self.conditions)
      #expect(side.state == .active, "seed \(seed): \(side.state)")
    }
  }
}
