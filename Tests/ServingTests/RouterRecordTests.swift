import Files
import Foundation
import Learning
import Testing

@testable import Serving

/// Is a router's record from outside what a router can be made of?
@Suite struct RouterRecordTests {
  private func record(_ change: (inout [String: Any]) -> Void) throws -> RouterRecord {
    let digest = Digest(of: Data("version".utf8))
    let entries = ["a", "b"].map { RouterRecord.Entry(task: $0, version: digest, sums: digest, instruction: nil) }
    let whole = RouterRecord(view: RequestView(layers: 4, seesInstruction: false), tasks: entries)
    var object = try #require(
      try JSONSerialization.jsonObject(with: JSONFile.encode(whole)) as? [String: Any])
    change(&object)
    return try JSONFile.decode(
      RouterRecord.self, from: JSONSerialization.data(withJSONObject: object), path: "router")
  }

  @Test func whatARouterCanBe() throws {
    #expect(try record { _ in }.problem() == nil)
    #expect(try record { $0["width"] = 8 }.problem() == nil)
    let wrong: [(String, Any)] = [
      ("schema", 99), ("layers", -1), ("layers", 1 << 40), ("width", 0), ("width", -1), ("unknownDistance", 0),
      ("unknownDistance", -1),
    ]
    for (key, value) in wrong { #expect(try record { $0[key] = value }.problem() != nil, "\(key) \(value)") }
    for handicap in [-1, -1e308] {
      let one = try record { object in
        var tasks = object["tasks"] as? [[String: Any]] ?? []
        tasks[1]["handicap"] = handicap
        object["tasks"] = tasks
      }
      #expect(one.problem()?.contains("handicap") ?? false)
    }
    let twice = try record { object in
      let tasks = object["tasks"] as? [[String: Any]] ?? []
      object["tasks"] = tasks + tasks.prefix(1)
    }
    #expect(twice.problem() == "names a task twice")
  }
}
