import Foundation
import Testing

extension CommandLineTests {
  /// Do the commands of the first two pages that anybody reads work, one after the other, in an empty folder with the files that they name?
  @Suite struct DocumentedSessionTests {
    /// Few rows, so that a pass over them is one step, and enough in the test split for the gates.
    private static func rows(_ kinds: [String: [String]]) -> [(text: String, label: String, split: String)] {
      let ends = [("today", "train"), ("at noon", "test"), ("again", "test")]
      return kinds.sorted { $0.key < $1.key }.flatMap { label, texts in
        texts.flatMap { text in ends.map { ("\(text) \($0.0)", label, $0.1) } }
      }
    }

    private static func table(_ kinds: [String: [String]], columns: String = "text,label") -> String {
      let hasNumbers = columns.split(separator: ",").count > 2
      return rows(kinds).enumerated().reduce("\(columns),split\n") { text, row in
        text + (hasNumbers ? "\(row.offset + 1)," : "")
          + "\"\(row.element.text)\",\(row.element.label),\(row.element.split)\n"
      }
    }

    private static func lines(_ kinds: [String: [String]]) -> String {
      rows(kinds).map { "{\"text\":\"\($0.text)\",\"label\":\"\($0.label)\",\"split\":\"\($0.split)\"}\n" }.joined()
    }

    private static let spam = [
      "spam": ["Cheap pills for sale", "Win free money", "You won a prize"],
      "ham": ["Lunch is ready", "The meeting moves", "The report is done"],
    ]
    private static let abuse = [
      "yes": ["You are a fool", "Shut up you clown", "What an idiot"],
      "no": ["Thank you for the photo", "I like the music", "The film was long"],
    ]
    private static let tickets = [
      "billing": ["Refund the invoice", "The invoice is wrong", "I paid the invoice twice"],
      "delivery": ["The parcel never arrived", "Where is my parcel", "The parcel is late"],
    ]

    /// The lines of a document that have a command of ours, as the shell gets them: run in their order.
    private func run(_ document: Document, in scratch: Scratch, before: (String) throws -> Void = { _ in }) throws {
      try scratch.copy(Accrete.base, as: "path/to/hf-model")
      // One thread: beside other tests more of them wait for each other most of the time.
      let path =
        "OMP_NUM_THREADS=1; export OMP_NUM_THREADS; PATH='\(Accrete.binary.deletingLastPathComponent().path)':$PATH; export PATH; "
      var count = 0
      for block in document.blocks("sh") {
        for line in block.replacing("\\\n", with: " ").split(separator: "\n").map(String.init) {
          let commands = ShellText(line).commands
          guard !commands.isEmpty, commands.allSatisfy({ $0.first == "accrete" }) else { continue }
          try before(line)
          let outcome = try Accrete.run([], by: path + line, in: scratch.url)
          try #require(outcome.code == 0, "\(document.name): \(line): \(outcome.testDescription)")
          count += 1
        }
      }
      #expect(count > 8)
    }

    private func expectFiles(_ names: String..., in scratch: Scratch) {
      for name in names { #expect(FileManager.default.fileExists(atPath: scratch.place(name).path), "\(name)") }
    }

    @Test func theFrontPage() throws {
      let scratch = try Scratch()
      var later = Self.spam
      later["spam"]?[0] = "Cheap watches for sale"
      for (name, kinds) in [("spam.csv", Self.spam), ("spam-2027.csv", later)] {
        try scratch.write(Self.table(kinds), to: name)
      }
      for (name, kinds) in [("spam.jsonl", Self.spam), ("abuse.jsonl", Self.abuse)] {
        try scratch.write(Self.lines(kinds), to: name)
      }
      let tags = Self.rows(Self.spam).map { row in
        "{\"text\":\"\(row.text)!\",\"labels\":\(row.label == "spam" ? "[\"spam\",\"bait\"]" : "[]"),\"split\":\"\(row.split)\"}\n"
      }
      try scratch.write(
        tags.joined() + "{\"text\":\"Bait alone\",\"labels\":[\"bait\"],\"split\":\"train\"}\n", to: "tags.jsonl")
      try scratch.write("{\"text\":\"You won a prize\"}\n{\"text\":\"What an idiot\"}\n", to: "texts.jsonl")
      try run(Document("README.md"), in: scratch) { line in
        // An adapter that another program wrote has none of our files.
        guard line.hasPrefix("accrete experts import peft-adapter ") else { return }
        for file in ["adapter_config.json", "adapter_model.safetensors"] {
          try scratch.copy(scratch.place("spam-adapter/\(file)"), as: "peft-adapter/\(file)")
        }
      }
      expectFiles(
        "registry/registry.sqlite", "spam-adapter/predict.py", "spam-model/config.json", "experts/abuse/expert.json",
        "runs/mine/report.html", "runs/mine/metrics.json", "runs/grid/report.txt", in: scratch)
    }

    @Test func theFirstTask() throws {
      let scratch = try Scratch()
      let columns = "ticket,body,team"
      try scratch.write(Self.table(Self.tickets, columns: columns), to: "tickets.csv")
      var later = Self.tickets
      later["billing"]?[0] = "Send the invoice again"
      try scratch.write(Self.table(later, columns: columns), to: "tickets-june.csv")
      try scratch.write("ticket,body\n7,Where is my parcel?\n8,\"I was charged twice, again.\"\n", to: "new.csv")
      try scratch.write("body,team\nWhere is the parcel?,delivery\nA wrong invoice.,billing\n", to: "labelled.csv")
      try run(Document("docs/first-task.md"), in: scratch)
      let answers = try scratch.text("answers.csv")
      #expect(answers.split(separator: "\r\n").count == 3 && answers.contains(",7,tickets,tickets@1,"), "\(answers)")
    }
  }
}
