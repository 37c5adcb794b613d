import Files
import Foundation
import Testing

@testable import Review

/// Does a side decide only while everything says that it may, and is the next item a person's otherwise?
@Suite struct SideTests {
  private static let good = SideConditions(
    now: SyntheticRows.now, latest: SyntheticRows.now, served: SyntheticRows.bindings, policy: 3,
    oldestCoinRow: SyntheticRows.now.addingTimeInterval(-3600), coinWait: 24 * 3600,
    agreement: LabelerAgreement(n: 50, same: 48), agreementFloor: 0.9)
  private static let sure = [log(0.02), log(0.98)]

  private func active() throws -> Side {
    var side = Side(task: "spam", label: "violation", since: SyntheticRows.now)
    let changes = try side.activate(by: try SyntheticRows.certificate().1, Self.good)
    #expect(changes.map(\.to) == [.active])
    return side
  }

  private func isAutomatic(_ side: Side) -> Bool { side.claim(Self.sure, from: SyntheticRows.bindings) != nil }

  @Test func itDecidesWhatScoresHighEnoughForItsModels() throws {
    let side = try active()
    let tau = try #require(side.certificate).certificate.tau
    #expect(isAutomatic(side))
    #expect(side.claim([log(1 - tau + 0.001), log(tau - 0.001)], from: SyntheticRows.bindings) == nil)
    #expect(side.claim(Self.sure, from: SyntheticRows.otherBindings) == nil, "other models gave the scores")
    #expect(side.claim([.nan, 0], from: SyntheticRows.bindings) == nil)
    #expect(side.claim([0], from: SyntheticRows.bindings) == nil)
    #expect(!isAutomatic(Side(task: "spam", label: "violation", since: SyntheticRows.now)))
  }

  /// Ten causes and the policy; the alarm and what a person revokes have tests of their own.
  static let causes: [(StopReason, @Sendable (inout SideConditions) -> Void)] = [
    (.digestChanged, { $0.served = SyntheticRows.otherBindings }), (.digestChanged, { $0.served = nil }),
    (
      .expiredByTime,
      {
        $0.now += 14 * 86_400
        $0.latest = $0.now
        $0.oldestCoinRow = nil
      }
    ),
    (.coinBacklog, { $0.oldestCoinRow = $0.now.addingTimeInterval(-24 * 3600 - 1) }),
    (.agreement, { $0.agreement = LabelerAgreement(n: 50, same: 44) }), (.novelty, { $0.hasNovelty = true }),
    (.coinKeyMissing, { $0.hasCoinKey = false }),
    (.clockMovedBack, { $0.latest = $0.now.addingTimeInterval(61) }), (.stopSwitch, { $0.isStoppedByHand = true }),
    (.policyChanged, { $0.policy += 1 }),
  ]

  @Test(arguments: causes.indices)
  func eachCauseMakesTheNextItemAPersons(index: Int) throws {
    let (reason, apply) = Self.causes[index]
    var side = try active()
    var conditions = Self.good
    #expect(side.check(conditions) == nil && isAutomatic(side))
    apply(&conditions)
    let change = side.check(conditions)
    let stopped = try #require(change)
    #expect(stopped.to == .stopped && stopped.reason == reason && stopped.at == conditions.now)
    #expect(!isAutomatic(side) && side.state == .stopped && side.reason == reason)
    #expect(side.check(Self.good) == nil, "it does not go on by itself")
    #expect(!isAutomatic(side))
  }

  @Test func everyCauseHasATest() {
    let tested = Set(Self.causes.map(\.0)).union([.alarm, .expiredByItems, .revoked])
    #expect(tested == Set(StopReason.allCases))
  }

  @Test func atTheLimitsItGoesOn() throws {
    var side = try active()
    var conditions = Self.good
    conditions.oldestCoinRow = conditions.now.addingTimeInterval(-24 * 3600)
    conditions.latest = conditions.now.addingTimeInterval(60)
    conditions.agreement = LabelerAgreement(n: 50, same: 45)
    #expect(side.check(conditions) == nil && isAutomatic(side))
    conditions.agreement = LabelerAgreement(n: 19, same: 0)
    #expect(side.check(conditions) == nil, "so few rows say nothing of people")
  }

  @Test func itsItemsAreUsedUp() throws {
    var random = try active()
    let items = try #require(random.certificate).certificate.expires.items
    random.decided = items - 1
    #expect(random.check(Self.good) == nil)
    random.countDecision()
    #expect(random.check(Self.good)?.reason == .expiredByItems && !isAutomatic(random))
  }

  @Test func twoSidesThatClaimOneItemLeaveItToAPerson() throws {
    let side = try active()
    #expect([side].claim(Self.sure, from: SyntheticRows.bindings)?.index == 0)
    #expect([side, side].claim(Self.sure, from: SyntheticRows.bindings) == nil)
    #expect([Side]().claim(Self.sure, from: SyntheticRows.bindings) == nil)
  }

  @Test func labelsThatAreNoLongerAsFrequentMakeItAmber() throws {
    var side = try active()
    #expect([side].coinShare(0.02) == 0.02)
    var conditions = Self.good
    conditions.hasLabelShift = true
    #expect(side.check(conditions)?.to == .amber && isAutomatic(side))
    #expect([side].coinShare(0.02) == 0.04 && [side].coinShare(0.7) == 1)
    #expect(side.check(Self.good)?.to == .active)
  }
}
