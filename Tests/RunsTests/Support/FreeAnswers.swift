import Foundation
import Learning
import Runs
import TestSupport

@testable import Records

/// A run over a task of labels and one of free answers: 12 training and 6 test rows each.
enum FreeAnswers {
  static let tasks = ["weather", "echo"]

  private static let words = ["sun", "hail", "fog", "rain", "warm air", "wind"]

  /// Rows whose answer is a part of the prompt; no two answers are the same, so that they are not labels.
  static func rows(longAnswer: Bool = false) -> String {
    var lines: [String] = []
    for (place, split) in [("today", "train"), ("at noon", "train"), ("in the north", "test")] {
      for word in words {
        let answer = longAnswer && word == "wind" ? Array(repeating: "wind", count: 90).joined(separator: " ") : word
        lines.append(
          "{\"prompt\":\"Say: \(word) \(place)\\nAnswer:\",\"answer\":\"\(answer) \(place)\",\"split\":\"\(split)\"}\n")
      }
    }
    return lines.joined()
  }

  static func write(to scratch: Scratch, longAnswer: Bool = false) throws -> [URL] {
    [
      try scratch.write(Tiny.rows("weather"), to: "data/weather.jsonl"),
      try scratch.write(rows(longAnswer: longAnswer), to: "data/echo.jsonl"),
    ]
  }

  static func configuration(_ files: [URL], method: String = "moe-cl", scorer: String? = "rouge-l") -> RunConfiguration
  {
    var result = Tiny.configuration(files, method: method)
    result.source.scorer = scorer
    result.training.learningRate = 5e-3
    result.training.epochs = 2
    return result
  }
}
