import Foundation
import TestSupport
import Testing

/// A folder in which the commands of a page are run as the shell gets them, in their order.
struct DocumentedSession {
  let scratch: Scratch

  /// - Parameter base: what stands at `path/to/hf-model`.
  init(base: URL = Accrete.base) throws {
    scratch = try Scratch()
    try scratch.copy(base, as: "path/to/hf-model")
  }

  /// Runs a line of the shell.
  func shell(_ line: String, _ name: String = "before") throws {
    // One thread: beside other tests more of them wait for each other most of the time.
    let path =
      "OMP_NUM_THREADS=1; export OMP_NUM_THREADS; PATH='\(Accrete.binary.deletingLastPathComponent().path)':$PATH; export PATH; "
    let outcome = try Accrete.run([], by: path + line, in: scratch.url)
    try #require(outcome.code == 0, "\(name): \(line): \(outcome.testDescription)")
  }

  /// Runs the lines of a page that have no other command than ours, and `echo` before it.
  ///
  /// - Parameters:
  ///   - document: the page.
  ///   - least: how many lines there are at least.
  ///   - names: what stands for something that is only named there.
  ///   - before: gets a line before it is run, and says what is run: nil: nothing.
  func run(
    _ document: Document, least: Int, _ names: [String: String] = [:], before: (String) throws -> String? = { $0 }
  ) throws {
    var count = 0
    for block in document.blocks("sh") {
      for line in block.replacing("\\\n", with: " ").split(separator: "\n").map(String.init) {
        let commands = ShellText(line).commands.compactMap(\.first)
        guard commands.contains("accrete"), commands.allSatisfy({ ["accrete", "echo"].contains($0) }) else { continue }
        let named = names.sorted { $0.key.count > $1.key.count }.reduce(line) { $0.replacing($1.key, with: $1.value) }
        guard let line = try before(named) else { continue }
        try shell(line, document.name)
        count += 1
      }
    }
    #expect(count >= least, "\(document.name)")
  }

  func expectFiles(_ names: String...) {
    for name in names { #expect(FileManager.default.fileExists(atPath: scratch.url(name).path), "\(name)") }
  }
}

/// The rows that these pages name.
enum DocumentedRows {
  /// Few of them, so that a pass over them is one step, and enough in the test split for the gates.
  static func rows(_ kinds: [String: [String]]) -> [(text: String, label: String, split: String)] {
    let ends = [("today", "train"), ("at noon", "test"), ("again", "test")]
    return kinds.sorted { $0.key < $1.key }.flatMap { label, texts in
      texts.flatMap { text in ends.map { ("\(text) \($0.0)", label, $0.1) } }
    }
  }

  static func table(_ kinds: [String: [String]], columns: String = "text,label") -> String {
    let hasNumbers = columns.split(separator: ",").count > 2
    return rows(kinds).enumerated().reduce("\(columns),split\n") { text, row in
      text + (hasNumbers ? "\(row.offset + 1)," : "")
        + "\"\(row.element.text)\",\(row.element.label),\(row.element.split)\n"
    }
  }

  static func lines(_ kinds: [String: [String]]) -> String {
    rows(kinds).map { "{\"text\":\"\($0.text)\",\"label\":\"\($0.label)\",\"split\":\"\($0.split)\"}\n" }.joined()
  }

  static let spam = [
    "spam": ["Cheap pills for sale", "Win free money", "You won a prize"],
    "ham": ["Lunch is ready", "The meeting moves", "The report is done"],
  ]
  /// The same with another text.
  static var laterSpam: [String: [String]] {
    var later = spam
    later["spam"]?[0] = "Cheap watches for sale"
    return later
  }
  static let abuse = [
    "yes": ["You are a fool", "Shut up you clown", "What an idiot"],
    "no": ["Thank you for the photo", "I like the music", "The film was long"],
  ]
  static let tickets = [
    "billing": ["Refund the invoice", "The invoice is wrong", "I paid the invoice twice"],
    "delivery": ["The parcel never arrived", "Where is my parcel", "The parcel is late"],
  ]
}
