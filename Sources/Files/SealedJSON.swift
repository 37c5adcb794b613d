public import Foundation

/// JSON files that carry SHA-256 of themselves: of all their bytes, with zeros where that digest stands.
///
/// Whoever changes one byte is noticed. It is not a signature: who computes the digest again makes another file.
public enum SealedJSON {
  /// Stands where the digest goes, in files that have nothing else to say there.
  public static let blank = Digest.zeros

  /// The bytes of a file with its digest instead of the only `blank` in them.
  public static func sealed(_ data: Data, blank: Digest = blank) -> Data {
    guard let range = range(of: blank, in: data) else { return data }
    return data.replacing(range, with: Digest(of: data))
  }

  /// Encodes a value whose digest is ``blank``, and puts its digest there.
  public static func encode(_ value: some Encodable, pretty: Bool = true) throws -> Data {
    var data = try JSONFile.encode(value, pretty: pretty)
    data.append(UInt8(ascii: "\n"))
    return sealed(data)
  }

  /// Requires that not one byte of a file was changed.
  ///
  /// - Parameters:
  ///   - data: The file's bytes.
  ///   - digest: The one that it carries.
  ///   - blank: What stood in its place.
  ///   - path: Where it came from, for errors.
  /// - Throws: ``FileError/malformedJSON(path:reason:)``.
  public static func check(
    _ data: Data, carries digest: Digest, blank: Digest = blank, path: String
  ) throws {
    guard let range = range(of: digest, in: data) else {
      throw FileError.malformedJSON(path: path, reason: "`digest` is not there once")
    }
    guard Digest(of: data.replacing(range, with: blank)) == digest else {
      throw FileError.malformedJSON(
        path: path, reason: "it was changed: its content has another digest than the one in it, \(digest)")
    }
  }

  /// Where a digest stands; `nil` unless it is there once.
  private static func range(of digest: Digest, in data: Data) -> Range<Data.Index>? {
    let text = Data(digest.description.utf8)
    guard let range = data.range(of: text), range == data.range(of: text, options: .backwards) else { return nil }
    return range
  }
}

extension Digest {
  /// Zeros throughout: the digest of nothing that anybody has.
  public static let zeros = Digest("sha256:" + String(repeating: "0", count: 64)) ?? Digest(of: Data())
}

extension Data {
  fileprivate func replacing(_ range: Range<Index>, with digest: Digest) -> Data {
    var result = self
    result.replaceSubrange(range, with: Data(digest.description.utf8))
    return result
  }
}
