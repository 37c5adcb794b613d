import Foundation
import Testing

@testable import Review

@Suite struct ItemStandingTests {
  @Test func oneLabelDecidesAndTwoPeopleHaveToAgree() throws {
    let one = try QueueDesk()
    try one.submit(["a"])
    #expect(try one.label("a", "ok", by: QueueDesk.ann) == .decided)

    let two = try QueueDesk(QueueDesk.policy(people: 2))
    try two.submit(["a"])
    #expect(try two.label("a", "ok", by: QueueDesk.ann) == .second)
    #expect(try two.desk.take(QueueDesk.ann) == nil, "never twice the same person")
    #expect(try two.label("a", "ok", by: QueueDesk.bob) == .decided)
  }

  @Test func differingLabelsGoToALeadWhoHasNotVoted() throws {
    let queue = try QueueDesk(QueueDesk.policy(people: 2))
    try queue.submit(["a"])
    try queue.label("a", "ok", by: QueueDesk.lead)
    #expect(try queue.label("a", "violation", by: QueueDesk.bob) == .adjudicate)
    #expect(try queue.desk.take(QueueDesk.cid) == nil)
    #expect(try queue.desk.take(QueueDesk.lead) == nil)
    let other = Reviewer("max", isLead: true)
    let item = try #require(try queue.desk.take(other))
    #expect(item.votes.map(\.label) == ["ok", "violation"])
    #expect(try queue.desk.vote(ReviewAnswer(.label("violation")), on: "a", by: other) == .decided)
    #expect(try queue.value("SELECT kind FROM vote WHERE person = 'max'") == "adjudicate")
    queue.passUndo()
    #expect(try queue.desk.settle() == 1)
    #expect(try queue.value("SELECT label FROM item") == "violation")
  }

  @Test func whoDisagreesWithASideOrASureModelNeedsASecond() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    try queue.decideAutomatically("a", half: "monitor")
    #expect(try queue.label("a", "ok", by: QueueDesk.ann) == .second)
    #expect(try queue.label("a", "ok", by: QueueDesk.bob) == .decided)
    try queue.submit(["b"], probability: 0.995)
    #expect(try queue.label("b", "ok", by: QueueDesk.ann) == .second)
    try queue.submit(["c"], probability: 0.98)
    #expect(try queue.label("c", "ok", by: QueueDesk.ann) == .decided)
  }

  @Test func anAmberSideHasTwoPeopleAlsoForWhatCameBefore() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    try queue.sides { try $0.save(Side(task: "spam", label: "violation", since: $0.now)) }
    try queue.execute("UPDATE side SET state = 'amber'")
    #expect(try queue.label("a", "violation", by: QueueDesk.ann) == .second)
  }

  @Test func flagsAndTwoSkipsGoToALead() throws {
    let queue = try QueueDesk()
    try queue.submit(["a", "b"])
    try queue.make("a", "priority = 500")
    _ = try queue.desk.take(QueueDesk.ann)
    let flag = ReviewAnswer(.flag(reason: "a threat"))
    #expect(try queue.desk.vote(flag, on: "a", by: QueueDesk.ann) == .adjudicate)
    #expect(try queue.desk.take(QueueDesk.bob)?.id == "b")
    let skip = ReviewAnswer(.skip(reason: "unsure"))
    #expect(try queue.desk.vote(skip, on: "b", by: QueueDesk.bob) == .queued)
    #expect(try queue.desk.take(QueueDesk.bob) == nil)
    #expect(try queue.desk.take(QueueDesk.cid)?.id == "b")
    #expect(try queue.desk.vote(skip, on: "b", by: QueueDesk.cid) == .adjudicate)
    let seen = try (0..<2).compactMap { _ in try queue.desk.take(QueueDesk.lead) }
    #expect(seen.first { $0.id == "a" }?.votes.map(\.reason) == ["a threat"])
    // What people wrote is never in the audit.
    #expect(try queue.count("SELECT count(*) FROM audit WHERE detail LIKE '%threat%'") == 0)
  }

  @Test(arguments: [
    ReviewAnswer(.skip(reason: "")), ReviewAnswer(.skip(reason: " \n")),
    ReviewAnswer(.flag(reason: String(repeating: "a", count: ReviewAnswer.longestReason + 1))),
    ReviewAnswer(.label("Ok")), ReviewAnswer(.label("ok"), milliseconds: -1),
  ])
  func whatCannotBeIsRefused(_ answer: ReviewAnswer) throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    _ = try queue.desk.take(QueueDesk.ann)
    #expect(throws: ReviewError.self) { try queue.desk.vote(answer, on: "a", by: QueueDesk.ann) }
    #expect(try queue.state("a") == .queued)
  }

  @Test func aVoteKeepsWhatThePersonHadBeforeThem() throws {
    let queue = try QueueDesk()
    try queue.submit(["plain"])
    try queue.make("plain", "blind = 0")
    try queue.label("plain", "ok", by: QueueDesk.ann, saw: true)
    try queue.submit(["blind"])
    try queue.make("blind", "blind = 1")
    try queue.label("blind", "ok", by: QueueDesk.ann, saw: true)
    let kept = try queue.votes(on: [1, 2])
    #expect(kept.map(\.sawSuggestion) == [true, false], "of a blind row nobody was shown anything")
    #expect(kept.map(\.milliseconds) == [900, 900])
    #expect(kept.map(\.guideline) == ["g1", "g1"])
  }
}
