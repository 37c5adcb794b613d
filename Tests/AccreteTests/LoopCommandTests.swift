import Foundation
import TestSupport
import Testing

@testable import Evolution

extension CommandLineTests {
  /// Can people see where the loop stands, hold a job, and stop all of it?
  @Suite struct LoopCommandTests {
    private func run(_ arguments: String..., in scratch: Scratch) throws -> Outcome {
      try Accrete.run(["loop"] + arguments, in: scratch.url)
    }

    private func json(_ arguments: String..., in scratch: Scratch) throws -> [String: Any] {
      let outcome = try Accrete.run(["loop"] + arguments + ["--json"], in: scratch.url)
      try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      return try #require(try outcome.json() as? [String: Any])
    }

    @Test func whatIsNotThere() throws {
      let scratch = try StoredRegistry.copy()
      let status = try run("status", in: scratch)
      #expect(status.code == 0 && status.text.hasPrefix("there is no job yet"))
      #expect((try json("status", in: scratch)["jobs"] as? [Any])?.isEmpty == true)
      // Looking makes no file.
      #expect(!LoopStore.exists(in: scratch.url("registry")))
      for arguments in [["status", "spam"], ["hold", "spam"], ["release", "spam"]] {
        let outcome = try Accrete.run(["loop"] + arguments, in: scratch.url)
        #expect(outcome.code == 64 && outcome.error.contains("spam"), "\(outcome.testDescription)")
      }
    }

    /// F9: a stop holds over processes, and takes two persons to undo.
    @Test func stopsAndStarts() throws {
      let scratch = try StoredRegistry.copy()
      let stopped = try json("stop", "--reason", "wrong answers", "--also-review", in: scratch)
      #expect(stopped["isStopped"] as? Bool == true && stopped["stopsReview"] as? Bool == true)
      let status = try run("status", in: scratch)
      #expect(status.text.contains("stopped by ") && status.text.contains("wrong answers"))
      #expect(status.text.contains("every item goes to people"))

      #expect(try run("start", in: scratch).code == 64)
      let asked = try run("start", "--reason", "fixed", in: scratch)
      #expect(asked.code == 0 && asked.text.contains("second person"))
      let again = try run("start", "--reason", "fixed", in: scratch)
      #expect(again.code == 64 && again.error.contains("two persons"), "\(again.testDescription)")
      #expect(try run("status", in: scratch).text.contains("it takes a second person"))
      let store = try LoopStore(in: scratch.url("registry"))
      #expect(try !store.start(by: "somebody else", reason: "agreed", at: Date()).isStopped)
      try store.close()
      #expect(try !run("status", in: scratch).text.contains("stopped"))
    }

    @Test func holdsAndReleases() throws {
      let scratch = try StoredRegistry.copy()
      let store = try LoopStore(in: scratch.url("registry"))
      try store.add("spam", at: Date())
      try store.close()
      #expect(try json("hold", "spam", "--reason", "odd", in: scratch)["state"] as? String == "held")
      let status = try run("status", "spam", in: scratch)
      #expect(status.text.contains("HELD") && status.text.contains("odd"), "\(status.testDescription)")
      let released = try json("release", "spam", "--again", in: scratch)
      #expect(released["state"] as? String == "idle" && released["requestedBy"] is String)
      #expect(try run("release", "spam", in: scratch).code == 64)
      #expect(try run("release", "spam", "--override", "why not", in: scratch).code == 64)
    }
  }
}
