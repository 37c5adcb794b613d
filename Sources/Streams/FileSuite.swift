public import Foundation

/// A user's own tasks, one file each, in the order in which the files are given.
public struct FileSuite: TaskSuite {
  /// `files`.
  public let name = "files"

  /// Only 1: the order of the files.
  public let orders = [1]

  private let files: [(task: String, url: URL)]
  private let reader: RowReader

  /// Names the files; their rows are not read yet.
  ///
  /// - Parameters:
  ///   - files: One file per task, in the order in which the tasks arrive.
  ///   - reader: How the files are read.
  /// - Throws: ``StreamError/identity(_:)`` if a file's name cannot be a task's, or two tasks would have one name;
  ///   ``StreamError/file(_:)`` if no file is given.
  public init(files: [URL], reader: RowReader = RowReader()) throws {
    guard !files.isEmpty else {
      throw StreamError.file(
        StreamError.Detail(file: "files", expected: "at least one file", got: "none", fix: "Name a JSONL file."))
    }
    self.files = files.map { (RowReader.taskName(of: $0), $0) }
    self.reader = reader
    try TaskName.require(self.files.map { ($0.task, RowLocation(file: $0.url.relativePath)) })
  }

  /// The names of the tasks in the order of the files.
  ///
  /// - Parameter order: 1.
  /// - Throws: ``StreamError/order(_:)`` for any other number.
  public func taskNames(order: Int) throws -> [String] {
    guard orders.contains(order) else { throw unknownOrder(order) }
    return files.map(\.task)
  }

  /// Reads the file of a task.
  ///
  /// - Parameter name: The file's name without its ending.
  /// - Throws: A ``StreamError`` that names the file and the line of what is wrong.
  public func task(named name: String) throws -> LearningTask {
    guard let file = files.first(where: { $0.task == name }) else {
      throw unknownTask(name, known: files.map(\.task))
    }
    return try reader.read(file.url)
  }

  /// The file of a task; none for a task that is not of this suite.
  ///
  /// - Parameter name: The file's name without its ending.
  public func files(ofTask name: String) -> [URL] {
    files.filter { $0.task == name }.map(\.url)
  }
}
