public import AuditedDatabase
import Files
import Foundation

/// `bundle.json`, the first entry of a bundle: the rows of its versions, and what the audit says of them.
struct BundleContent: Codable {
  static let file = "bundle.json"
  static let currentSchema = 1
  /// Far above what any number of versions needs.
  static let sizeLimit = 64 << 20

  struct Version: Codable {
    let record: VersionRecord
    let metrics: [MetricRecord]
    let gates: [GateRecord]
  }

  let schema: Int
  /// The digests of the base that the versions were made on; the path stays at home.
  let base: BaseRecord
  /// In the order in which they are imported: what others rest on comes first.
  let versions: [Version]
  let blobs: [BlobReference]
  /// The entries of the audit that tell of these versions.
  let audit: [AuditRecord]
  let head: AuditHead
  /// SHA-256 of this file with zeros in its stead.
  let digest: Digest
}
