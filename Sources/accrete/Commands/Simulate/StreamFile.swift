import Evolution
import Files
import Foundation
import Runs
import Streams

/// The YAML file of a stream, and the rows that it names.
struct StreamFile {
  let plan: StreamPlan
  /// The rows of each task.
  let rows: [String: [SimulationRow]]

  /// Reads both.
  ///
  /// - Parameters:
  ///   - url: The file; its tasks' files are beside it.
  ///   - columns: Which columns of the rows are meant.
  /// - Throws: `FileError`, `RunError` or `EvolutionError` for the plan, `StreamError` for the rows.
  init(_ url: URL, columns: ColumnNames) throws {
    let read = try YAMLFile.decode(
      StreamPlan.self, keys: StreamPlan.keys, from: YAMLFile.contents(of: url), path: url.path)
    guard let read else {
      throw EvolutionError.stream(
        file: url.path, key: "name", expected: "a stream", got: "an empty file", fix: "docs/simulation.md has one.")
    }
    try read.validate(file: url.path)
    plan = read
    let folder = url.deletingLastPathComponent()
    rows = try Dictionary(
      uniqueKeysWithValues: read.tasks.map { task in
        let reader = RowReader(columns: columns, labels: task.labels)
        let rows = try task.rows.flatMap { file in
          let examples = try reader.examples(URL(fileURLWithPath: file, relativeTo: folder), name: task.name)
          return (examples.learn + examples.choose + examples.gate).map {
            SimulationRow(text: $0.text, label: $0.answer)
          }
        }
        return (task.name, rows)
      })
  }
}
