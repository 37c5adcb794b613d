import Files
public import Foundation

extension Manifest {
  /// The most tasks of a run: the matrix has a cell for every pair of them.
  static let mostTasks = 4096
  /// The rows that a task can have: sums over tasks fit into an `Int`.
  private static let possibleRows = 0...Int(Int32.max)

  /// Reads `manifest.json`.
  /// - Throws: `FileError` that names the file and what cannot be.
  public static func read(_ url: URL) throws -> Manifest {
    try JSONFile.read(Manifest.self, from: url).possible(path: url.path)
  }

  /// Reads a manifest that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The JSON text.
  ///   - path: Where it came from, for errors.
  /// - Throws: As ``read(_:)``.
  public static func decode(_ data: Data, path: String) throws -> Manifest {
    try JSONFile.decode(Manifest.self, from: data, path: path).possible(path: path)
  }

  /// Itself, if a run can have had such a manifest.
  ///
  /// The tasks' names become folders, and their number decides how much memory a matrix takes, before anything else of the
  /// run is compared with them.
  func possible(path: String) throws -> Manifest {
    func refuse(_ reason: String) -> FileError { .malformedJSON(path: path, reason: reason) }
    guard (1...Self.currentFormat).contains(format) else {
      throw refuse("`format` is \(format); this version reads 1 to \(Self.currentFormat)")
    }
    guard tasks.count <= Self.mostTasks else {
      throw refuse("`tasks` has \(tasks.count) names, at most \(Self.mostTasks) are possible")
    }
    var seen: Set<String> = []
    for task in tasks {
      guard PlainName.isPlain(task, longest: 128) else {
        throw refuse("`\(String(task.unicodeScalars.prefix(60)))` in `tasks` cannot be a task's name")
      }
      guard seen.insert(task).inserted else { throw refuse("`\(task)` is twice in `tasks`") }
    }
    let counts = rows.values.flatMap { [$0.trained, $0.scored] }
    if let count = counts.first(where: { !Self.possibleRows.contains($0) }) {
      throw refuse("`rows` has a task with \(count) rows; 0 to \(Self.possibleRows.upperBound) are possible")
    }
    // They are shown as they are.
    let texts = (scoring ?? [:]).values.flatMap { scoring in
      [scoring.clean, scoring.legacy].compactMap(\.self).flatMap { [$0.name, $0.formula] } + scoring.notes
    }
    guard texts.allSatisfy({ $0 == $0.onOneLine }) else {
      throw refuse("a measure or a note in `scoring` is not on one line, or has control characters")
    }
    return self
  }
}
