import Files
import Foundation

/// A file that carries SHA-256 of itself: of all its bytes, with zeros where the digits of that digest stand.
extension SafetensorsFile {
  static let sealKey = "seal"
  static let openSeal = "sha256:" + String(repeating: "0", count: 64)

  /// The digest of itself that the file carries; `nil`: none. Only ``checkSeal()`` says whether it is right.
  public var seal: String? { metadata[Self.sealKey] }

  /// Whether the file is what was written, to the last byte.
  /// - Throws: ``TorchError/malformedSafetensors(path:rule:)`` where it is not, or was written without a seal.
  public func checkSeal() throws {
    func broken(_ rule: String) -> TorchError { .malformedSafetensors(path: url.path, rule: rule) }
    guard let seal, seal.utf8.count == Self.openSeal.utf8.count else {
      throw broken("it carries no digest of itself")
    }
    let matches = withBytes { bytes -> Bool in
      guard let range = Self.range(of: seal, in: bytes) else { return false }
      let zeros = Data(Self.openSeal.utf8)
      return zeros.withUnsafeBytes { zeros in
        let parts = [bytes[..<range.lowerBound], zeros[...], bytes[range.upperBound...]]
        return Digest(of: parts.map { UnsafeRawBufferPointer(rebasing: $0) }).description == seal
      }
    }
    guard matches else { throw broken("its bytes are not those that were written: the digest that it carries differs") }
  }

  /// Where the seal stands in the header.
  private static func range(of seal: String, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    let wanted = Array(seal.utf8)
    guard bytes.count >= 8 + wanted.count, let first = wanted.first else { return nil }
    // The reader has checked that the header ends inside of the file.
    let end = 8 + Int(UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self)))
    for start in 8...max(8, end - wanted.count) where bytes[start] == first {
      if bytes[start..<start + wanted.count].elementsEqual(wanted) { return start..<start + wanted.count }
    }
    return nil
  }
}
