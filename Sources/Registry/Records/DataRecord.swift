public import Files

/// Rows that a version was made from: what they were used for, which they were, and where they came from.
public struct DataRecord: Sendable, Codable, Equatable {
  /// What the rows were used for: `learn`, `choose`, `gate`, `router`.
  public let role: String
  /// The digest of the rows.
  public let digest: Digest
  /// How many there are.
  public let rows: Int
  /// Where they came from, as people say it: a file's name.
  public let from: String?

  public init(role: String, digest: Digest, rows: Int, from: String? = nil) {
    self.role = role
    self.digest = digest
    self.rows = rows
    self.from = from
  }
}
