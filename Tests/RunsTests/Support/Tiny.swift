import Foundation
import Learning
import Runs
import TestSupport

@testable import Records

/// The smallest run that is one: two tasks of 12 training and 6 test rows, and two layers of the embedded base.
enum Tiny {
  static let tasks = ["weather", "traffic"]

  /// The folder of the package.
  static let package: URL = {
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    return package
  }()

  static let base = ShallowBase.folder
  /// All six layers: where it counts what is learned.
  static let wholeBase = ShallowBase.seedling

  private static let words = [
    "weather": ["bad": ["rain", "hail", "fog"], "good": ["sun", "a blue sky", "warm air"]],
    "traffic": ["free": ["empty roads", "no queue", "green lights"], "jam": ["a queue", "roadworks", "an accident"]],
  ]

  /// The rows of a task as JSONL: two thirds train, one third test.
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

  /// Writes the files of the tasks, in their order.
  static func write(to scratch: Scratch) throws -> [URL] {
    try tasks.map { try scratch.write(rows($0), to: "data/\($0).jsonl") }
  }

  /// Three steps a task, on one thread.
  static func configuration(
    _ files: [URL], method: String = "moe-cl", outputHead: OutputHead = .label, seed: UInt64 = 0
  ) -> RunConfiguration {
    var result = RunConfiguration()
    result.method = method
    result.outputHead = outputHead
    result.seed = seed
    result.base = base.path
    result.source.files = files.map(\.path)
    result.rank = 2
    result.threads = 1
    result.training.epochs = 1
    result.training.batchSize = 4
    return result
  }
}
