import Foundation
import Testing

@testable import Review

@Suite struct UndoTests {
  private let nothing = ReviewError.nothingToUndo(person: "ann")

  @Test func aDecidedItemIsThePersonsAgain() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    try queue.label("a", "ok", by: QueueDesk.ann)
    let undone = try queue.desk.undo(by: QueueDesk.ann)
    #expect(undone.item == "a")
    #expect(undone.label == "ok")
    #expect(undone.shown?.id == "a")
    #expect(try queue.desk.vote(ReviewAnswer(.label("violation")), on: "a", by: QueueDesk.ann) == .decided)
    // Nothing is removed: a label, who took it back, and the other label.
    #expect(
      try queue.value("SELECT group_concat(kind) FROM (SELECT kind FROM vote ORDER BY number)") == "label,undo,label")
  }

  @Test func itEndsAfterTenMinutes() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    try queue.label("a", "ok", by: QueueDesk.ann)
    queue.clock.turn(by: 599)
    #expect(try queue.desk.settle() == 0)
    #expect(try queue.desk.queueStatus(for: QueueDesk.ann).undoable == 1)
    queue.clock.turn(by: 1)
    #expect(throws: nothing) { try queue.desk.undo(by: QueueDesk.ann) }
    #expect(try queue.desk.settle() == 1)
    #expect(throws: nothing) { try queue.desk.undo(by: QueueDesk.ann) }
  }

  @Test func itGoesBackOverTheLastTen() throws {
    let queue = try QueueDesk()
    try queue.submit((0..<12).map { "item \($0)" })
    for _ in 0..<12 {
      let item = try #require(try queue.desk.take(QueueDesk.ann))
      try queue.desk.vote(ReviewAnswer(.label("ok")), on: item.id, by: QueueDesk.ann)
    }
    let undone = try (0..<10).map { _ in try queue.desk.undo(by: QueueDesk.ann).item }
    #expect(Set(undone).count == 10)
    #expect(throws: nothing) { try queue.desk.undo(by: QueueDesk.ann) }
  }

  @Test func theFirstOfTwoMayStillUndo() throws {
    let queue = try QueueDesk(QueueDesk.policy(people: 2))
    try queue.submit(["a"])
    try queue.label("a", "ok", by: QueueDesk.ann)
    #expect(try queue.state("a") == .second)
    _ = try queue.desk.undo(by: QueueDesk.ann)
    #expect(try queue.state("a") == .queued)
    try queue.desk.vote(ReviewAnswer(.label("ok")), on: "a", by: QueueDesk.ann)
    try queue.label("a", "violation", by: QueueDesk.bob)
    #expect(try queue.state("a") == .adjudicate)
    let undone = try queue.desk.undo(by: QueueDesk.ann)
    #expect(undone.shown?.id == "a")
    #expect(try queue.state("a") == .second)
    #expect(try queue.desk.vote(ReviewAnswer(.label("violation")), on: "a", by: QueueDesk.ann) == .decided)
  }

  @Test func whatAnotherPersonHasStaysTheirs() throws {
    let queue = try QueueDesk(QueueDesk.policy(people: 2))
    try queue.submit(["a"])
    try queue.label("a", "ok", by: QueueDesk.ann)
    #expect(try queue.desk.take(QueueDesk.bob)?.id == "a")
    #expect(try queue.desk.undo(by: QueueDesk.ann).shown == nil)
    #expect(try queue.desk.vote(ReviewAnswer(.label("ok")), on: "a", by: QueueDesk.bob) == .second)
    #expect(try queue.label("a", "ok", by: QueueDesk.ann) == .decided)
  }

  @Test func skipsFlagsAndAdjudicationsAreTakenBack() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    _ = try queue.desk.take(QueueDesk.ann)
    try queue.desk.vote(ReviewAnswer(.skip(reason: "unsure")), on: "a", by: QueueDesk.ann)
    #expect(try queue.desk.undo(by: QueueDesk.ann).kind == .skip)
    try queue.desk.vote(ReviewAnswer(.flag(reason: "look")), on: "a", by: QueueDesk.ann)
    #expect(try queue.label("a", "ok", by: QueueDesk.lead) == .decided)
    #expect(try queue.desk.undo(by: QueueDesk.lead).kind == .adjudicate)
    #expect(try queue.state("a") == .adjudicate)
    #expect(try queue.desk.undo(by: QueueDesk.ann).kind == .flag)
    #expect(try queue.state("a") == .queued)
  }

  @Test func othersVotesAreNotOnesOwn() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    try queue.label("a", "ok", by: QueueDesk.bob)
    #expect(throws: nothing) { try queue.desk.undo(by: QueueDesk.ann) }
  }
}
