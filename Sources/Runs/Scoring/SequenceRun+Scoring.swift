import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
public import Records
import Streams
import TaskModels
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
  /// - Throws: `RunError.unknownTask(name:known:)`.
  public func evaluate(task name: String) throws -> TaskAnswers {
    guard let task = tasks.first(where: { $0.task.name == name }) else {
      throw RunError.unknownTask(name: name, known: tasks.map(\.task.name))
    }
    return try score(task, row: learned)
  }

  private func score(_ task: PreparedTask, row: Int) throws -> TaskAnswers {
    try score(
      task, positions: Array(task.evaluated.indices), heads: heads(of: task), experts: experts(of: task), row: row)
  }

  /// Scores some rows of a task under any experts and heads. `positions`: which, in `task.evaluated`.
  func score(
    _ task: PreparedTask, positions: [Int], heads: AnsweringHeads, experts: (any ExpertSelection)?, row: Int
  ) throws -> TaskAnswers {
    let (name, report) = (task.task.name, report)
    return try task.answers(base, positions: positions, heads: heads, experts: experts) {
      report(.evaluating(row: row, task: name, done: $0, total: positions.count))
      try whileScoring(row: row)
    }
  }

  /// The task's output heads as they are now.
  func heads(of task: PreparedTask) throws -> AnsweringHeads {
    AnsweringHeads(
      trained: try heads?.head(of: task.task.name, labels: task.task.labels.count), combined: combined?[task.task.name])
  }

  /// What serves the task; `nil` is the base, and what answers where no expert is trained.
  func experts(of task: PreparedTask) throws -> (any ExpertSelection)? {
    configuration.outputHead.hasExpert ? try method.selection(for: task.identity) : nil
  }

  private func dependencies(of task: PreparedTask) throws -> Digest {
    var all = configuration.outputHead.hasExpert ? method.dependencies(of: task.identity) : [:]
    if let head = try heads(of: task).trained { all["head"] = head }
    all.merge(combined?.tensors(of: task.task.name) ?? [:]) { first, _ in first }
    let lines = try all.sorted { $0.key < $1.key }.map { "\($0.key) \(try $0.value.digest())" }
    return Digest(of: Data(lines.joined(separator: "\n").utf8))
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
}
