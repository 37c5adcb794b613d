import AuditedDatabase
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
    /// Whether the metrics of both are of the same gate rows. Otherwise they say little about which is better.
    public internal(set) var scoresAreOfSameRows = true
  }

  /// What differs between two versions: method, labels, rows, parts, metrics.
  ///
  /// - Parameter one: The first version.
  /// - Parameter other: The second.
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
    line("prompt form", Self.short(left.promptForm), Self.short(right.promptForm))
    line("template", left.template.map(Self.short), right.template.map(Self.short))
    line("numerics", left.numerics, right.numerics)
    line("created", left.created, right.created)
    line("parent", try left.parent.map(known), try right.parent.map(known))
    line("rests on", try known(left.restsOn), try known(right.restsOn))
    let (old, new) = (Set(left.labels.map(ExactText.init)), Set(right.labels.map(ExactText.init)))
    difference.labelsAdded = right.labels.filter { !old.contains(ExactText($0)) }
    difference.labelsRemoved = left.labels.filter { !new.contains(ExactText($0)) }
    let rows = (try Self.rows(left), try Self.rows(right))
    for role in Set(rows.0.keys).union(rows.1.keys).sorted() { line("rows to \(role)", rows.0[role], rows.1[role]) }
    for role in Set(left.parts.keys).union(right.parts.keys).sorted() {
      line("part \(role)", Self.text(left.parts[role]), Self.text(right.parts[role]))
    }
    line("model, training and choices (digest)", try Self.opaque(left.model), try Self.opaque(right.model))
    line("program and settings (digest)", try Self.opaque(left.run), try Self.opaque(right.run))
    let gateRows = [left, right].map { $0.data.filter { $0.role == "gate" }.map(\.digest) }
    difference.scoresAreOfSameRows = gateRows[0] == gateRows[1]
    let metrics = (try Self.scores(metrics(of: one)), try Self.scores(metrics(of: other)))
    for name in Set(metrics.0.keys).union(metrics.1.keys).sorted() { line(name, metrics.0[name], metrics.1[name]) }
    return difference
  }

  /// A version as people call it, if it is here.
  private func known(_ digest: Digest) throws -> String {
    do {
      return "\(try version(digest: digest).reference)"
    } catch RegistryError.unknownVersionDigest {
      return Self.short(digest)
    }
  }

  private func known(_ digests: [Digest]) throws -> String? {
    digests.isEmpty ? nil : try digests.map(known).sorted().joined(separator: ", ")
  }

  /// The first digits, as people compare them.
  private static func short(_ digest: Digest) -> String { String(digest.hexadecimal.prefix(12)) }

  /// By role: how many rows, and which they are.
  private static func rows(_ manifest: VersionManifest) throws -> [String: String] {
    try Dictionary(grouping: manifest.data, by: \.role).mapValues { records in
      let count = try StoredNumbers.sum(records.map(\.rows), in: "manifest of \(manifest.name)")
      return "\(count) (\(records.map { short($0.digest) }.joined(separator: ", ")))"
    }
  }

  private static func text(_ blob: BlobReference?) -> String? {
    blob.map { "\($0.bytes) bytes (\(short($0.digest)))" }
  }

  /// Something that the registry does not look into, by its digest.
  private static func opaque(_ value: JSONTree) throws -> String {
    short(Digest(of: try CanonicalJSON.encode(value)))
  }

  private static func scores(_ metrics: [MetricRecord]) -> [String: String] {
    Dictionary(metrics.map { ("\($0.name) on \($0.task)", $0.text) }, uniquingKeysWith: { one, _ in one })
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
