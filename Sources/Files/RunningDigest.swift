import Crypto
public import Foundation

/// SHA-256 of bytes that come one piece after the other.
public struct RunningDigest: Sendable {
  private var hasher = SHA256()
  /// Bytes so far.
  public private(set) var bytes: UInt64 = 0

  /// Of nothing.
  public init() {}

  /// Of the beginning of a file, which is not mapped: another process may be cutting it.
  ///
  /// - Parameters:
  ///   - count: How many bytes; those that there are, if it has fewer.
  ///   - url: The file.
  /// - Throws: ``FileError``.
  public init(ofFirst count: UInt64, in url: URL) throws {
    let file = try RegularFile(url)
    while bytes < count {
      let piece = try file.next()
      if piece.isEmpty { return }
      update(Data(piece.prefix(Int(min(count - bytes, UInt64(piece.count))))))
    }
  }

  public mutating func update(_ data: Data) {
    hasher.update(data: data)
    bytes += UInt64(data.count)
  }

  /// The digest of everything so far.
  public var digest: Digest { Digest(hash: hasher.finalize()) }
}
