import Foundation
import TestSupport
import Testing

/// A registry with every kind of version that a server answers from: `weather` and `traffic` with closed-form heads and `food` with an
/// expert are released; `story`, which writes its answers, is registered alone.
final class ServedRegistry: @unchecked Sendable {
  static let shared = ServedRegistry()
  /// A text that every task answers.
  static let text = "Expect rain today."

  private let lock = NSLock()
  private var scratch: Scratch?

  private init() {
    atexit { ServedRegistry.shared.scratch = nil }
  }

  /// A copy of it, in the folder `registry`.
  func copy() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.copy(folder().appendingPathComponent("registry"), as: "registry")
    return scratch
  }

  private func folder() throws -> URL {
    try lock.withLock {
      if let scratch { return scratch.url }
      let made = try Scratch()
      try made.copy(LearnedRegistry.shared.folder().appendingPathComponent("registry"), as: "registry")
      let splits = ["train", "train", "train", "train", "validation", "test"]
      let food = ["cake": "sweet", "honey": "sweet", "cheese": "salty", "ham": "salty"].sorted { $0.key < $1.key }
      let rows = splits.enumerated().flatMap { place, split in
        food.map { #"{"text":"There is \#($0) at place \#(place).","label":"\#($1)","split":"\#(split)"}"# }
      }
      try made.write(rows.joined(separator: "\n"), to: "food.jsonl")
      let tales = (splits + splits).enumerated().map { place, split in
        #"{"prompt":"Tell of place \#(place):","completion":"In place \#(place) there is rain.","split":"\#(split)"}"#
      }
      try made.write(tales.joined(separator: "\n"), to: "story.jsonl")
      let short = ["--rank", "2", "--max-epochs", "1", "--learning-rate", "0.001", "--threads", "1", "--quiet"]
      for arguments in [
        ["learn", "food.jsonl", "--output-head", "label"] + short, ["learn", "story.jsonl"] + short,
        ["promote", "food@1", "--reason", "a test"],
      ] {
        let outcome = try Accrete.run(arguments, in: made.url)
        try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
      }
      scratch = made
      return made.url
    }
  }
}

extension Scratch {
  var registry: URL { url("registry") }

  /// Runs a command on the registry in this folder.
  @discardableResult func accrete(_ arguments: String..., input: String? = nil) throws -> Outcome {
    let outcome = try Accrete.run(arguments, input: input.map { Data($0.utf8) }, in: url)
    try #require(outcome.code == 0, "\(arguments): \(outcome.testDescription)")
    return outcome
  }
}
