import Foundation
import Generation
import Learning
import Records
import Streams
import TestSupport

@testable import TaskModels

/// Two layers of the base that is inside the package, loaded once, and a small task.
enum Small {
  static let folder = ShallowBase.folder

  private static let loaded = Result { try Base(folder: folder) }

  static func base() throws -> Base { try loaded.get() }

  private static let words = [
    "bad": ["rain", "hail", "fog", "a storm"], "good": ["sun", "a blue sky", "warm air", "light wind"],
  ]

  /// Two labels, 24 learn, 8 choose and 8 gate rows.
  static func examples() -> TaskExamples {
    func rows(_ places: [String], from start: Int) -> [Example] {
      var rows: [Example] = []
      for place in places {
        for (label, words) in words.sorted(by: { $0.key < $1.key }) {
          for word in words {
            rows.append(
              Example(
                id: "\(start + rows.count)", index: start + rows.count, text: "Expect \(word) \(place).", answer: label)
            )
          }
        }
      }
      return rows
    }
    return TaskExamples(
      task: LearningTask(
        name: "weather", instruction: "Is this weather bad?", cue: "Answer:", labels: ["bad", "good"], train: [],
        test: []),
      learn: rows(["today", "in the north", "at noon"], from: 0), choose: rows(["tonight"], from: 24),
      gate: rows(["tomorrow"], from: 32), origin: .file)
  }

  /// Two passes of six steps on one thread.
  static func options(_ head: OutputHead? = nil) -> LearnOptions {
    var options = LearnOptions()
    options.rank = 2
    options.batchSize = 4
    options.maxEpochs = 2
    options.learningRate = 1e-3
    options.outputHead = head
    return options
  }

  static func scratch() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("task-models-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}
