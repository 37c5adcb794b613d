public import Foundation

/// The eight tasks of TRACE in its two orders (arXiv 2310.06762): stance, monetary policy, meetings, code, science,
/// arithmetic (two) and simplification, in three languages.
///
/// A folder has one folder for each task, with `train.json`, `eval.json` and `test.json`: arrays of `{"prompt", "answer"}`. Prompts are
/// what the files say. The parts shared by all prompts of a task become its instruction and cue, so a long text loses tokens of its own and
/// never the instruction. C-STANCE, FOMC and ScienceQA are classifications by letter; the others are generations.
public struct TraceSuite: TaskSuite {
  /// The files of a task.
  public enum Split: String, Sendable, CaseIterable {
    /// Rows to train on.
    case train
    /// Rows of a validation set. FOMC's are its test rows: choose nothing on them.
    case eval
    /// Rows to score.
    case test
  }

  /// `trace`.
  public let name = "trace"

  /// 1 and 2.
  public let orders = [1, 2]

  /// True: TRACE's published code has quirks that its numbers depend on.
  public let hasLegacyColumn = true

  /// The folder of the suite.
  public let directory: URL

  /// Names the folder; nothing is read yet.
  ///
  /// - Parameter directory: The folder with the eight tasks' folders.
  public init(directory: URL) {
    self.directory = directory
  }

  /// The names of the tasks in one of the two orders.
  ///
  /// - Parameter order: 1 or 2.
  /// - Throws: ``StreamError/order(_:)`` for any other number.
  public func taskNames(order: Int) throws -> [String] {
    switch order {
    case 1: TraceTask.all.map(\.name)
    case 2: TraceTask.order2
    default: throw unknownOrder(order)
    }
  }

  /// Reads the training and test rows of a task.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  /// - Throws: A ``StreamError`` that names the file and the row of what is wrong.
  public func task(named name: String) throws -> LearningTask {
    try folder(ofTask: name).read()
  }

  /// Reads the rows of one file of a task.
  ///
  /// - Parameters:
  ///   - split: The file.
  ///   - name: One of the names of ``taskNames(order:)``.
  /// - Throws: A ``StreamError`` that names the file and the row of what is wrong.
  public func examples(_ split: Split, ofTask name: String) throws -> [Example] {
    try folder(ofTask: name).rows(split).rows.map(\.example)
  }

  /// How a task's test rows are scored.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  /// - Throws: ``StreamError/identity(_:)`` for any other name.
  public func scoring(ofTask name: String) throws -> TaskScoring {
    try folder(ofTask: name).task.scoring
  }

  /// What a table must say about a task's data: whether it is all of it, and how many test rows are trained on.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  /// - Throws: A ``StreamError`` that names the file and the row of what is wrong.
  public func statement(ofTask name: String) throws -> TraceStatement {
    try TraceStatement(folder(ofTask: name))
  }

  /// The sentences of a task's ``statement(ofTask:)``.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  /// - Throws: A ``StreamError`` that names the file and the row of what is wrong.
  public func notes(ofTask name: String) throws -> [String] { try statement(ofTask: name).notes }

  /// The files with training and test rows of a task; none for a task that is not of this suite.
  ///
  /// - Parameter name: One of the names of ``taskNames(order:)``.
  public func files(ofTask name: String) -> [URL] {
    guard let folder = try? folder(ofTask: name) else { return [] }
    return [folder.file(.train), folder.file(.test)]
  }

  private func folder(ofTask name: String) throws -> TraceFolder {
    guard let task = TraceTask.all.first(where: { $0.name == name }) else {
      throw unknownTask(name, known: TraceTask.all.map(\.name))
    }
    return TraceFolder(task: task, directory: directory.appendingPathComponent(name))
  }
}
