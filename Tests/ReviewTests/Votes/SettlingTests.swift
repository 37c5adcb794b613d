import Foundation
import Testing

@testable import Review

@Suite struct SettlingTests {
  @Test func aFinalLabelIsToldOnceAndTheLoopFindsIt() throws {
    let webhook = try #require(URL(string: "https://example.org/hook"))
    let queue = try QueueDesk(QueueDesk.policy(webhooks: [webhook]))
    try queue.submit(["a"])
    try queue.label("a", "violation", by: QueueDesk.ann)
    #expect(try queue.desk.decision(of: "a")?.final == false)
    queue.passUndo()
    #expect(try queue.desk.settle() == 1)
    #expect(try queue.desk.settle() == 0)
    let told = try #require(try queue.desk.decision(of: "a"))
    #expect(told.final)
    #expect(told.label == "violation")
    #expect(told.action == "block")
    #expect(try queue.count("SELECT count(*) FROM webhook WHERE state = 'waiting'") == 1)
    #expect(try queue.count("SELECT count(*) FROM webhook WHERE body LIKE '%text of%'") == 0)
    let rows = try queue.finalRows()
    #expect(rows.map(\.label) == ["violation"])
    #expect(rows.map(\.reviewers) == [["ann"]])
  }

  @Test func nobodyIsToldThatPeopleOnlyConfirmed() throws {
    let webhook = try #require(URL(string: "https://example.org/hook"))
    let queue = try QueueDesk(QueueDesk.policy(webhooks: [webhook]))
    try queue.submit(["right", "wrong"])
    try queue.make("right", "priority = 500")
    for id in ["right", "wrong"] { try queue.decideAutomatically(id, half: "monitor") }
    let before = try queue.desk.decision(of: "right")
    try queue.label("right", "violation", by: QueueDesk.ann)
    try queue.label("wrong", "ok", by: QueueDesk.ann)
    try queue.label("wrong", "ok", by: QueueDesk.bob)
    queue.passUndo()
    #expect(try queue.desk.settle() == 2)
    #expect(try queue.desk.decision(of: "right") == before)
    #expect(try queue.desk.decision(of: "wrong")?.label == "ok")
    #expect(try queue.count("SELECT count(*) FROM webhook") == 1)
  }

  /// What the coin drew, with two people asked for; `b` differs and waits for a lead, whom the agreement does not wait for.
  @Test func blindDoublesCountOnceAndOthersNever() throws {
    let queue = try QueueDesk(QueueDesk.policy(share: 1, double: 1))
    for (id, second) in [("a", "ok"), ("b", "violation")] {
      try queue.submit([id])
      try queue.label(id, "ok", by: QueueDesk.ann)
      try queue.label(id, second, by: QueueDesk.bob)
    }
    #expect(try queue.count("SELECT count(*) FROM double") == 0)
    queue.passUndo()
    try queue.desk.settle()
    #expect(try queue.count("SELECT count(*) FROM double") == 2)
    #expect(try queue.count("SELECT count(*) FROM double WHERE first = second") == 1)
    #expect(try queue.label("b", "ok", by: QueueDesk.lead) == .decided)
    queue.passUndo()
    #expect(try queue.desk.settle() == 1)
    #expect(try queue.count("SELECT count(*) FROM double") == 2)
    // Two people because the first one differed from a side: chosen by disagreement.
    try queue.submit(["c"])
    try queue.decideAutomatically("c", half: "monitor")
    try queue.make("c", "people = 1")
    try queue.label("c", "ok", by: QueueDesk.ann)
    try queue.label("c", "ok", by: QueueDesk.bob)
    queue.passUndo()
    try queue.desk.settle()
    #expect(try queue.count("SELECT count(*) FROM double") == 2)
  }

  @Test func aSideCountsAMonitorRowOnce() throws {
    let queue = try QueueDesk()
    try queue.sides { try $0.save(Side(task: "spam", label: "violation", since: $0.now)) }
    for id in ["a", "b"] {
      try queue.submit([id])
      try queue.decideAutomatically(id, half: "monitor")
      try queue.label(id, "violation", by: QueueDesk.ann)
    }
    queue.passUndo()
    try queue.desk.settle()
    try queue.desk.settle()
    #expect(try queue.sides { try $0.stored(task: "spam").map(\.cursor) } == [2])
  }

  @Test func labelsBecomeFinalInTheOrderOfTheirLastVotes() throws {
    let queue = try QueueDesk()
    for id in ["b", "a", "c"] {
      try queue.submit([id])
      try queue.label(id, "ok", by: QueueDesk.ann)
      queue.clock.turn(by: 1)
    }
    queue.passUndo()
    #expect(try queue.desk.settle() == 3)
    #expect(try queue.value("SELECT group_concat(id) FROM (SELECT id FROM item ORDER BY place)") == "b,a,c")
  }

  /// A side that has counted up to a place would otherwise miss the next row.
  @Test func aPlaceIsNeverGivenTwice() throws {
    let queue = try QueueDesk()
    for id in ["a", "b"] {
      try queue.submit([id])
      try queue.label(id, "ok", by: QueueDesk.ann)
      queue.passUndo()
      try queue.desk.settle()
    }
    try queue.execute("UPDATE tally SET count = 7 WHERE name = 'place'")
    try queue.submit(["c"])
    try queue.label("c", "ok", by: QueueDesk.ann)
    queue.passUndo()
    try queue.desk.settle()
    #expect(try queue.value("SELECT group_concat(place) FROM (SELECT place FROM item ORDER BY place)") == "1,2,8")
  }
}
