import Files
import Foundation
import GRDB
import Testing

@testable import AuditedDatabase
@testable import Review

/// Is what was erased nowhere, and is everything else as it was?
@Suite struct ErasureTests {
  private static let secret = "The quick brown fox of Nonsuch Street 17 owes nobody anything"

  /// All bytes of all files of the desk.
  private func bytes(_ file: DeskFile) throws -> Data {
    try FileManager.default.contentsOfDirectory(atPath: file.folder.path).sorted().reduce(into: Data()) { all, name in
      guard name.hasPrefix("review.sqlite") else { return }
      all += try Data(contentsOf: file.folder.appendingPathComponent(name))
    }
  }

  private func remark(_ file: DeskFile, _ item: Int, _ text: String) throws {
    try file.change { database in
      try database.execute(
        sql: "INSERT INTO vote(item, person, kind, saw, at, undone) VALUES(?, 'ann', 'skip', 0, 0, 0)",
        arguments: [item])
      try database.execute(
        sql: "INSERT INTO remark VALUES(?, ?, ?)", arguments: [database.lastInsertedRowID, item, text])
    }
  }

  @Test func noByteOfItIsLeft() throws {
    let file = try DeskFile()
    for number in 0..<40 {
      _ = try file.submit(
        "item \(number)", "\(Self.secret), says witness \(number).", source: number % 2 == 0 ? "customer-4711" : "other"
      )
    }
    try remark(file, 1, "the fox of Nonsuch Street again")
    #expect(try bytes(file).range(of: Data("customer-4711".utf8)) != nil)
    var asked: [Digest] = []
    let erasure = try file.desk.erase(.source("customer-4711"), actor: "ann") { digests in
      asked = digests
      return ["spam@1"]
    }
    #expect(erasure == Erasure(items: 20, versions: ["spam@1"], problem: nil))
    #expect(asked.contains(Digest(of: Data("\(Self.secret), says witness 0.".utf8))) && asked.count == 20)
    let left = try bytes(file)
    #expect(left.range(of: Data("customer-4711".utf8)) == nil)
    for number in 0..<40 {
      #expect((left.range(of: Data("witness \(number).".utf8)) == nil) == (number % 2 == 0), "item \(number)")
    }
    #expect(left.range(of: Data("fox of Nonsuch Street again".utf8)) == nil)

    #expect(try file.desk.erase(.id("item 1"), actor: "ann").items == 1)
    #expect(try bytes(file).range(of: Data("witness 1.".utf8)) == nil)
    // Again: nothing is left to do, and nothing is wrong.
    #expect(try file.desk.erase(.id("item 1"), actor: "ann").items == 0)
    #expect(throws: ReviewError.unknownItem(id: "nobody")) { try file.desk.erase(.id("nobody"), actor: "ann") }
    // Who waits for a label of it waits no longer; the decision that was given stays known.
    let item = try file.desk.view("item 1", by: Reviewer("lea"))
    #expect(item.state == .withdrawn && item.item.text.isEmpty && item.item.source == nil && item.textRemoved != nil)
    #expect(try file.desk.decision(of: "item 1")?.decision == .human)
    #expect(try file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM removal WHERE kind = 'erasure'") } == 21)
  }

  @Test func anErrorOfTheRegistryDoesNotHinderIt() throws {
    let file = try DeskFile()
    _ = try file.submit("a", source: "s")
    let erasure = try file.desk.erase(.source("s"), actor: "ann") { _ in throw ReviewError.unknownItem(id: "registry") }
    #expect(erasure.items == 1 && erasure.versions == nil && erasure.problem?.contains("registry") == true)
    #expect(try file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM content") } == 0)
  }

  @Test func sourcesAreComparedByCodePoints() throws {
    let file = try DeskFile()
    _ = try file.submit("a", source: "caf\u{E9}")
    _ = try file.submit("b", source: "cafe\u{301}")
    #expect(try file.desk.erase(.source("cafe\u{301}"), actor: "ann").items == 1)
    #expect(try file.desk.view("a", by: Reviewer("lea")).item.text.isEmpty == false)
  }

  /// More than one transaction takes.
  @Test func manyAtOnce() throws {
    let file = try DeskFile()
    try file.change { database in
      for number in 0..<1203 { try ReviewFile.insert(database, "text \(number)", 0.5) }
      try database.execute(sql: "UPDATE content SET source = 's'")
    }
    #expect(try file.desk.erase(.source("s"), actor: "ann").items == 1203)
    #expect(try file.entries("erasure") == 3)
  }

  @Test func retentionOnAVirtualClock() throws {
    let file = try DeskFile.deciding()
    try file.change { try $0.execute(sql: "UPDATE content SET expires = \(1 << 40)") }
    #expect(try file.submit("decided by the side") == .auto)
    #expect(try file.submit("of a person", nil, 0.5) == .human)
    func texts() throws -> [String] {
      try file.read {
        try String.fetchAll(
          $0, sql: "SELECT id FROM item JOIN content ON item = number WHERE expires < \(1 << 40) ORDER BY number")
      }
    }
    file.wait(30 * 86_400 - 1)
    #expect(try file.desk.removeExpired(actor: "timer") == 0)
    file.wait(1)
    #expect(try file.desk.removeExpired(actor: "timer") == 1)
    #expect(try texts() == ["of a person"])
    file.wait(335 * 86_400 - 1)
    #expect(try file.desk.removeExpired(actor: "timer") == 0)
    file.wait(1)
    #expect(try file.desk.removeExpired(actor: "timer") == 1)
    #expect(try texts().isEmpty)
    // Erased after that, it counts as erased.
    #expect(try file.desk.erase(.id("decided by the side"), actor: "ann").items == 1)
  }
}
