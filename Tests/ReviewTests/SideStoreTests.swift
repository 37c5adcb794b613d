import Assurance
import Files
import Foundation
import GRDB
import Testing

@testable import Review

/// Is the next item a person's once a cause to stop is in the file, and is each monitor row counted once?
@Suite struct SideStoreTests {
  private static let causes: [(StopReason, @Sendable (ReviewFile) throws -> Void)] = [
    (.digestChanged, { file in try file.sides { try $0.serve(SyntheticRows.otherBindings, task: "spam") } }),
    (.digestChanged, { file in try file.sides { try $0.serve(nil, task: "spam") } }),
    (
      .expiredByItems,
      { file in try file.queue.write { try $0.execute(sql: "UPDATE side SET decided = 200000") } }
    ),
    (.coinBacklog, { try $0.add("waits", 0.3, half: "monitor", arrived: SyntheticRows.now - 86_401) }),
    (
      .agreement,
      { file in
        try file.queue.write { try $0.execute(sql: "UPDATE double SET second = 'violation' WHERE item % 2 = 0") }
      }
    ),
    (.novelty, { file in try file.sides { try $0.set(.novelty, true, task: "spam", reason: nil, actor: "ann") } }),
    (.stopSwitch, { file in try file.sides { try $0.set(.stop, true, task: "*", reason: "drill", actor: "ann") } }),
    (
      .clockMovedBack,
      { file in
        try file.queue.write {
          try $0.execute(
            sql: "INSERT INTO clock VALUES(1, ?)", arguments: [Int(SyntheticRows.now.timeIntervalSince1970) + 61])
        }
      }
    ),
  ]

  @Test(arguments: causes.indices)
  func theNextItemIsAPersons(index: Int) throws {
    let (reason, cause) = Self.causes[index]
    let file = try ReviewFile.deciding()
    #expect(try file.decide()?.label == "violation")
    try cause(file)
    #expect(try file.decide() == nil)
    let side = try #require(try file.sides { try $0.stored(task: "spam") }.first)
    #expect(side.state == .stopped && side.reason == reason)
  }

  @Test func withoutCoinKeyAfterItsDaysOrUnderAnotherPolicy() throws {
    let file = try ReviewFile.deciding()
    #expect(try file.decide(hasCoinKey: false) == nil)
    let other = KeptPolicy(revision: 2, policy: ReviewFile.policy.policy, actor: "ann", at: SyntheticRows.now)
    for (now, policy) in [(SyntheticRows.now + 14 * 86_400, ReviewFile.policy), (SyntheticRows.now, other)] {
      let file = try ReviewFile.deciding()
      #expect(try file.decide(at: now, policy: policy) == nil)
    }
  }

  @Test func aSideThatThePolicyNoLongerListsStops() throws {
    let file = try ReviewFile.deciding()
    let policy = KeptPolicy(
      revision: 2, policy: TaskPolicy(task: "spam", labels: SyntheticRows.labels), actor: "ann", at: SyntheticRows.now)
    #expect(try file.decide(policy: policy) == nil)
    let side = try #require(try file.sides { try $0.stored(task: "spam") }.first)
    #expect(side.state == .stopped && side.reason == .policyChanged)
  }

  @Test func itemsAreCounted() throws {
    let file = try ReviewFile.deciding()
    for _ in 0..<3 { _ = try file.decide() }
    #expect(try file.sides { try $0.stored(task: "spam") }.first?.decided == 3)
  }

  @Test func monitorRowsAreCountedOnceInTheOrderOfTheirLabels() throws {
    let file = try ReviewFile.deciding()
    let later = SyntheticRows.now + 60
    try file.add(
      "first monitor row", 0.9, half: "monitor", label: "ok", side: "violation", place: 10_001, arrived: later)
    try file.add(
      "another one altogether", 0.9, half: "monitor", label: "violation", side: "violation", place: 10_002,
      arrived: later)
    for _ in 0..<3 { _ = try file.decide(at: later) }
    func detector() throws -> ChangeDetector? { try file.sides { try $0.stored(task: "spam") }.first?.detector }
    #expect(try detector()?.count == 2)
    #expect(try detector()?.losses == 1)
    // Not its own, not final, of the other half, before it began.
    try file.add("of a person", 0.9, half: "monitor", label: "ok", place: 10_003, arrived: later)
    try file.add("still waiting for a label", 0.9, half: "monitor", side: "violation", arrived: later)
    try file.add(
      "calibrates what comes next", 0.9, half: "calibrate", label: "ok", side: "violation", place: 10_004,
      arrived: later)
    try file.add(
      "decided long before", 0.9, half: "monitor", label: "ok", side: "violation", place: 10_005, arrived: later - 3600)
    _ = try file.decide(at: later)
    #expect(try detector()?.count == 2)
  }

  @Test func aBurstOfOneTextIsOneRowADay() throws {
    let file = try ReviewFile.deciding()
    let text = "Win a prize now: call the number below before midnight and claim what is yours, number "
    for number in 0..<6 {
      try file.add(
        text + "\(number)", 0.9, half: "monitor", label: "ok", side: "violation", place: 20_000 + number,
        arrived: SyntheticRows.now + 60)
    }
    try file.add(
      text + "7", 0.9, half: "monitor", label: "ok", side: "violation", place: 20_010,
      arrived: SyntheticRows.now + 86_460)
    _ = try file.decide(at: SyntheticRows.now + 86_500)
    let side = try #require(try file.sides { try $0.stored(task: "spam") }.first)
    #expect(side.detector?.count == 2 && side.cursor == 20_010)
  }

  /// A decision asks indices alone, however many items there are.
  @Test func whatADecisionAsksIsIndexed() throws {
    let file = try ReviewFile()
    let questions = [
      (
        "SELECT arrived FROM item INDEXED BY item_coin WHERE task = 'a' AND half IS NOT NULL AND state IN ('queued', 'second', 'adjudicate') ORDER BY arrived LIMIT 1",
        "item_coin (task=?)"
      ),
      (
        "SELECT place FROM item WHERE task = 'a' AND side = 'b' AND half = 'monitor' AND place > 5 ORDER BY place",
        "item_monitor (task=? AND side=? AND place>?)"
      ),
      (
        "SELECT digest FROM item INDEXED BY item_burst WHERE task = 'a' AND side = 'b' AND half = 'monitor' AND place < 5 AND arrived BETWEEN 1 AND 2",
        "item_burst (task=? AND side=? AND arrived>? AND arrived<?)"
      ),
      (
        "SELECT count(*), total(first = second) FROM double WHERE task = 'a' AND at >= 5",
        "double_task (task=? AND at>?)"
      ),
      ("SELECT name FROM flag WHERE task IN ('a', '*') AND raised = 1", "PRIMARY KEY (task=?)"),
      ("SELECT max(place) FROM item", "COVERING INDEX"),
    ]
    for (question, index) in questions {
      let plan = try file.queue.read { try Row.fetchAll($0, sql: "EXPLAIN QUERY PLAN " + question) }
        .map { $0["detail"] as String? ?? "" }
      #expect(plan.count == 1 && plan[0].hasPrefix("SEARCH") && plan[0].contains(index), "\(question): \(plan)")
    }
  }
}
