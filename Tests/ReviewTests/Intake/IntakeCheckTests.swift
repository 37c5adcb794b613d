import Foundation
import Testing

@testable import Review

/// Is refused, and not kept, what could not be kept as it is?
@Suite struct IntakeCheckTests {
  private func invalid(_ item: IntakeItem) -> String? {
    do {
      try item.check()
      return nil
    } catch ReviewError.invalid(let what, _, _) {
      return what
    } catch {
      return "\(error)"
    }
  }

  @Test func whatIsRefused() {
    let long = String(repeating: "a", count: 257)
    for id in ["", ".", "..", "a\0b", "a\nb", long] {
      #expect(invalid(IntakeItem(id: id, text: "t")) == "id", "\(id.debugDescription)")
    }
    #expect(invalid(IntakeItem(id: "a", text: "t\0u")) == "text")
    #expect(invalid(IntakeItem(id: "a", text: String(repeating: "é", count: 32_769))) == "text")
    #expect(invalid(IntakeItem(id: "a", task: "s\u{1}", text: "t")) == "task")
    #expect(invalid(IntakeItem(id: "a", text: "t", source: "x\0")) == "source")
    #expect(invalid(IntakeItem(id: "a", text: "t", meta: ["k": "v\0"])) == "meta, k")
    #expect(invalid(IntakeItem(id: "a", text: "t", meta: ["": "v"])) == "a name of meta")
    let many = Dictionary(uniqueKeysWithValues: (0..<17).map { ("\($0)", "v") })
    #expect(invalid(IntakeItem(id: "a", text: "t", meta: many)) == "meta")
  }

  @Test func whatIsTaken() {
    let full = Dictionary(uniqueKeysWithValues: (0..<16).map { ("\($0)", String(repeating: "v", count: 256)) })
    let item = IntakeItem(
      id: String(repeating: "a", count: 256), task: "spam", text: String(repeating: "é", count: 32_768),
      source: "shop 1",
      meta: full)
    #expect(invalid(item) == nil && invalid(IntakeItem(id: "...", text: "one\ntwo")) == nil)
  }

  /// Nothing of it is in the file, and the file is its owner's alone.
  @Test func whatIsRefusedLeavesNothing() throws {
    let queue = try QueueDesk()
    #expect(throws: ReviewError.self) { try queue.submit(["a\0b"]) }
    #expect(try queue.count("SELECT count(*) FROM item") == 0)
    let file = queue.folder.appendingPathComponent("review.sqlite").path
    let rights = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(rights == 0o600)
  }

  /// What asks for what is not done is refused; labels with other code points are another policy.
  @Test func policies() throws {
    let queue = try QueueDesk()
    let policy = TaskPolicy(task: "other", labels: ["a", "b"], sides: [], redact: [.email])
    #expect(throws: ReviewError.self) { try queue.desk.setPolicy(policy, actor: "ann") }
    func labels(_ label: String) -> TaskPolicy { TaskPolicy(task: "mail", labels: [label, "b"], sides: []) }
    #expect(try queue.desk.setPolicy(labels("caf\u{E9}"), actor: "ann") == 1)
    #expect(try queue.desk.setPolicy(labels("caf\u{E9}"), actor: "ann") == 1)
    #expect(try queue.desk.setPolicy(labels("cafe\u{301}"), actor: "ann") == 2)
  }

  /// A draft that a process left when it died is in nobody's way.
  @Test func aKeyIsWholeOrNotThere() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("coin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data([1, 2, 3]).write(to: folder.appendingPathComponent("coin-2026-12.key.draft"))
    let keys = CoinKeys(folder: folder)
    let made = try keys.make("2026-12")
    #expect(try keys.make("2026-12").digest == made.digest && keys.key("2026-12")?.digest == made.digest)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }
}
