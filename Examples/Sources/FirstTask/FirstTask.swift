import Evolution
import Foundation
import Generation
import Records
import Registry
import Serving
import TaskModels

/// A first task: a registry on a base, a task learned from a few rows, answers.
///
/// `swift run first-task [BASE]`, in `Examples/`. BASE is a Hugging Face folder; without it, it is the small embedded base.
@main enum FirstTask {
  static func main() throws {
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("first-task-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let file = home.appendingPathComponent("tickets.csv")
    try rows().write(to: file, atomically: true, encoding: .utf8)

    let folder = CommandLine.arguments.dropFirst().first ?? "../Sources/accrete/Resources/base/seedling"
    let base = try Base(folder: URL(fileURLWithPath: folder))
    let registry = try Registry.create(
      at: home.appendingPathComponent("registry"), base: BaseRecord(base, path: base.folder.path), actor: "ann")

    var options = LearnOptions()
    options.outputHead = .ridge  // the closed-form head alone: a second; leave it out, and an expert is trained, too
    var job = LearnJob(file: file, options: options, program: "first-task", actor: "ann")
    job.instruction = "Which team is this for?"
    let outcome = try Learn(job, in: registry, on: base).run()

    print("\(outcome.version.reference): \(outcome.release == nil ? "held back" : "released")")
    for gate in outcome.gates.gates { print("  \(gate.id): \(gate.finding)") }

    let tickets = try registry.load("tickets", on: base)
    for text in ["Where is my parcel now?", "I paid the invoice twice, you know"] {
      let answer = try tickets.predict(text)
      print("\(text) → \(answer.text), p = \(String(format: "%.2f", answer.confidence ?? 0))")
    }
  }

  /// A table as a spreadsheet saves it: two labels, and which rows are for learning, choosing and the gates.
  private static func rows() -> String {
    let texts = [
      "billing": ["Refund the invoice", "The invoice is wrong", "I paid the invoice twice", "Send me the invoice"],
      "delivery": ["The parcel never arrived", "Where is my parcel", "The parcel is late", "The parcel is open"],
    ]
    let ends = [
      ("today", "train"), ("again", "train"), ("please", "validation"), ("at last", "test"), ("right now", "test"),
    ]
    return texts.sorted { $0.key < $1.key }.reduce("text,label,split\n") { table, task in
      task.value.reduce(table) { table, text in
        ends.reduce(table) { $0 + "\(text) \($1.0),\(task.key),\($1.1)\n" }
      }
    }
  }
}
