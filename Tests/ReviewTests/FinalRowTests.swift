import Files
import Foundation
import GRDB
import Testing

@testable import Review

/// What a task may learn from and be measured by, as `review.sqlite` has it.
@Suite struct FinalRowTests {
  private func vote(_ file: ReviewFile, _ item: Int, _ person: String, kind: String = "label", undone: Bool = false)
    throws
  {
    try file.queue.write { database in
      try database.execute(
        sql: "INSERT INTO vote(item, person, kind, label, saw, at, undone) VALUES(?, ?, ?, 'ok', 0, 0, ?)",
        arguments: [item, person, kind, undone])
    }
  }

  private func rows<Result>(_ file: ReviewFile, _ body: (FinalRowStore) throws -> Result) throws -> Result {
    try file.queue.read { try body(FinalRowStore(database: $0, now: SyntheticRows.now)) }
  }

  @Test func whatTheyAre() throws {
    let file = try ReviewFile()
    try file.add("one", 0.9, half: "calibrate", label: "violation", place: 3)
    try file.add("two", 0.2, half: "monitor", label: "ok", place: 1)
    try file.add("three", 0.5, label: "ok", place: 2)
    try file.add("four", 0.5, label: "ok", place: 4, isContentGone: true)
    try file.add("five", 0.99, label: "violation", place: 5)
    try file.add("six", 0.5)
    for item in 1...4 { try vote(file, item, "ann") }
    try vote(file, 3, "bob", kind: "adjudicate")
    try vote(file, 3, "eve", undone: true)
    try vote(file, 3, "zoe", kind: "skip")

    let all = try rows(file) { try $0.rows(of: "spam", after: 0, upTo: .max) }
    #expect(all.map(\.place) == [1, 2, 3, 4, 5])
    #expect(all.map(\.standing.origin) == [.coinMonitor, .queue, .coinCalibrate, .queue, .automatic])
    #expect(all.allSatisfy { $0.standing.isFinal && $0.standing.certificate == .none })
    #expect(all[1].reviewers == ["ann", "bob"] && all[1].isSettled && !all[0].isSettled)
    #expect(all[3].words == nil && all[0].words == "two")
    #expect(all[0].current == FinalRow.Answer(label: "ok", probability: 0.8))
    // Labelled otherwise, it is another row.
    #expect(Set(all.map(\.digest)).count == 5 && all[0].text == SyntheticRows.digest("two"))
    #expect(try rows(file) { try $0.rows(of: "spam", after: 1, upTo: 3) }.map(\.place) == [2, 3])
    #expect(try rows(file) { try $0.rows(of: "other", after: 0, upTo: .max) }.isEmpty)
    let counts = try rows(file) { try $0.counts(of: "spam", after: 2) }
    #expect(counts.new == 3 && counts.last == 5)
    let drawn = try rows(file) { try $0.drawn() }
    #expect(drawn.map(\.words) == ["one", "two"] && drawn.map(\.calibrates) == [true, false])
  }

  /// Only what was erased after a set was frozen is a reason to learn anew.
  @Test func erasure() throws {
    let file = try ReviewFile()
    for number in 1...6 { try file.add("text \(number)", 0.5, label: "ok") }
    try file.queue.write { database in
      try database.execute(sql: "DROP TRIGGER item_final")
      try database.execute(sql: "UPDATE item SET final_at = 100 * place")
      for (item, kind, at) in [(1, "erasure", 250), (2, "erasure", 450), (3, "retention", 450), (5, "erasure", 600)] {
        try database.execute(sql: "INSERT INTO removal VALUES(?, ?, ?)", arguments: [item, kind, at])
      }
    }
    // Frozen at 4, when it was 400: the second was erased since, the fifth is not in it.
    #expect(try rows(file) { try $0.erased(of: "spam", upTo: 4) } == 1)
    #expect(try rows(file) { try $0.erased(of: "spam", upTo: 6) } == 1)
    #expect(try rows(file) { try $0.erased(of: "spam", upTo: 2) } == 2)
    #expect(try rows(file) { try $0.erased(of: "other", upTo: 6) } == 0)
  }
}
