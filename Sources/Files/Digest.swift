import Crypto
public import Foundation

/// SHA-256 of something, as `sha256:<64 hexadecimal digits>`.
public struct Digest: Hashable, Sendable, Codable, CustomStringConvertible {
  public let description: String

  private static let prefix = "sha256:"

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  init(hash: SHA256.Digest) {
    description = Self.prefix + hash.map { String(format: "%02x", $0) }.joined()
  }

  /// The digest of pieces, in order, as if they were one.
  public init(of pieces: [UnsafeRawBufferPointer]) {
    var hasher = SHA256()
    for piece in pieces { hasher.update(bufferPointer: piece) }
    self.init(hash: hasher.finalize())
  }

  /// The digest of pieces that `body` hands over one after the other, for whoever looks at them on the way.
  public init(of body: (_ take: (UnsafeRawBufferPointer) -> Void) throws -> Void) rethrows {
    var hasher = SHA256()
    try body { hasher.update(bufferPointer: $0) }
    self.init(hash: hasher.finalize())
  }

  public init(of data: Data) {
    self.init(hash: SHA256.hash(data: data))
  }

  /// The digest of a file's bytes.
  /// - Throws: ``FileError``.
  public init(ofFile url: URL) throws {
    let file = try MappedFile(url)
    self = withExtendedLifetime(file) { Digest(of: [file.bytes]) }
  }

  /// The same a piece at a time, of a file that may be large.
  ///
  /// - Parameters:
  ///   - url: the file.
  ///   - check: called after each piece; what it throws ends the reading.
  /// - Throws: ``FileError``, what `check` throws.
  public init(ofFile url: URL, check: () throws -> Void) throws {
    let file = try MappedFile(url)
    self = try withExtendedLifetime(file) {
      var (hasher, rest) = (SHA256(), file.bytes[...])
      while !rest.isEmpty {
        hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 24)))
        rest = rest.dropFirst(1 << 24)
        try check()
      }
      return Digest(hash: hasher.finalize())
    }
  }

  /// Whether it is `sha256:` and 64 hexadecimal digits; one that was read from a file may be anything.
  public var isWellFormed: Bool {
    let digits = description.utf8.dropFirst("sha256:".utf8.count)
    return description.hasPrefix("sha256:") && digits.count == 64
      && digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// A digest that somebody wrote down; nil for any other text.
  public init?(_ text: String) {
    let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
    guard text.hasPrefix(Self.prefix), digits.count == 64, digits.allSatisfy(Self.isDigit) else { return nil }
    description = text
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let digest = Digest(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected \(Self.prefix) and 64 hexadecimal digits")
    }
    self = digest
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
