import Foundation
import TestSupport
import Testing

/// The smallest run: two tasks of 12 training and 6 test rows.
enum TinyRun {
  static let tasks = ["weather", "traffic"]

  private static let words = [
    "weather": ["bad": ["rain", "hail", "fog"], "good": ["sun", "a blue sky", "warm air"]],
    "traffic": ["free": ["empty roads", "no queue", "green lights"], "jam": ["a queue", "roadworks", "an accident"]],
  ]

  /// The labels of a task in their order.
  static func labels(_ task: String) -> [String] { (words[task] ?? [:]).keys.sorted() }

  /// The rows of a task as JSONL.
  static func rows(_ task: String) -> String {
    var lines: [String] = []
    for (place, split) in [("today", "train"), ("in the north", "train"), ("at noon", "test")] {
      for (label, words) in (words[task] ?? [:]).sorted(by: { $0.key < $1.key }) {
        for word in words {
          lines.append("{\"text\":\"Expect \(word) \(place).\",\"label\":\"\(label)\",\"split\":\"\(split)\"}\n")
        }
      }
    }
    return lines.joined()
  }

  static func write(to scratch: Scratch) throws {
    for task in tasks { try scratch.write(rows(task), to: "\(task).jsonl") }
  }

  /// Three short steps a task, on one thread and the smallest base.
  static let options = options(base: Accrete.base.lastPathComponent)

  static func options(base: String) -> [String] {
    ["--base", base, "--rank", "2", "--epochs", "1", "--batch", "4", "--threads", "1"]
  }

  /// `train` with a method of two experts on files of the working folder.
  static func arguments(_ files: [String] = tasks.map { $0 + ".jsonl" }, out: String = "run") -> [String] {
    ["train", "--tasks"] + files + ["--out", out, "--method", "moe-cl"] + options
  }

  /// The same with another method, on two layers of the base: where it counts that it is run often.
  static func shortArguments(method: String, out: String) -> [String] {
    ["train", "--tasks"] + tasks.map { $0 + ".jsonl" } + ["--out", out, "--method", method]
      + options(base: ShallowBase.folder.path)
  }
}

/// A run that was finished once and is only looked at.
final class FinishedRun: @unchecked Sendable {
  static let shared = FinishedRun()

  private let lock = NSLock()
  private var scratch: Scratch?

  private init() {
    atexit { FinishedRun.shared.scratch = nil }
  }

  /// The folder with the tasks' files and the run in `run`.
  func folder() throws -> URL {
    try lock.withLock {
      if let scratch { return scratch.url }
      let made = try Scratch()
      try TinyRun.write(to: made)
      let outcome = try Accrete.run(TinyRun.arguments() + ["--json"], in: made.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      try made.write(outcome.output, to: "metrics-printed.json")
      scratch = made
      return made.url
    }
  }
}

/// Checks what every refusal must be: this exit code, one clear line that says all of `words`, no crash, no result.
func expectRefusal(
  _ outcome: Outcome, code: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(outcome.code == code, "\(outcome.testDescription)", sourceLocation: sourceLocation)
  #expect(outcome.complaints.count == 1, "\(outcome.testDescription)", sourceLocation: sourceLocation)
  let line = outcome.complaints.first ?? ""
  // The complaint is the last line: nothing follows it, no trace of a stack above all.
  #expect(outcome.errorLines.last == line, "\(outcome.testDescription)", sourceLocation: sourceLocation)
  for word in words { #expect(line.contains(word), "no `\(word)` in: \(line)", sourceLocation: sourceLocation) }
  for sign in ["Fatal error", "rror Domain", "0x", "crashed"] {
    #expect(!outcome.error.contains(sign), "\(outcome.testDescription)", sourceLocation: sourceLocation)
  }
  #expect(outcome.output.isEmpty, "\(outcome.text)", sourceLocation: sourceLocation)
}
