import Files
import Foundation
import Testing

@testable import Review

/// Who sees a text, and is it known?
@Suite struct ViewingTests {
  @Test func reviewersSeeTheirTasksAlone() throws {
    let file = try DeskFile()
    _ = try file.submit("a", "a text", source: "s")
    let (ann, eve) = (Reviewer("ann", tasks: ["spam"]), Reviewer("eve", tasks: ["traffic"]))
    let seen = try file.desk.view("a", by: ann)
    #expect(seen.item.text == "a text" && seen.item.source == "s" && seen.state == .queued && seen.votes.isEmpty)
    #expect(throws: ReviewError.unknownItem(id: "a")) { try file.desk.view("a", by: eve) }
    // She does not learn whether there is one.
    #expect(throws: ReviewError.unknownItem(id: "b")) { try file.desk.view("b", by: eve) }
    #expect(throws: ReviewError.unknownTask(got: "spam", known: ["traffic"])) {
      try file.desk.items(of: "spam", by: eve)
    }
    #expect(try file.entries("view") == 1)
  }

  @Test func partsAreAuditedAsParts() throws {
    let file = try DeskFile()
    for number in 0..<25 { _ = try file.submit("item \(number)") }
    var (ids, after): ([String], Int) = ([], 0)
    while true {
      let part = try file.desk.items(of: "spam", after: after, limit: 10, by: Reviewer("ann"))
      ids += part.items.map(\.item.id)
      guard let end = part.end else { break }
      after = end
    }
    #expect(ids == (0..<25).map { "item \($0)" })
    #expect(try file.entries("view") == 3)
  }
}
