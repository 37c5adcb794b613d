import Evolution
import Foundation
import Runs
import TestSupport
import Testing

extension CommandLineTests {
  /// Does `simulate` play what its file says, write the same for equal seeds, and refuse a file that says something else?
  @Suite struct SimulateCommandTests {
    private static let stream = """
      name: small
      days: 3
      items: 12
      tasks:
        - {name: spam, rows: [spam.jsonl], labels: [ok, violation], violation: violation}
      prevalence: 0.3
      people: {count: 5, itemsPerDay: 20}
      events:
        - {kind: obfuscation, day: 1, share: 0.5}
      """

    private func scratch(_ stream: String = stream) throws -> Scratch {
      let scratch = try Scratch()
      let rows = (0..<60).map { number in
        let label = number % 2 == 0 ? "ok" : "violation"
        return "{\"text\":\"row \(number) is \(label == "ok" ? "fine" : "bad")\",\"label\":\"\(label)\"}\n"
      }
      try scratch.write(rows.joined(), to: "spam.jsonl")
      try scratch.write(stream, to: "stream.yaml")
      return scratch
    }

    private func run(_ arguments: [String], in scratch: Scratch) throws -> Outcome {
      try Accrete.run(["simulate", "--stream", "stream.yaml"] + arguments, in: scratch.url)
    }

    @Test func theStreamOfThePageIsRead() throws {
      let blocks = try Document("docs/simulation.md").blocks("yaml")
      #expect(blocks.count == 1)
      for block in blocks {
        let plan = try #require(
          try YAMLFile.decode(StreamPlan.self, keys: StreamPlan.keys, from: Data(block.utf8), path: "stream.yaml"))
        try plan.validate(file: "stream.yaml")
        #expect(Set(plan.events.map(\.kind)) == Set(StreamPlan.Event.Kind.allCases))
      }
    }

    @Test func equalSeedsWriteEqualReports() throws {
      let scratch = try scratch()
      let outcomes = try ["a", "b"].map { folder in
        try run(
          ["--policy", "human-only", "--policy", "ours", "--seeds", "0-1", "--out", folder, "--json"], in: scratch)
      }
      for outcome in outcomes { #expect(outcome.code == 0, "\(outcome.testDescription)") }
      #expect(outcomes[0].output == outcomes[1].output)
      for file in ["simulation.html", "simulation.md", "simulation.json"] {
        #expect(try scratch.text("a/\(file)") == scratch.text("b/\(file)"))
      }
      let summary = try #require(try outcomes[0].json() as? [String: Any])
      #expect(summary["stream"] as? String == "small")
      #expect((summary["rows"] as? [[String: Any]])?.compactMap { $0["policy"] as? String } == ["ours", "human-only"])
    }

    @Test(arguments: [
      ("events:", "evnts:", "evnts"), ("share: 0.5", "shar: 0.5", "shar"), ("days: 3", "days: 0", "days"),
      ("[ok, violation]", "[ok, violation, odd]", "odd"), ("rows: [spam.jsonl]", "rows: [none.jsonl]", "none.jsonl"),
    ])
    func wrongFilesAreRefused(_ right: String, _ wrong: String, _ named: String) throws {
      let outcome = try run([], in: scratch(Self.stream.replacing(right, with: wrong)))
      #expect([64, 65, 74].contains(outcome.code), "\(outcome.testDescription)")
      #expect(outcome.complaints.count == 1 && outcome.error.contains(named), "\(outcome.testDescription)")
    }

    @Test(arguments: ["3-1", "a", "0-1000", "1-2-3", "-1"])
    func wrongSeedsAreRefused(_ seeds: String) throws {
      let outcome = try run(["--seeds=\(seeds)"], in: scratch())
      #expect(outcome.code == 64, "\(outcome.testDescription)")
    }
  }
}
