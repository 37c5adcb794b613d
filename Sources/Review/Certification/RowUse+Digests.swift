public import Files

extension RowUse {
  /// Requires that every row of a set may be used so: the same rule again, by digest, where a set comes back from a file.
  ///
  /// - Parameters:
  ///   - digests: The rows.
  ///   - standing: What a row is and where it stands; `nil` where there is no such row.
  /// - Throws: ``CertificationError/forbiddenRows(use:count:first:reason:)``, what `standing` throws.
  public func require(_ digests: some Sequence<Digest>, standing: (Digest) throws -> RowStanding?) throws {
    var (count, first): (Int, (Digest, RowRefusal)?) = (0, nil)
    for digest in digests {
      let reason: RowRefusal? = try standing(digest).map { refusal(of: $0) } ?? .unknown
      guard let reason else { continue }
      count += 1
      first = first ?? (digest, reason)
    }
    guard let first else { return }
    throw CertificationError.forbiddenRows(use: self, count: count, first: first.0, reason: first.1)
  }
}
