import Crypto
import Foundation

/// The text of a key: `ak_<id>_<secret>`, the id of 12 hexadecimal digits, the secret 256 random bits as 43 characters of base64url.
struct KeyText {
  static let prefix = "ak_"
  static let idLength = 12
  static let secretLength = 43
  static let digestBytes = 32

  let id: String
  let text: String

  /// A new key.
  ///
  /// - Parameter generator: Where its bits come from.
  init(using generator: inout some RandomNumberGenerator) {
    let id = (0..<6).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    self.id = id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let coded = Data(secret).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
    text = "\(Self.prefix)\(self.id)_\(coded)"
  }

  /// - Parameter text: What somebody gave as a key; `nil` for what cannot be one.
  init?(_ text: String) {
    let bytes = Array(text.utf8.prefix(Self.prefix.utf8.count + Self.idLength + 1 + Self.secretLength + 1))
    let idStart = Self.prefix.utf8.count
    let idEnd = idStart + Self.idLength
    guard bytes.count == idEnd + 1 + Self.secretLength, bytes.starts(with: Self.prefix.utf8),
      Self.isID(bytes[idStart..<idEnd]), bytes[idEnd] == UInt8(ascii: "_"),
      bytes[(idEnd + 1)...].allSatisfy(Self.isSecret)
    else { return nil }
    id = String(decoding: bytes[idStart..<idEnd], as: UTF8.self)
    self.text = String(decoding: bytes, as: UTF8.self)
  }

  /// What is stored of it. Two texts of one secret, which base64 has, have two digests.
  var digest: SHA256.Digest { SHA256.hash(data: Data(text.utf8)) }

  /// Whether a text could be the id of a key.
  static func isID(_ text: String) -> Bool { text.utf8.count == idLength && isID(ArraySlice(text.utf8)) }

  private static func isID(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
  }

  /// Whether a byte may stand in a secret: base64url.
  static func isSecret(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
