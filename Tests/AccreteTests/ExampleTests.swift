import Foundation
import Testing

extension CommandLineTests {
  /// Do the programs of `Examples/` show what they say?
  @Suite struct ExampleTests {
    /// The lines that a program writes, on one thread and on the embedded base.
    private func lines(_ name: String) throws -> [String] {
      let program = Accrete.binary.deletingLastPathComponent().appendingPathComponent("example-\(name)")
      let outcome = try Accrete.run(
        [Accrete.base.path], by: "OMP_NUM_THREADS=1 exec \"$0\" \"$@\"", program: program)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      return outcome.text.split(separator: "\n").map(String.init)
    }

    @Test func firstTask() throws {
      let lines = try lines("first-task")
      #expect(lines.first == "tickets@1: released")
      #expect(lines.contains { $0.hasPrefix("  G3: accuracy ") })
      #expect(lines.contains { $0.hasPrefix("Where is my parcel now? → delivery, p = ") })
      #expect(lines.contains { $0.hasPrefix("I paid the invoice twice, you know → billing, p = ") })
    }

    /// The method of the example learns two tasks, and its own loss term is at work in the second alone.
    @Test func ownMethod() throws {
      let lines = try lines("own-method")
      #expect(lines.count == 5)
      #expect(lines[0].hasPrefix("teams: task ") && lines[2].hasPrefix("moods: distance 0.00"), "\(lines)")
      let shares = lines.compactMap { $0.wholeMatch(of: #/  after ([a-z]+): ([a-z]+) ([0-9.]+)/#) }
      #expect(shares.map { "\($0.1) \($0.2)" } == ["teams teams", "moods teams", "moods moods"])
      let values = shares.compactMap { Double($0.3) }
      #expect(values.allSatisfy { $0 > 0.6 } && values[0] == values[1], "\(lines)")
    }

    @Test func decodingWithExperts() throws {
      let lines = try lines("decoding-with-experts")
      #expect(lines.first?.hasPrefix("base alone: ") == true)
      #expect(lines.dropFirst(2) == ["late: happy", "mood: angry", "team: delivery", "alone the same: true"])
    }

    @Test func severalTasks() throws {
      let lines = try lines("several-tasks")
      #expect(lines.count == 5)
      #expect(lines[0].hasPrefix("comments@1: released, ") && lines[1].hasPrefix("headlines@1: released, "), "\(lines)")
      #expect(lines[2].hasSuffix(" → comments: violation") && lines[3].contains(" → headlines: "), "\(lines)")
      #expect(lines[4].contains("no task claims it"), "\(lines)")
    }
  }
}
