import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// Do the commands of the other pages work as they stand there? What is only named (`RUN`, `DIR`) gets a name that there is, and what would
  /// take minutes fewer steps.
  @Suite struct DocumentedPageTests {
    private static let sapling = Accrete.base.deletingLastPathComponent().appendingPathComponent("sapling")

    /// What makes a training one of a second.
    private static let short = "--max-epochs 2 --learning-rate 1e-3"

    private func session(base: URL = Accrete.base) throws -> DocumentedSession {
      let session = try DocumentedSession(base: base)
      for (name, kinds) in [
        ("spam", DocumentedRows.spam), ("abuse", DocumentedRows.abuse), ("spam-2027", DocumentedRows.laterSpam),
      ] {
        try session.scratch.write(DocumentedRows.lines(kinds), to: "\(name).jsonl")
      }
      try session.scratch.write(DocumentedRows.table(DocumentedRows.spam), to: "spam.csv")
      try session.scratch.write("{\"text\":\"You won a prize\"}\n{\"text\":\"What an idiot\"}\n", to: "texts.jsonl")
      return session
    }

    @Test func learningAndItsProgress() throws {
      let session = try session()
      for (page, least) in [("docs/learn.md", 8), ("docs/progress.md", 2)] {
        try session.run(Document(page), least: least) { line in
          line.hasPrefix("accrete learn") ? line.replacing("accrete learn", with: "accrete learn \(Self.short)") : line
        }
      }
      session.expectFiles("learn.log", "curves")
    }

    @Test func theRegistry() throws {
      let session = try session()
      for line in [
        "accrete init --base path/to/hf-model", "accrete learn spam.jsonl --output-head both",
        "accrete learn abuse.jsonl --output-head ridge",
        "accrete learn spam-2027.jsonl --name spam --output-head ridge",
      ] { try session.shell(line) }
      try session.run(Document("docs/registry.md"), least: 13, ["/mnt/other/monday": "monday"]) { line in
        // Which of the two was released depends on the gates; what is retired must not be.
        if line.hasPrefix("accrete registry retire") {
          try session.shell("accrete promote spam@2 --reason 'as a test'")
        }
        guard line.contains("sha256:…") else { return line }
        let log = try Accrete.run(["registry", "audit", "verify", "--json"], in: session.scratch.url).json()
        let head = try #require((log as? [String: Any])?["hash"] as? String, "\(log)")
        return line.replacing("sha256:…", with: head)
      }
      session.expectFiles("monday", "registry-restored", "spam.tar", "spam-adapter/accrete.json")
    }

    @Test func contentReview() throws { try session().run(Document("docs/review.md"), least: 2) }

    @Test func fromOtherTools() throws {
      let session = try session(base: Self.sapling)
      let scratch = session.scratch
      let rows = DocumentedRows.rows(DocumentedRows.tickets)
      func turns(_ row: (text: String, label: String, split: String)) -> String {
        "[{\"role\":\"user\",\"content\":\"\(row.text)\"},{\"role\":\"assistant\",\"content\":\"\(row.label)\"}]"
      }
      func lines(_ field: String, _ end: String) -> String {
        rows.map { row in
          "{\"\(field)\":\(turns((row.text + end, row.label, row.split))),\"split\":\"\(row.split)\"}\n"
        }.joined()
      }
      try scratch.write(lines("conversation", ""), to: "chat.jsonl")
      try scratch.write(lines("messages", " once more"), to: "more.jsonl")
      try scratch.write(
        rows.map { "{\"question\":\"\($0.text)?\",\"response\":\"\($0.label)\",\"split\":\"\($0.split)\"}\n" }.joined(),
        to: "qa.jsonl")
      try scratch.write(
        rows.reduce("messages,split\n") {
          $0 + "\"\(turns($1).replacing("\"", with: "\"\""))\",\($1.split)\n"
        }, to: "chat.csv")
      try session.shell("accrete init --base path/to/hf-model")
      try session.run(Document("docs/from-other-tools.md"), least: 7) { line in
        guard line.hasPrefix("accrete learn") else { return line }
        // A version whose closed-form head answers alone has no adapter.
        let head = line.contains(" chat.jsonl") ? "--output-head both" : ""
        return "\(line.prefix { $0 != "#" }) \(Self.short) \(head)"
      }
      session.expectFiles("chat-adapter/adapter_model.safetensors")
    }

    @Test func theLaboratoryAndItsExperts() throws {
      let session = try session()
      let page = try Document("docs/laboratory.md")
      try session.scratch.write(#require(page.blocks("yaml").first), to: "run.yaml")
      try session.run(page, least: 10) { line in
        // The front page has the same one.
        if line.hasPrefix("accrete compare") { return nil }
        if line.contains("runs/a runs/b") {
          try session.shell("accrete train --tasks spam.jsonl --base path/to/hf-model --epochs 1 --out runs/b")
          return line.replacing("runs/a", with: "runs/mine")
        }
        // The run of the file has the name of the first one.
        return line == "accrete train --config run.yaml                  # all of it"
          ? "accrete train --config run.yaml --out runs/file" : line
      }
      try session.shell("accrete init --base path/to/hf-model && accrete learn spam.jsonl --output-head both")
      let names = ["RUN": "runs/mine", "ADAPTER": "spam-adapter", "BASE": "path/to/hf-model"]
      try session.run(Document("docs/experts.md"), least: 7, names) { line in
        if line.contains("import") { return line.replacing("runs/mine/experts/spam", with: "imported") }
        return line.contains("registry export")
          ? line.replacing("--out spam-adapter", with: "--out other-adapter") : line
      }
      session.expectFiles("imported/expert.json", "spam-model/model.safetensors", "other-adapter/predict.py")
    }

    @Test func basesAndTheirLaws() throws {
      let session = try session(base: Self.sapling)
      let scratch = session.scratch
      try scratch.write(Document("README.md").text + Document("docs/learn.md").text, to: "input.txt")
      try scratch.write("{\"text\":\"A parcel arrived.\"}\n", to: "held-out.jsonl")
      let page = try Document("docs/pretraining.md")
      try scratch.write(#require(page.blocks("yaml").first), to: "base.yaml")
      try session.run(page, least: 7) { line in
        guard line.hasPrefix("accrete pretrain") else { return line }
        return
          "\(line.prefix { $0 != "#" }) --set tokens=2048 --set batch=2 --set micro-batch=2 --set sequence-length=64"
          + " --set held-out-tokens=256"
      }
      session.expectFiles("runs/base/model/config.json", "report/report.html")
      try session.run(Document("docs/scaling.md"), least: 2) { line in line.contains("runs/ladder") ? nil : line }
      try session.run(Document("docs/templates.md"), least: 1, ["DIR": "path/to/hf-model"])
    }

    @Test func comparisonsAndTheirMemory() throws {
      let session = try session()
      let scratch = session.scratch
      for task in ["agnews", "amazon", "dbpedia", "yahoo"] {
        let rows = DocumentedRows.rows(DocumentedRows.tickets).map {
          "{\"sentence\":\"\($0.text), \(task)\",\"label\":\"\($0.label)\"}"
        }
        let parts = [rows.filter { $0.contains("today") }, rows.filter { !$0.contains("today") }]
        for (name, part) in zip(["train", "test"], parts) {
          try scratch.write("[\(part.joined(separator: ","))]", to: "mtl5/\(task)/\(name).json")
        }
        try scratch.write("[\"billing\",\"delivery\"]", to: "mtl5/\(task)/labels.json")
      }
      try session.run(Document("docs/compare.md"), least: 1, ["DIR": "mtl5"]) { line in
        // One order and one seed of the three and the three, and rows as there are.
        line.replacing("--orders 1-3 --seeds 0-2", with: "--orders 1 --seeds 0").replacing(
          "--per-class 100", with: "--per-class 3")
          + " --base path/to/hf-model --epochs 1"
      }
      session.expectFiles("runs/grid/cells/per-task-o1-s0.json")
      try scratch.write(DocumentedRows.lines(DocumentedRows.spam), to: "tweets.jsonl")
      try FileManager.default.createSymbolicLink(
        at: scratch.url("Scripts"), withDestinationURL: Accrete.package.appendingPathComponent("Scripts"))
      let measured = try #require(Document("docs/performance.md").blocks("sh").first { $0.contains("resident_memory") })
      try session.shell(measured, "docs/performance.md")
      session.expectFiles("run/timings.jsonl")
    }
  }
}
