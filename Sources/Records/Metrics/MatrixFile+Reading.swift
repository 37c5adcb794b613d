import Files
public import Foundation

extension MatrixFile {
  /// Reads `matrix.json`.
  /// - Throws: `FileError` that names the file and what cannot be.
  public static func read(_ url: URL) throws -> MatrixFile {
    try JSONFile.read(MatrixFile.self, from: url).possible(path: url.path)
  }

  /// Reads a matrix that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The JSON text.
  ///   - path: Where it came from, for errors.
  /// - Throws: As ``read(_:)``.
  public static func decode(_ data: Data, path: String) throws -> MatrixFile {
    try JSONFile.decode(MatrixFile.self, from: data, path: path).possible(path: path)
  }

  /// The scores as a matrix, whose shape and range are checked.
  /// - Throws: ``MetricError``.
  public func matrix() throws -> TaskMatrix { try TaskMatrix(tasks: tasks, scores: scores) }

  /// Itself, if a run can have had such a matrix.
  func possible(path: String) throws -> MatrixFile {
    do {
      _ = try matrix()
    } catch {
      throw FileError.malformedJSON(path: path, reason: "\(error)")
    }
    guard n.count == tasks.count, n.allSatisfy({ $0 >= 0 }) else {
      throw FileError.malformedJSON(
        path: path, reason: "`n` should be \(tasks.count) numbers of scored rows, one for each task")
    }
    guard measures.map({ $0.count == tasks.count }) ?? true,
      cut.map({ $0.count == scores.count && $0.allSatisfy { $0.count == tasks.count } }) ?? true
    else {
      throw FileError.malformedJSON(path: path, reason: "`measures` and `cut` should have an entry for each task")
    }
    return self
  }
}
