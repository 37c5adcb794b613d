import Files
import Foundation

extension Registry {
  /// What differs between two versions.
  public struct VersionDifference: Sendable, Codable, Equatable {
    /// One thing, as it is in each; `nil` where one does not have it.
    public struct Line: Sendable, Codable, Equatable {
      public let what: String
      public let one: String?
      public let other: String?
    }

    public let one: VersionReference
    public let other: VersionReference
    public internal(set) var lines: [Line] = []
    public internal(set) var labelsAdded: [String] = []
    public internal(set) var labelsRemoved: [String] = []
  }

  /// What differs between two versions: method, labels, rows, parts, metrics.
  ///
  /// - Parameter one: the first version.
  /// - Parameter other: the second.
  /// - Throws: ``RegistryError``, `FileError`.
  public func difference(_ one: VersionRecord, _ other: VersionRecord) throws -> VersionDifference {
    let (left, right) = (try manifest(of: one), try manifest(of: other))
    var difference = VersionDifference(one: one.reference, other: other.reference)
    func line(_ what: String, _ one: String?, _ other: String?) {
      if one.map(ExactText.init) != other.map(ExactText.init) {
        difference.lines.append(VersionDifference.Line(what: what, one: one, other: other))
      }
    }
    line("method", left.method, right.method)
    line("kind", left.kind.rawValue, right.kind.rawValue)
    line("prompt form", left.promptForm.description, right.promptForm.description)
    line("template", left.template?.description, right.template?.description)
    line("numerics", left.numerics, right.numerics)
    line("created", left.created, right.created)
    line("parent", left.parent?.description, right.parent?.description)
    line("rests on", Self.list(left.restsOn), Self.list(right.restsOn))
    let (old, new) = (Set(left.labels.map(ExactText.init)), Set(right.labels.map(ExactText.init)))
    difference.labelsAdded = right.labels.filter { !old.contains(ExactText($0)) }
    difference.labelsRemoved = left.labels.filter { !new.contains(ExactText($0)) }
    let rows = (Self.rows(left), Self.rows(right))
    for role in Set(rows.0.keys).union(rows.1.keys).sorted() { line("rows to \(role)", rows.0[role], rows.1[role]) }
    for role in Set(left.parts.keys).union(right.parts.keys).sorted() {
      line("part \(role)", Self.text(left.parts[role]), Self.text(right.parts[role]))
    }
    line("model", try Self.short(left.model), try Self.short(right.model))
    line("run", try Self.short(left.run), try Self.short(right.run))
    let metrics = (try Self.scores(metrics(of: one)), try Self.scores(metrics(of: other)))
    for name in Set(metrics.0.keys).union(metrics.1.keys).sorted() { line(name, metrics.0[name], metrics.1[name]) }
    return difference
  }

  private static func list(_ digests: [Digest]) -> String? {
    digests.isEmpty ? nil : digests.map(\.description).sorted().joined(separator: ", ")
  }

  /// By role: how many rows, and which they are.
  private static func rows(_ manifest: VersionManifest) -> [String: String] {
    Dictionary(grouping: manifest.data, by: \.role).mapValues { records in
      "\(records.reduce(0) { $0 + $1.rows }) (\(records.map { $0.digest.hexadecimal.prefix(12) }.joined(separator: ", ")))"
    }
  }

  private static func text(_ blob: BlobReference?) -> String? {
    blob.map { "\($0.bytes) bytes (\($0.digest.hexadecimal.prefix(12)))" }
  }

  /// Something that the registry does not look into, by its digest.
  private static func short(_ value: JSONValue) throws -> String {
    String(Digest(of: try CanonicalJSON.encode(value)).hexadecimal.prefix(12))
  }

  private static func scores(_ metrics: [MetricRecord]) throws -> [String: String] {
    Dictionary(
      metrics.map { ("\($0.name) on \($0.task)", $0.text) }, uniquingKeysWith: { one, _ in one })
  }
}

extension MetricRecord {
  /// `0.9120 [0.8900, 0.9300], n 500`.
  public var text: String {
    func fixed(_ value: Double) -> String { String(format: "%.4f", value) }
    let interval = low.flatMap { low in high.map { " [\(fixed(low)), \(fixed($0))]" } } ?? ""
    return fixed(value) + interval + (n.map { ", n \($0)" } ?? "")
  }
}
