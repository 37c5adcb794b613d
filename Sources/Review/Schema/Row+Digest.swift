import Files
import Foundation
import GRDB

extension Row {
  /// An item's digest.
  ///
  /// - Parameter column: The column, from 0.
  /// - Throws: ``CertificationError/malformed(what:reason:)`` for bytes of another length: a damaged file decides what is in a column.
  func itemDigest(at column: Int) throws -> Digest {
    guard let digest = Digest(bytes: try decode(atIndex: column)) else {
      throw CertificationError.malformed(what: "review.sqlite", reason: "a digest of another length than 32 bytes")
    }
    return digest
  }
}
