import Foundation
import Testing

@testable import Review

@Suite struct TakeTests {
  @Test func anItemIsOnePersonsUntilItsLeaseEnds() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    let item = try #require(try queue.desk.take(QueueDesk.ann))
    #expect(item.leasedUntil == queue.clock.now + 300)
    #expect(try queue.desk.take(QueueDesk.bob) == nil)
    queue.clock.turn(by: 299)
    #expect(try queue.desk.take(QueueDesk.bob) == nil)
    queue.clock.turn(by: 1)
    #expect(try queue.desk.take(QueueDesk.bob)?.id == "a")
    #expect(throws: ReviewError.notYours(id: "a")) { try queue.desk.heartbeat("a", by: QueueDesk.ann) }
    #expect(throws: ReviewError.notYours(id: "a")) {
      try queue.desk.vote(ReviewAnswer(.label("ok")), on: "a", by: QueueDesk.ann)
    }
  }

  @Test func aHeartbeatKeepsItAlsoAfterItsEndWhileNobodyElseHasIt() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    _ = try queue.desk.take(QueueDesk.ann)
    queue.clock.turn(by: 200)
    #expect(try queue.desk.heartbeat("a", by: QueueDesk.ann) == queue.clock.now + 300)
    queue.clock.turn(by: 299)
    #expect(try queue.desk.take(QueueDesk.bob) == nil)
    queue.clock.turn(by: 1000)
    #expect(try queue.desk.heartbeat("a", by: QueueDesk.ann) == queue.clock.now + 300)
    #expect(try queue.desk.take(QueueDesk.bob) == nil)
    try queue.desk.giveBack("a", by: QueueDesk.ann)
    #expect(try queue.desk.take(QueueDesk.bob)?.id == "a")
  }

  @Test func twoWindowsOfOnePersonHaveTwoItemsAndALoadedPageItsOwn() throws {
    let queue = try QueueDesk()
    try queue.submit(["a", "b"])
    let one = try #require(try queue.desk.take(QueueDesk.ann))
    let other = try #require(try queue.desk.take(QueueDesk.ann))
    #expect(Set([one.id, other.id]) == ["a", "b"])
    #expect(try queue.desk.held(by: QueueDesk.ann).map(\.id).sorted() == ["a", "b"])
    // The second window answers what the first one has answered: the same answer is no second vote, another one is refused.
    #expect(try queue.desk.vote(ReviewAnswer(.label("ok")), on: one.id, by: QueueDesk.ann) == .decided)
    #expect(try queue.desk.vote(ReviewAnswer(.label("ok")), on: one.id, by: QueueDesk.ann) == .decided)
    #expect(throws: ReviewError.notYours(id: one.id)) {
      try queue.desk.vote(ReviewAnswer(.label("violation")), on: one.id, by: QueueDesk.ann)
    }
    #expect(try queue.count("SELECT count(*) FROM vote") == 1)
  }

  @Test func whoeverLoadsAgainAndAgainTakesNoMoreThanAFew() throws {
    let queue = try QueueDesk()
    try queue.submit((0..<12).map { "item \($0)" })
    let ids = try (0..<12).map { _ in try #require(try queue.desk.take(QueueDesk.ann)).id }
    #expect(Set(ids).count == ReviewDesk.mostLeases)
    #expect(try queue.desk.take(QueueDesk.bob) != nil)
  }

  @Test func peopleSeeTheirTasksAlone() throws {
    let queue = try QueueDesk()
    _ = try queue.desk.setPolicy(QueueDesk.policy("abuse"), actor: "ann")
    try queue.submit(["a"])
    try queue.submit(["b"], task: "abuse")
    let reviewer = Reviewer("ann", tasks: ["abuse"])
    #expect(try queue.desk.take(reviewer)?.id == "b")
    #expect(try queue.desk.take(reviewer) == nil)
    #expect(throws: ReviewError.unknownItem(id: "a")) {
      try queue.desk.vote(ReviewAnswer(.label("ok")), on: "a", by: reviewer)
    }
    #expect(throws: ReviewError.unknownItem(id: "a")) { try queue.desk.heartbeat("a", by: reviewer) }
    #expect(try queue.desk.take(QueueDesk.bob)?.id == "a")
  }

  @Test func blindRowsLookAlikeWhetherTheCoinDrewThemOrNot() throws {
    let queue = try QueueDesk()
    try queue.submit(["drawn", "blind", "plain"])
    try queue.make("drawn", "half = 'monitor', blind = 1, priority = 3")
    try queue.make("blind", "blind = 1, priority = 2")
    try queue.make("plain", "blind = 0, priority = 1")
    let items = try (0..<3).map { _ in try #require(try queue.desk.take(QueueDesk.ann)) }
    #expect(items.map(\.id) == ["drawn", "blind", "plain"])
    #expect(items.map(\.suggestion) == [nil, nil, "violation"])
    #expect(items.map { $0.probability == nil } == [true, true, false])
    let fields = try items.prefix(2).map { item in
      let tree = try JSONSerialization.jsonObject(with: JSONEncoder().encode(item)) as? [String: Any]
      return Set(try #require(tree).keys)
    }
    #expect(fields[0] == fields[1])
  }

  @Test func lateItemsComeFirstAndCountOnce() throws {
    let queue = try QueueDesk()
    try queue.submit(["early"], probability: 0.9)
    queue.clock.turn(by: 8 * 3600)
    try queue.submit(["sure"], probability: 0.5)
    #expect(try queue.desk.queueStatus(for: QueueDesk.ann).late == 0)
    queue.clock.turn(by: 1)
    // Not marked yet, but late.
    #expect(try queue.desk.queueStatus(for: QueueDesk.ann).late == 1)
    #expect(try queue.desk.take(QueueDesk.ann)?.id == "early")
    #expect(try queue.desk.markLate() == 0)
    let status = try queue.desk.queueStatus(for: QueueDesk.ann)
    #expect((status.late, status.mine, status.depth) == (1, 1, 2))
    #expect(status.tasks.map(\.breaches) == [1])
    #expect(status.oldest == SyntheticRows.now)
    queue.clock.turn(by: 9 * 3600)
    #expect(try queue.desk.markLate() == 1)
    #expect(try queue.count("SELECT sum(count) FROM tally WHERE name = 'late'") == 2)
  }

  @Test func aFloodOfLateItemsIsMarkedInSteps() throws {
    let queue = try QueueDesk()
    let count = ReviewDesk.batch + 6
    try queue.submit((0..<count).map { "item \($0)" })
    queue.clock.turn(by: 8 * 3600 + 1)
    #expect(try queue.desk.take(QueueDesk.ann) != nil)
    #expect(try queue.count("SELECT count(*) FROM item WHERE late = 1") == ReviewDesk.batch)
    #expect(try queue.desk.markLate() == 6)
  }

  @Test func whatHasLostItsTextIsNotShown() throws {
    let queue = try QueueDesk()
    try queue.submit(["a"])
    try queue.make("a", "removed = 1")
    #expect(try queue.desk.take(QueueDesk.ann) == nil)
  }

  @Test func aNameThatNobodyHasIsRefused() throws {
    let queue = try QueueDesk()
    #expect(throws: ReviewError.self) { try queue.desk.take(Reviewer("")) }
  }
}
