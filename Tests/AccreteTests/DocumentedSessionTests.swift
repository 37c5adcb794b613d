import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Do the commands of the first two pages that anybody reads work, one after the other, in an empty folder with the files that they name?
  @Suite struct DocumentedSessionTests {
    @Test func theFrontPage() throws {
      let session = try DocumentedSession()
      let scratch = session.scratch
      for (name, kinds) in [("spam.csv", DocumentedRows.spam), ("spam-2027.csv", DocumentedRows.laterSpam)] {
        try scratch.write(DocumentedRows.table(kinds), to: name)
      }
      for (name, kinds) in [("spam.jsonl", DocumentedRows.spam), ("abuse.jsonl", DocumentedRows.abuse)] {
        try scratch.write(DocumentedRows.lines(kinds), to: name)
      }
      let tags = DocumentedRows.rows(DocumentedRows.spam).map { row in
        "{\"text\":\"\(row.text)!\",\"labels\":\(row.label == "spam" ? "[\"spam\",\"bait\"]" : "[]"),\"split\":\"\(row.split)\"}\n"
      }
      try scratch.write(
        tags.joined() + "{\"text\":\"Bait alone\",\"labels\":[\"bait\"],\"split\":\"train\"}\n", to: "tags.jsonl")
      try scratch.write("{\"text\":\"You won a prize\"}\n{\"text\":\"What an idiot\"}\n", to: "texts.jsonl")
      try session.run(Document("README.md"), least: 19) { line in
        // It would not end; the tests of the server start their own.
        if line.hasPrefix("accrete serve") { return nil }
        // An adapter that another program wrote has none of our files.
        if line.hasPrefix("accrete experts import peft-adapter ") {
          for file in ["adapter_config.json", "adapter_model.safetensors"] {
            try scratch.copy(scratch.url("spam-adapter/\(file)"), as: "peft-adapter/\(file)")
          }
        }
        return line
      }
      session.expectFiles(
        "registry/registry.sqlite", "spam-adapter/predict.py", "spam-model/config.json", "experts/abuse/expert.json",
        "runs/mine/report.html", "runs/mine/metrics.json", "runs/grid/report.txt")
    }

    @Test func theFirstTask() throws {
      let session = try DocumentedSession()
      let scratch = session.scratch
      let columns = "ticket,body,team"
      try scratch.write(DocumentedRows.table(DocumentedRows.tickets, columns: columns), to: "tickets.csv")
      var later = DocumentedRows.tickets
      later["billing"]?[0] = "Send the invoice again"
      try scratch.write(DocumentedRows.table(later, columns: columns), to: "tickets-june.csv")
      try scratch.write("ticket,body\n7,Where is my parcel?\n8,\"I was charged twice, again.\"\n", to: "new.csv")
      try scratch.write("body,team\nWhere is the parcel?,delivery\nA wrong invoice.,billing\n", to: "labelled.csv")
      try session.run(Document("docs/first-task.md"), least: 10)
      let answers = try scratch.text("answers.csv")
      #expect(answers.split(separator: "\r\n").count == 3 && answers.contains(",7,tickets,tickets@1,"), "\(answers)")
    }
  }
}
