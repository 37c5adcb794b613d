import Evolution
import Files
import Foundation
import Generation
import Learning
import Records
import Registry
import Serving
import TaskModels
import TestSupport
import Torch

/// A registry on two layers of the base that is inside the package, and tasks of a few rows.
final class Home {
  static let base = Result { try Base(folder: folder) }
  static let folder = ShallowBase.folder

  let url: URL
  private let owner: AnyObject?
  let registry: Registry
  let base: Base

  convenience init() throws { try self.init(base: Self.base.get()) }

  /// - Parameter owner: whoever removes the base's folder with itself.
  init(base: Base, keeping owner: AnyObject? = nil) throws {
    self.owner = owner
    try TorchRuntime.setThreads(1)
    url = FileManager.default.temporaryDirectory.appendingPathComponent("home-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    self.base = base
    registry = try Registry.create(
      at: url.appendingPathComponent("registry"), base: BaseRecord(base, path: base.folder.path), actor: "test")
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  static let words: [String: [String: [String]]] = [
    "weather": ["bad": ["rain", "hail", "fog", "a storm"], "good": ["sun", "a blue sky", "warm air", "light wind"]],
    "traffic": ["free": ["empty roads", "no queue", "green lights"], "jam": ["a queue", "roadworks", "an accident"]],
    "food": ["sweet": ["honey", "cake", "jam", "sugar"], "salty": ["chips", "olives", "cheese", "ham"]],
  ]

  /// Rows of a task: twelve places for each word, whose roles the file states.
  func rows(_ task: String, relabelled: Int = 0, places count: Int = 12) throws -> URL {
    var (lines, changed) = ([String](), relabelled)
    for place in 0..<count {
      for (label, words) in (Self.words[task] ?? [:]).sorted(by: { $0.key < $1.key }) {
        for word in words {
          let split = place % 4 == 3 ? "test" : place % 4 == 2 ? "validation" : "train"
          var label = label
          if changed > 0, split == "train" {
            label = Self.words[task]?.keys.sorted().first { $0 != label } ?? label
            changed -= 1
          }
          lines.append(
            "{\"text\":\"In the \(task) of place \(place) there is \(word).\",\"label\":\"\(label)\",\"split\":\"\(split)\"}"
          )
        }
      }
    }
    return try write(lines, named: task)
  }

  func write(_ lines: [String], named name: String) throws -> URL {
    let file = url.appendingPathComponent("\(name).jsonl")
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    return file
  }

  /// The closed-form head alone, which is quick.
  static func options(_ head: OutputHead = .ridge) -> LearnOptions {
    var options = LearnOptions()
    options.outputHead = head
    options.rank = 2
    options.maxEpochs = 1
    options.learningRate = 1e-3
    return options
  }

  @discardableResult
  func learn(
    _ file: URL, name: String? = nil, options: LearnOptions = Home.options(), margin: Double = 0.02,
    report: @escaping (EvolutionProgress) -> Void = { _ in }
  ) throws -> LearnOutcome {
    var job = LearnJob(file: file, options: options, program: "test", actor: "test")
    job.name = name
    job.margin = margin
    job.instruction = "What is said of \(name ?? file.deletingPathExtension().lastPathComponent)?"
    return try Learn(job, in: registry, on: base, report: report).run()
  }
}
