import Files
import Foundation
import Records
import TestSupport
import Testing

extension CommandLineTests {
  /// Does the demo do what it shows, and is what it says of its two methods true?
  @Suite struct DemoCommandTests {
    private func manifest(_ folder: URL) throws -> Manifest {
      try JSONFile.read(Manifest.self, from: folder.appendingPathComponent("manifest.json"))
    }

    /// On the smaller base, with fewer rows and passes.
    @Test func wholeWay() throws {
      let scratch = try Scratch()
      let outcome = try Accrete.run(["demo", "--short", "--threads", "1", "--out", "demo", "--quiet"], in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let text = outcome.text
      #expect(text.contains("Both methods: learning rate 0.0005, 2 epochs.\n"), "\(text)")
      for task in ["comments", "messages", "headlines"] {
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(task)@1  ") }
        #expect(line?.contains(", released, as release ") == true, "\(task): \(text)")
      }
      for part in ["\ntickets@1  ", "\n  G2 pass: ", "\n  G4 ", "$ accrete learn ", " of 11 went where "] {
        #expect(text.contains(part), "\(part): \(text)")
      }
      // The same settings for both, and those that are told.
      let folder = scratch.url("demo")
      let (ours, other) = try (
        manifest(folder.appendingPathComponent("accrete")), manifest(folder.appendingPathComponent("sequential"))
      )
      #expect(ours.configuration.method == "accrete" && other.configuration.method == "sequential")
      #expect(ours.configuration.training == other.configuration.training)
      #expect(ours.configuration.training.learningRate == 0.0005 && ours.configuration.training.epochs == 2)
      // What it proposes to go on with.
      let list = try Accrete.run(["list", "--registry", "demo/registry"], in: scratch.url)
      #expect(list.code == 0 && list.text.contains("comments"), "\(list.testDescription)")
      let again = try Accrete.run(["demo", "--short", "--out", "demo"], in: scratch.url)
      #expect(again.code == ErrorCategory.conflict.exitCode && again.complaints.count == 1, "\(again.testDescription)")
    }

    @Test func whatIsForTestsIsNotShown() throws {
      let help = try Accrete.run(["demo", "--help"])
      let words = help.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      #expect(help.code == 0 && words.contains("for neither of the two") && !words.contains("--short"))
    }
  }
}
