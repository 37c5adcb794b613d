public import Files
public import Foundation

/// A version as the registry lists it. Its ``VersionManifest`` says in full what it is.
public struct VersionRecord: Sendable, Codable, Equatable {
  /// The task's name.
  public let name: String
  /// 1 and up, in the order in which they were registered.
  public let number: Int
  /// The digest of its manifest.
  public let digest: Digest
  public let state: State
  public let created: Date
  public let actor: String
  /// Sum of its blobs, the manifest's own included.
  public let bytes: Int
  public let method: String
  public let kind: VersionManifest.Kind
  public let parent: Digest?
  /// The learn rows: how many, and where from.
  public let rows: Int?
  public let from: String?

  /// What may be done with it.
  public enum State: String, Sendable, Codable {
    /// It can be released and loaded.
    case registered
    /// Out of use; its blobs go when nothing else needs them.
    case retired
    /// Its blobs are gone; what it was is still known.
    case purged
  }

  /// `spam@2`.
  public var reference: VersionReference { VersionReference(name, .number(number)) }
}

/// A number that was measured of a version.
public struct MetricRecord: Sendable, Codable, Equatable {
  /// `accuracy`, `macro-f1`, …: the first one of a version is its main score.
  public let name: String
  /// The task that it was measured on; usually the version's own.
  public let task: String
  public let value: Double
  /// The interval's ends, where it has one.
  public let low: Double?
  public let high: Double?
  /// Rows that it was measured on.
  public let n: Int?

  public init(name: String, task: String, value: Double, low: Double? = nil, high: Double? = nil, n: Int? = nil) {
    self.name = name
    self.task = task
    self.value = value
    self.low = low
    self.high = high
    self.n = n
  }
}

/// What the gates said of a version.
public struct GateRecord: Sendable, Codable, Equatable {
  public enum Verdict: String, Sendable, Codable {
    case pass, fail
    /// A person let it through, and said why.
    case override
  }

  public let verdict: Verdict
  /// The blob with each gate's numbers.
  public let report: BlobReference
  public let reason: String?

  public init(verdict: Verdict, report: BlobReference, reason: String? = nil) {
    self.verdict = verdict
    self.report = report
    self.reason = reason
  }
}

/// A free label on one version of a task. `production` is the registry's own: it follows the release.
public struct AliasRecord: Sendable, Codable, Equatable {
  /// The task's name.
  public let name: String
  public let alias: String
  /// The version; `nil` after the alias was removed.
  public let number: Int?
  /// Grows by one with every change, so that nobody overwrites what he has not seen.
  public let revision: Int

  /// The alias that follows the release.
  public static let production = "production"
}

/// One version of ``Registry/listedVersions()``.
public struct ListedVersion: Sendable, Codable, Equatable {
  public let version: VersionRecord
  /// Its main score.
  public let score: MetricRecord?
  /// The last verdict on it.
  public let verdict: GateRecord.Verdict?
  /// Whether the current release has it.
  public let isReleased: Bool
  /// Whether any release has it: of a very long history, any of the last ones.
  public let wasReleased: Bool
}

/// One task of ``Registry/tasks()``.
public struct TaskRecord: Sendable, Codable, Equatable {
  public let name: String
  /// The version of the current release; `nil` where the release has none.
  public let released: VersionRecord?
  /// The newest version.
  public let newest: VersionRecord
  /// How many versions there are.
  public let versions: Int
  /// The main score of the released version, or of the newest where none is released.
  public let score: MetricRecord?
  /// The last verdict on the same version.
  public let verdict: GateRecord.Verdict?
}
