import Files
import Foundation
import GRDB
import Testing

@testable import Review

/// Is the next item that comes through the door a person's, for each cause to stop?
@Suite struct StopTests {
  private typealias Cause = (reason: StopReason, make: @Sendable (DeskFile) throws -> Void)

  private static let causes: [Cause] = [
    (
      .alarm,
      { file in
        try file.change { database in
          for number in 0..<60 {
            let text = String(SyntheticRows.digest("wrong \(number)").hexadecimal.prefix(24))
            try ReviewFile.insert(
              database, text, 0.98, half: "monitor", label: "ok", side: "violation", arrived: file.now)
          }
        }
        try file.desk.checkSides(actor: "timer")
      }
    ),
    (.digestChanged, { try $0.desk.serve(["spam": SyntheticRows.otherBindings], actor: "server") }),
    (.digestChanged, { try $0.desk.serve([:], actor: "server") }),
    (.digestChanged, { try $0.desk.suspendSides(of: "spam", actor: "loop") }),
    (.expiredByTime, { $0.wait(14 * 86_400) }),
    (.expiredByItems, { file in try file.change { try $0.execute(sql: "UPDATE side SET decided = 200000") } }),
    (
      .coinBacklog,
      { file in
        try file.change { try ReviewFile.insert($0, "waits", 0.3, half: "monitor", arrived: file.now - 86_401) }
      }
    ),
    (
      .agreement,
      { file in
        try file.change { try $0.execute(sql: "UPDATE double SET second = 'violation' WHERE item % 2 = 0") }
      }
    ),
    (.novelty, { try $0.desk.set(.novelty, true, task: "spam", reason: nil, actor: "watch") }),
    (.coinKeyMissing, { try FileManager.default.removeItem(at: $0.folder.appendingPathComponent("secrets")) }),
    (.clockMovedBack, { $0.wait(-61) }),
    (.stopSwitch, { try $0.desk.set(.stop, true, reason: "drill", actor: "ann") }),
    (
      .policyChanged,
      { file in
        _ = try file.desk.setPolicy(
          TaskPolicy(
            task: "spam", labels: DeskFile.policy.labels, sides: DeskFile.policy.sides, coin: DeskFile.policy.coin,
            guideline: "2"), actor: "ann")
      }
    ),
    (
      .revoked,
      { file in
        let name = try #require(try file.desk.sides().first?.certificate)
        try file.desk.revoke(name, reason: "rows were mislabelled", actor: "lea")
      }
    ),
  ]

  @Test(arguments: causes.indices)
  func theNextItemIsAPersons(index: Int) throws {
    let (reason, make) = Self.causes[index]
    let file = try DeskFile.deciding()
    #expect(try file.submit("before") == .auto)
    file.wait(60)
    #expect(try file.submit("still before") == .auto)
    try make(file)
    // What is shown is what the next decision will find.
    let shown = try #require(try file.desk.sides().first)
    #expect(shown.state == .stopped && shown.reason == reason)
    #expect(try file.submit("after") == .human)
    let stored = try #require(try file.read { try SideStore(database: $0, now: file.now).stored(task: "spam") }.first)
    #expect(stored.state == .stopped && stored.reason == reason)
    // It stays so, whatever has become of the cause.
    #expect(try file.submit("later") == .human)
  }

  @Test func everyReasonHasACause() {
    #expect(Set(Self.causes.map(\.reason)) == Set(StopReason.allCases))
  }
}
