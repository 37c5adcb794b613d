import Files
public import Foundation
public import Records

/// A run as a report sees it: what its folder holds, read once. Nothing is changed, so another process may be working on it.
public struct ReportedRun: Sendable {
  public let folder: URL
  public let manifest: Manifest
  /// Nothing is scored in it while `matrix.json` is not written.
  public let matrix: TaskMatrix
  /// Scored rows of each task, in their order.
  public let rows: [Int]
  /// `nil` until the run has scored for the first time.
  public let metrics: RunMetrics?
  /// `nil` if no task was inferred.
  public let inferred: InferredMatrixFile?
  public let statistics: [TaskStatistic]
  public let losses: LossCourse
  /// The answers after the last task, by task; `nil` of an unfinished run, or without the files.
  let endings: [String: TaskAnswers]?
  /// `nil` of an unfinished run, or without the files of predictions.
  let changes: [AnswerChanges]?

  /// Tasks learned so far.
  public var learned: Int { metrics?.tasksLearned ?? 0 }
  /// Whether all tasks are learned: only then its numbers are results.
  public var isFinished: Bool { learned == manifest.tasks.count && metrics != nil }

  /// - Parameter url: The run's folder.
  /// - Throws: `RunError.notARun`, or a `FileError` that names the file and what cannot be.
  public init(_ url: URL) throws {
    let folder = RunFolder(url)
    self.folder = url
    let manifest = try folder.readManifest()
    self.manifest = manifest
    // The matrix is written before the metrics: read the other way round, it never lacks what they tell of.
    let metrics = try folder.readMetrics()
    let matrix = try folder.readMatrix()
    let count = manifest.tasks.count
    if let metrics, !(0...count).contains(metrics.tasksLearned) {
      throw Self.refusal(folder.metrics, "\(metrics.tasksLearned) tasks learned of \(count)")
    }
    guard matrix.map({ $0.tasks == manifest.tasks }) ?? true else {
      throw Self.refusal(folder.matrix, "its tasks are not those of manifest.json")
    }
    self.metrics = metrics
    self.matrix = try matrix?.matrix() ?? TaskMatrix(tasks: manifest.tasks)
    rows = matrix?.n ?? manifest.tasks.map { manifest.rows[$0]?.scored ?? 0 }
    inferred = try folder.readInferredMatrix()
    guard inferred.map({ $0.matrix.tasks == manifest.tasks }) ?? true else {
      throw Self.refusal(folder.inferredMatrix, "its tasks are not those of manifest.json")
    }
    statistics = try folder.readStatistics()
    losses = try OptionalFile.read { try LossCourse(folder, tasks: manifest.tasks) } ?? .empty
    guard let metrics, metrics.tasksLearned == count else {
      (endings, changes) = (nil, nil)
      return
    }
    let endings = try OptionalFile.read { try Self.endings(folder, manifest) }
    self.endings = endings
    changes = try endings.flatMap { endings in
      try OptionalFile.read { try Self.changes(folder, manifest, endings) }
    }
  }

  private static func endings(_ folder: RunFolder, _ manifest: Manifest) throws -> [String: TaskAnswers] {
    try Dictionary(
      uniqueKeysWithValues: manifest.tasks.map { task in
        (task, try folder.answers(manifest, row: manifest.tasks.count, task: task))
      })
  }

  /// Of tasks of labels: a free answer is neither right nor wrong.
  private static func changes(
    _ folder: RunFolder, _ manifest: Manifest, _ endings: [String: TaskAnswers]
  ) throws -> [AnswerChanges] {
    try manifest.tasks.enumerated().compactMap { number, task in
      guard case .labels(let end) = endings[task] else { return nil }
      let file = folder.predictions(row: number + 1, task: task)
      let learned = try folder.answers(manifest, row: number + 1, task: task).predictions
      let labels = manifest.scoring(of: task).labels
      guard let changes = AnswerChanges(task: task, labels: labels, learned: learned, end: end) else {
        throw refusal(file, "its rows are not those of the predictions after \(manifest.tasks.count) tasks")
      }
      return changes
    }
  }

  private static func refusal(_ file: URL, _ reason: String) -> FileError {
    .malformedJSON(path: file.path, reason: reason)
  }
}
