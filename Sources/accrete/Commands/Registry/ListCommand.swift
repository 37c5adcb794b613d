import ArgumentParser
import Files
import Foundation
import Registry

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the tasks of the registry: version, score, size, when, from what.")

  @OptionGroup var options: RegistryOptions

  @Flag(help: "Every version instead of one a task.")
  var versions = false

  @Flag(help: "Forgotten tasks, too; JSON always has them.")
  var all = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let registry = try options.open()
      if versions {
        let listed = try registry.listedVersions()
        try Console.output(try json ? RegistryText.json(listed) : table(listed))
        return
      }
      let known = try registry.tasks()
      if json {
        try Console.output(try RegistryText.json(known))
        return
      }
      let tasks = all ? known : known.filter { $0.released != nil || $0.newest.state == .registered }
      try Console.output(table(tasks))
      let release = try registry.currentReleaseRecord()
      try Console.output(
        "\(RegistryText.count(tasks.count, "task")), \(RegistryText.count(tasks.reduce(0) { $0 + $1.versions }, "version")); "
          + (release.map { "release \($0.revision) of \(RegistryText.day($0.at))" } ?? "nothing is released yet")
          + (tasks.count < known.count
            ? "; \(known.count - tasks.count) forgotten, with all versions retired (--all)" : ""))
    }
  }

  private func table(_ tasks: [TaskRecord]) -> String {
    RegistryText.table(
      [["task", "version", "score", "learn rows", "size", "when", "from", ""]]
        + tasks.map { task in
          let version = task.released ?? task.newest
          return [
            task.name, "\(version.reference)", RegistryText.score(task.score), version.rows.map(String.init) ?? "",
            RegistryText.size(version.bytes), RegistryText.day(version.created), version.from ?? "", note(task),
          ]
        })
  }

  /// What else there is to know: why a task is not served, or a newer version.
  private func note(_ task: TaskRecord) -> String {
    if let released = task.released {
      return released.number == task.newest.number
        ? task.verdict == .override ? "released over a gate" : "" : "\(task.newest.reference) is newer"
    }
    switch task.newest.state {
    case .registered: return task.verdict == .fail ? "not released: a gate did not pass" : "not released"
    case .retired: return "retired"
    case .purged: return "purged"
    }
  }

  private func note(_ line: ListedVersion) -> String {
    let how = line.verdict == .override ? " over a gate" : ""
    if line.isReleased { return "released\(how)" }
    guard line.version.state == .registered else { return line.version.state.rawValue }
    if line.wasReleased { return "was released\(how)" }
    return line.verdict == .fail ? "a gate did not pass" : line.verdict == .override ? "was released over a gate" : ""
  }

  private func table(_ listed: [ListedVersion]) -> String {
    RegistryText.table(
      [["version", "score", "learn rows", "size", "when", "from", ""]]
        + listed.map { line in
          let version = line.version
          return [
            "\(version.reference)", RegistryText.score(line.score), version.rows.map(String.init) ?? "",
            RegistryText.size(version.bytes), RegistryText.day(version.created), version.from ?? "",
            note(line),
          ]
        })
  }
}
