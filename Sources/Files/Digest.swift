import Crypto
public import Foundation

/// SHA-256 of something, written as `sha256:<64 hexadecimal digits>`.
///
/// It is held as its 32 bytes: a registry lists tens of thousands of them.
public struct Digest: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Eight bytes in each, the first one the highest. Not a vector: asynchronous functions keep their values where only sixteen bytes are
  /// aligned, and a vector of four needs 32.
  private struct Words: Hashable, Sendable {
    let first: UInt64
    let second: UInt64
    let third: UInt64
    let fourth: UInt64
  }

  private let words: Words

  private static let prefix: StaticString = "sha256:"
  private static let size = 32

  init(hash: SHA256.Digest) {
    words = hash.withUnsafeBytes { Self.words($0) }
  }

  /// - Parameter bytes: 32 of them; any other number is not a digest.
  public init?(bytes: Data) {
    guard bytes.count == Self.size else { return nil }
    words = bytes.withUnsafeBytes { Self.words($0) }
  }

  private static func words(_ bytes: UnsafeRawBufferPointer) -> Words {
    func word(_ index: Int) -> UInt64 {
      UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
    }
    return Words(first: word(0), second: word(1), third: word(2), fourth: word(3))
  }

  /// Its 32 bytes.
  public var bytes: Data { withBytes { Data($0) } }

  private func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    let ordered = (words.first.bigEndian, words.second.bigEndian, words.third.bigEndian, words.fourth.bigEndian)
    return withUnsafeBytes(of: ordered, body)
  }

  public var description: String { withBytes { Hexadecimal.text($0, after: Self.prefix) } }

  /// The 64 hexadecimal digits.
  public var hexadecimal: String { withBytes { Hexadecimal.text($0) } }

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
  ///   - url: The file.
  ///   - check: Called after each piece; what it throws ends the reading.
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

  /// A digest that somebody wrote down; `nil` for any other text.
  public init?(_ text: String) {
    let prefix = Self.prefix.description.utf8
    guard text.utf8.starts(with: prefix), let bytes = Hexadecimal.bytes(text.utf8.dropFirst(prefix.count)) else {
      return nil
    }
    self.init(bytes: Data(bytes))
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
