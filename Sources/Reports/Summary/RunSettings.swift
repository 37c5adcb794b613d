import Files
import Foundation
import Records

/// What was decided for a run, without what several runs of one experiment differ in: order and seed.
struct RunSettings: Equatable {
  /// By key, as in the manifest's configuration (`training.epochs`), and `base`, `data` and `tasks` by their content.
  let values: [String: String]

  /// What decides which question a run answers: runs that differ in it were scored on other rows, or otherwise.
  static let question = ["data", "evaluateOn", "scores", "tasks", "testLimit"]

  /// Paths, and what does not decide a result.
  private static let left = ["seed", "method", "base"]
  private static let leftPrefixes = ["source.", "checkpoints."]

  init(_ manifest: Manifest) throws {
    var configuration = manifest.configuration
    // Options of other methods, which runs of one comparison have, decide nothing.
    configuration.options = configuration.options?.meant(for: configuration.method)
    let data = try JSONFile.encode(configuration, pretty: false)
    var values: [String: String] = [:]
    Self.flatten(try JSONFile.decode(JSONTree.self, from: data, path: "configuration"), "", into: &values)
    values = values.filter { key, _ in
      !Self.left.contains(key) && !Self.leftPrefixes.contains { key.hasPrefix($0) }
    }
    values["base"] = Self.short(manifest.baseDigest)
    values["data"] = Self.short(
      Digest(of: Data(manifest.dataDigests.values.map(\.description).sorted().joined(separator: "\n").utf8)))
    if !manifest.isPlainAccuracy {
      values["scores"] = manifest.tasks.sorted().map { "\($0) \(manifest.scoring(of: $0).clean.name)" }
        .joined(separator: ", ")
    }
    values["tasks"] = manifest.tasks.sorted().joined(separator: ", ")
    self.values = values
  }

  /// Enough of a digest for a person to compare.
  static func short(_ digest: Digest) -> String { String(digest.description.prefix(19)) }

  static func == (one: RunSettings, other: RunSettings) -> Bool { differing([one, other]).isEmpty }

  /// The keys in which some settings differ, sorted.
  static func differing(_ settings: [RunSettings]) -> [String] {
    Set(settings.flatMap(\.values.keys)).filter { key in
      Set(settings.map { $0.values[key].map(ExactText.init) }).count > 1
    }.sorted()
  }

  /// As text, such as `rank 16, options.adversary off`.
  func described(_ keys: [String]) -> String {
    keys.map { "\($0) \(values[$0] ?? ($0.hasPrefix("options.") ? "default" : "not set"))" }.joined(separator: ", ")
  }

  private static func flatten(_ value: JSONTree, _ path: String, into values: inout [String: String]) {
    switch value {
    case .object(let members):
      for member in members {
        flatten(member.value, path.isEmpty ? member.key : "\(path).\(member.key)", into: &values)
      }
    case .text(let text): values[path] = String(decoding: text, as: UTF8.self)
    case .null, .boolean, .integer, .number, .list: values[path] = value.description
    }
  }
}
