import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Does `doctor` find what is wrong, and say what to do?
  @Suite struct DoctorCommandTests {
    private func findings(_ outcome: Outcome) throws -> [String: (ok: Bool, found: String)] {
      let list = try #require(try outcome.json() as? [[String: Any]])
      return try Dictionary(
        uniqueKeysWithValues: list.map {
          (try #require($0["what"] as? String), (try #require($0["ok"] as? Bool), try #require($0["found"] as? String)))
        })
    }

    @Test func whichVersion() throws {
      let scratch = try Scratch()
      let outcome = try Accrete.run(["--version"], in: scratch.url)
      #expect(outcome.code == 0 && outcome.text.trimmingCharacters(in: .newlines).hasPrefix("accrete 0."))
    }

    @Test func everythingIsThere() throws {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let arguments = ["doctor", "--json", "--threads", "1", "--tasks", "weather.jsonl", "traffic.jsonl"]
      let outcome = try Accrete.run(arguments, in: scratch.url)
      let findings = try findings(outcome)
      #expect(
        findings.keys.sorted() == [
          "base model", "data", "disk", "libtorch", "memory", "options", "plan", "processor", "program", "threads",
        ])
      #expect(findings["plan"]?.found.contains("activations within a layer, and their gradients: float32") == true)
      for what in ["libtorch", "threads", "base model", "data"] { #expect(findings[what]?.ok == true) }
      // Both versions: of libtorch, and of the one that the bridge was built for.
      let torch = try #require(findings["libtorch"]?.found)
      #expect(
        torch.contains("; bridge libaccrete-torch.so, built for \(torch.prefix { $0 != "," && $0 != " " })"), "\(torch)"
      )
      #expect(findings["data"]?.found.contains("weather 12 train + 6 test rows, 2 labels") == true)
      // A machine with little memory or disk is a finding too.
      #expect((outcome.code == 0) == findings.values.allSatisfy(\.ok))
      let text = try Accrete.run(["doctor", "--threads", "1"], in: scratch.url).text
      #expect(text.contains("ok      base model: ") && text.contains("data: not asked for"))
    }

    /// An embedded base by its name; a base in a folder of that name comes first, but not what else is called so.
    @Test func anEmbeddedBaseByName() throws {
      let scratch = try Scratch()
      func found(_ more: [String]) throws -> (ok: Bool, found: String)? {
        try findings(Accrete.run(["doctor", "--json", "--threads", "1"] + more, in: scratch.url))["base model"]
      }
      let (named, plain) = (try found(["--base", "sapling"]), try found([]))
      #expect(named?.ok == true && named?.found == plain?.found)
      let dense = try found(["--base", "seedling"])
      #expect(dense?.ok == true && dense?.found != plain?.found)
      try scratch.write("{}", to: "seedling/manifest.json")
      #expect(try found(["--base", "seedling"])?.found == dense?.found)
      try scratch.write("{", to: "seedling/config.json")
      #expect(try found(["--base", "seedling"])?.ok == false)
    }

    /// Where a registry lies here whose base is another one than the embedded one that is taken, it is named.
    @Test func theBaseOfTheRegistryHere() throws {
      let scratch = try Scratch()
      func run(_ arguments: String...) throws -> Outcome { try Accrete.run(arguments, in: scratch.url) }
      let made = try run("init", "--base", "seedling")
      #expect(made.code == 0, "\(made.testDescription)")
      let note = " (the registry here has seedling: --base seedling)"
      #expect(try run("doctor", "--threads", "1").text.contains("sapling\(note): "))
      #expect(try !run("doctor", "--threads", "1", "--base", "seedling").text.contains("the registry here"))
      let short = ["generate", "--prompt", "The", "--max-tokens", "1", "--threads", "1"]
      let written = try Accrete.run(short, in: scratch.url)
      #expect(written.code == 0 && written.error.contains("base sapling\(note)"), "\(written.testDescription)")
      let named = try Accrete.run(short + ["--base", "sapling"], in: scratch.url)
      #expect(named.output == written.output && !named.error.contains("the registry here"))
      try TinyRun.write(to: scratch)
      try scratch.write("base: seedling\n", to: "named.yaml")
      let train = ["train", "--tasks", "weather.jsonl", "--out", "run", "--dry-run", "--method", "per-task"]
      let sequence = train + ["--rank", "2", "--epochs", "1", "--batch", "4", "--threads", "1"]
      let plain = try Accrete.run(sequence, in: scratch.url)
      #expect(plain.code == 0 && plain.error.contains("\(note), 1 thread;"), "\(plain.testDescription)")
      let filed = try Accrete.run(sequence + ["--config", "named.yaml"], in: scratch.url)
      #expect(filed.code == 0 && !filed.error.contains("the registry here"), "\(filed.testDescription)")
    }

    @Test func aBrokenBase() throws {
      let scratch = try Scratch()
      try scratch.write("{", to: "base/config.json")
      let outcome = try Accrete.run(["doctor", "--json", "--base", "base"], in: scratch.url)
      let base = try #require(try findings(outcome)["base model"])
      #expect(outcome.code == 65 && !base.ok && base.found.contains("config.json"), "\(outcome.text)")
      let text = try Accrete.run(["doctor", "--base", "base"], in: scratch.url)
      #expect(
        text.code == 65 && text.text.contains("PROBLEM base model: ") && text.text.contains("→ Give a Hugging Face"))
    }

    @Test func badData() throws {
      let scratch = try Scratch()
      try scratch.write(TinyRun.rows("weather") + "no JSON\n", to: "weather.jsonl")
      let outcome = try Accrete.run(["doctor", "--json", "--tasks", "weather.jsonl"], in: scratch.url)
      let data = try #require(try findings(outcome)["data"])
      #expect(outcome.code == 65 && !data.ok && data.found.contains("weather.jsonl:19"))
    }

    @Test func moreThreadsThanCores() throws {
      let outcome = try Accrete.run(["doctor", "--json", "--threads", "1000"])
      let threads = try #require(try findings(outcome)["threads"])
      #expect(outcome.code == 65 && !threads.ok)
    }
  }
}
