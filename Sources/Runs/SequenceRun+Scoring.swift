import Decoder
import Experts
import Files
import Foundation
import Generation
public import Learning
import Streams
import Torch

extension SequenceRun {
  /// Scores all tasks after `row` learned ones, and writes their predictions.
  ///
  /// A task whose tensors are bit for bit what they were when it was last scored has the same predictions: those are taken.
  func scoreRow(_ row: Int) throws {
    try RunFolder.makeFolder(folder.inside(folder.predictions(row: row, task: "x").deletingLastPathComponent()))
    var scores: [(String, Double)] = []
    for (column, task) in tasks.enumerated() {
      let name = task.task.name
      let dependencies = try dependencies(of: task)
      let answers: TaskAnswers
      if let earlier = scored[name], earlier.dependencies == dependencies {
        answers = earlier.answers
      } else {
        answers = try score(task, row: row)
      }
      scored[name] = Scored(dependencies: dependencies, answers: answers)
      let score = answers.outcome(manifest.scoring(of: name), .clean)?.score ?? 0
      try matrix.record(score, row: row, column: column)
      try sideColumns.record(answers, manifest, row: row, column: column)
      scores.append((name, score))
      try folder.write(answers.lines(), to: folder.predictions(row: row, task: name))
    }
    report(.scored(row: row, scores: scores))
  }

  /// Scores one task with the experts as they are now. Writes nothing.
  /// - Throws: ``RunError/unknownTask(name:known:)``.
  public func evaluate(task name: String) throws -> TaskAnswers {
    guard let task = tasks.first(where: { $0.task.name == name }) else {
      throw RunError.unknownTask(name: name, known: tasks.map(\.task.name))
    }
    return try score(task, row: learned)
  }

  private func score(_ task: PreparedTask, row: Int) throws -> TaskAnswers {
    try score(task, places: Array(task.evaluated.indices), experts: method.selection(for: task.identity), row: row)
  }

  /// Scores some rows of a task under any experts. `places`: which, in `task.evaluated`.
  func score(
    _ task: PreparedTask, places: [Int], experts: (any ExpertSelection)?, row: Int
  ) throws -> TaskAnswers {
    let (name, report) = (task.task.name, report)
    return try task.answers(base, places: places, head: head(of: task), experts: experts) {
      report(.evaluating(row: row, task: name, done: $0, total: places.count))
      try whileScoring(row: row)
    }
  }

  private func head(of task: PreparedTask) throws -> Tensor? {
    try heads?.head(of: task.task.name, labels: task.task.labels.count)
  }

  private func dependencies(of task: PreparedTask) throws -> Digest {
    try digest(method.dependencies(of: task.identity), head: head(of: task))
  }

  /// After a resume: the newest row was scored with the tensors as they are now.
  func reuseLastRow() throws {
    for (column, task) in tasks.enumerated() where matrix[learned, column] != nil {
      let file = folder.predictions(row: learned, task: task.task.name)
      let answers = try folder.answers(manifest, row: learned, task: task.task.name)
      guard answers.count == task.evaluated.count else {
        throw FileError.malformedJSON(
          path: file.path, reason: "it has \(answers.count) rows of \(task.evaluated.count)")
      }
      scored[task.task.name] = Scored(dependencies: try dependencies(of: task), answers: answers)
    }
  }

  private func digest(_ tensors: [String: Tensor], head: Tensor?) throws -> Digest {
    var all = tensors
    if let head { all["head"] = head }
    let lines = try all.sorted { $0.key < $1.key }.map { "\($0.key) \(try $0.value.digest())" }
    return Digest(of: Data(lines.joined(separator: "\n").utf8))
  }
}

extension [Prediction] {
  /// The share of rows whose predicted label is the right one.
  public var accuracy: Double { isEmpty ? 0 : Double(count(where: \.isRight)) / Double(count) }
}
