public import Foundation

/// Everything in a registry that names versions, as it was at one moment.
public struct RegistryContents: Sendable {
  /// When the registry was made.
  public let created: Date
  /// The base that its versions were made on.
  public let base: BaseRecord
  /// What is served; `nil` before the first release.
  public let release: (record: ReleaseRecord, manifest: ReleaseManifest)?
  /// All versions in whatever state, by name and number.
  public let versions: [VersionRecord]
  /// Aliases that name a version, by task and alias.
  public let aliases: [AliasRecord]
}
