import Files

/// The rules for names of tasks, which become folders of a run.
enum TaskName {
  /// The longest name. File systems end at 255 bytes, and a run's files add to the name.
  static let longest = 100

  static func isPlain(_ name: String) -> Bool { PlainName.isPlain(name, longest: longest) }

  /// What is wrong with a name that is not plain.
  static func illegal(
    _ name: String, _ location: RowLocation,
    fix: String = "Give one with --name: the file's name without its ending is the task's name otherwise."
  ) -> StreamError {
    .identity(
      location.detail(
        expected: "a task name of 1 to \(longest) ASCII letters, digits, \".\", \"_\", \"-\", not starting with \".\"",
        got: quoted(name), fix: fix))
  }

  /// Refuses names that cannot be folders on every system, or that would share one.
  ///
  /// Names that differ only in case share a folder on many systems.
  ///
  /// - Parameter names: The names, each with the file to blame for it.
  /// - Throws: ``StreamError/identity(_:)``.
  static func require(_ names: [(name: String, location: RowLocation)]) throws {
    var first: [String: RowLocation] = [:]
    for (name, location) in names {
      guard isPlain(name) else {
        throw illegal(name, location, fix: "Rename the file: its name without the ending is the task's name.")
      }
      if let other = first[name.lowercased()] {
        throw StreamError.identity(
          location.detail(
            expected: "a task name of its own", got: "\(quoted(name)), as for \(other.description)",
            fix: "Rename one of the files; upper and lower case count as the same."))
      }
      first[name.lowercased()] = location
    }
  }
}
