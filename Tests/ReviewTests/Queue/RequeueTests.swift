import Foundation
import Testing

@testable import Review

@Suite struct RequeueTests {
  @Test func aReleasesAutomaticDecisionsGoToPeople() throws {
    let queue = try QueueDesk()
    let (old, new) = ((0..<70).map { "old \($0)" }, ["new"])
    try queue.submit(old, release: 3)
    try queue.submit(new, release: 4)
    for id in old.dropLast() + new { try queue.decideAutomatically(id) }
    // With people already.
    #expect(try queue.state("old 69") == .queued)
    #expect(try queue.desk.requeue(release: 3, actor: "lea") == 69)
    #expect(try queue.state("old 0") == .queued)
    #expect(try queue.state("new") == .automatic)
    #expect(try queue.desk.requeue(release: 3, actor: "lea") == 0)
    // What its sender was told holds until people say otherwise.
    #expect(try queue.desk.decision(of: "old 0")?.label == "violation")
  }

  @Test func itemsWithoutTextAndThoseOfPeopleStay() throws {
    let queue = try QueueDesk()
    try queue.submit(["a", "b", "c"])
    try queue.decideAutomatically("a")
    try queue.decideAutomatically("b")
    try queue.execute("DELETE FROM content WHERE item = (SELECT number FROM item WHERE id = 'b')")
    #expect(try queue.desk.requeue(["a", "b", "c"], actor: "lea") == 1)
    #expect(try queue.state("b") == .automatic)
    #expect(throws: ReviewError.unknownItem(id: "x")) { try queue.desk.requeue(["x"], actor: "lea") }
  }

  @Test func aLabelForAWithdrawnItemIsRefused() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    _ = try queue.desk.take(QueueDesk.ann)
    try queue.desk.withdraw("a", actor: "shop")
    try queue.desk.withdraw("a", actor: "shop")
    let refusal = ReviewError.wrongState(id: "a", state: .withdrawn)
    #expect(throws: refusal) { try queue.desk.vote(ReviewAnswer(.label("ok")), on: "a", by: QueueDesk.ann) }
    #expect(throws: refusal) { try queue.desk.heartbeat("a", by: QueueDesk.ann) }
    #expect(try queue.count("SELECT count(*) FROM vote") == 0)
    #expect(try queue.desk.queueStatus(for: QueueDesk.ann).depth == 0)
    #expect(throws: ReviewError.unknownItem(id: "x")) { try queue.desk.withdraw("x", actor: "shop") }
  }

  @Test func whatIsDecidedMayBeWithdrawnAndWhatIsFinalMayNot() throws {
    let queue = try QueueDesk()
    try queue.submit(["a", "b"])
    for _ in 0..<2 {
      let item = try #require(try queue.desk.take(QueueDesk.ann))
      try queue.desk.vote(ReviewAnswer(.label("ok")), on: item.id, by: QueueDesk.ann)
    }
    try queue.desk.withdraw("a", actor: "shop")
    queue.passUndo()
    #expect(throws: ReviewError.wrongState(id: "b", state: .final)) { try queue.desk.withdraw("b", actor: "shop") }
    #expect(try queue.desk.settle() == 1)
    #expect(try queue.state("a") == .withdrawn)
  }
}
