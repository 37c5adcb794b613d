import Foundation
import Testing

extension CommandLineTests {
  /// Do `plan-rate` and `plan-scale` print their numbers, and refuse with the right code?
  @Suite struct PlanCommandTests {
    @Test func rates() throws {
      let arguments = ["plan-rate", "--batch-tokens", "4096", "--experts", "16", "--active", "1", "--rate", "1e-3"]
      let text = try Accrete.run(arguments)
      #expect(text.code == 0 && text.text.contains("0.3100") && text.text.contains("implies, not one of this model"))
      let outcome = try Accrete.run(arguments + ["--noise-scale", "1024", "--json"])
      let object = try #require(try outcome.json() as? [String: Any])
      // x = 4: ρ = 4 · 5 / 20.
      #expect(object["ratio"] as? Double == 1 && object["relativeBatchFrom"] as? String == "noise-scale")
    }

    @Test func thePapersLaw() throws {
      let outcome = try Accrete.run(["plan-scale", "--compute", "3.11e24"])
      #expect(outcome.code == 0 && outcome.text.contains("58.1B") && outcome.text.contains("5.64T"))
      #expect(outcome.text.contains("EXTRAPOLATED"))
    }

    @Test(arguments: [
      ["plan-rate", "--batch-tokens", "8", "--experts", "4", "--active", "5"],
      ["plan-rate", "--batch-tokens", "0", "--experts", "4", "--active", "1"],
      [
        "plan-rate", "--batch-tokens", "8", "--experts", "4", "--active", "1", "--noise-scale", "1", "--ratio-batch",
        "1",
      ],
      ["plan-scale"], ["plan-scale", "--compute", "-1"], ["plan-scale", "--compute", "nan"],
      ["plan-scale", "--compute", "1e19", "--batch-tokens", "8"], ["plan-scale", "--compute", "1e19", "--out", "x"],
    ]) func refusals(arguments: [String]) throws {
      let outcome = try Accrete.run(arguments)
      #expect(outcome.code == 64 && outcome.output.isEmpty && !outcome.error.isEmpty)
    }

    @Test func foldersWithoutRuns() throws {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-plan-\(UUID().uuidString)")
      defer { try? FileManager.default.removeItem(at: folder) }
      #expect(try Accrete.run(["plan-scale", "--runs", folder.path]).code == 65)
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("a"), withIntermediateDirectories: true)
      let outcome = try Accrete.run(["plan-scale", "--runs", folder.path])
      #expect(outcome.code == 65 && outcome.error.contains("--skip-others"))
    }
  }
}
