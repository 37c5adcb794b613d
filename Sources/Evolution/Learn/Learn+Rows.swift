import Files
import Foundation
import Registry
import Serving
import Streams
import TaskModels

extension Learn {
  /// Rows that were read and checked.
  struct Prepared {
    let examples: TaskExamples
    let encoded: EncodedRows
    let keys: RowKeys
    let summary: LearnRows
    /// The newest version of the task; nil: it is new.
    let parent: VersionRecord?
  }

  /// The rows of the job's file.
  func examples() throws -> TaskExamples {
    let known = try registry.newestVersion(named: name).flatMap(form(of:))
    let reader = JSONLReader(
      instruction: job.instruction ?? known?.instruction ?? JSONLReader().instruction,
      cue: job.cue ?? known?.cue ?? JSONLReader().cue)
    let examples = try reader.examples(job.file, name: name).limited(perClass: job.perClass, seed: job.options.seed)
    try requireParts(examples)
    return examples
  }

  /// Checks rows against what is there.
  func prepared(_ examples: TaskExamples) throws -> Prepared {
    let parent = try registry.newestVersion(named: name)
    let keys = RowKeys(examples)
    try requireNoGateRows(keys)
    let encoded = try EncodedRows(examples, on: base, options: job.options)
    let truncated = (encoded.learn + encoded.choose).filter { $0.droppedTokens > 0 }
    let changed = try parent.flatMap { try changes(since: $0, keys, labels: examples.task.labels) }
    let leaked = keys.texts(.gate).intersection(keys.texts(.learn).union(keys.texts(.choose))).count
    if leaked > 0 {
      warn("\(leaked) gate rows have a text that is also learned from: the scores flatter. Remove the duplicates.")
    }
    return Prepared(
      examples: examples, encoded: encoded, keys: keys,
      summary: LearnRows(
        task: name, kind: encoded.form.kind, labels: encoded.form.labels, learn: encoded.learn.count,
        choose: encoded.choose.count, gate: examples.gate.count, origin: examples.origin.rawValue,
        truncated: truncated.count, droppedTokens: truncated.reduce(0) { $0 + $1.droppedTokens }, changes: changed),
      parent: parent)
  }

  /// How the last version asks; nil where it is purged.
  private func form(of version: VersionRecord) throws -> TaskForm? {
    guard version.state != .purged else { return nil }
    return try registry.load(version, on: base).runner.model.form
  }

  func warn(_ text: String) {
    warnings.append(text)
    report(.warning(text))
  }

  private func requireParts(_ examples: TaskExamples) throws {
    for (role, name) in [(TaskExamples.Role.choose, "validation"), (.gate, "test")] where examples[role].isEmpty {
      throw TaskModelError.tooFewExamples(
        what: "task \(self.name): \(role.rawValue) rows (\(name)) are none; it", got: examples.learn.count, needed: 20)
    }
  }

  /// Rows that another task's gates were taken from say nothing about that task any more once they are learned.
  private func requireNoGateRows(_ keys: RowKeys) throws {
    let own = keys.texts(.learn).union(keys.texts(.choose))
    for task in try registry.tasks() where task.name != name {
      for version in try registry.versions(named: task.name) where version.state == .registered {
        guard let stored = try rowKeys(of: version) else { continue }
        let shared = stored.texts(.gate).intersection(own).count
        guard shared == 0 else {
          throw EvolutionError.gateRows(task: name, count: shared, version: "\(version.reference)")
        }
        if !own.isEmpty, Set(keys.rows.values.joined()) == Set(stored.rows.values.joined()) {
          throw EvolutionError.sameRows(task: name, other: "\(version.reference)")
        }
      }
    }
  }

  func rowKeys(of version: VersionRecord) throws -> RowKeys? {
    guard let part = try registry.manifest(of: version).parts[RowKeys.role] else { return nil }
    return try JSONFile.decode(
      RowKeys.self, from: registry.unpackedBlob(part.digest), path: "\(version.reference), \(RowKeys.role)")
  }

  private func changes(since version: VersionRecord, _ keys: RowKeys, labels: [String]) throws -> RowChanges? {
    guard version.state == .registered, let old = try rowKeys(of: version) else { return nil }
    return RowChanges(
      since: "\(version.reference)", old: old, oldLabels: try registry.manifest(of: version).labels, new: keys,
      newLabels: labels)
  }
}
