import AuditedDatabase
public import Files
public import Foundation

extension Certificate {
  /// The bytes of its blob: equal certificates have equal ones.
  ///
  /// - Throws: An error of the encoder, for numbers that JSON does not have.
  public func data() throws -> Data { try CanonicalJSON.encode(self) }

  /// Reads a certificate that a digest names.
  ///
  /// - Parameters:
  ///   - data: The bytes.
  ///   - digest: Their name.
  /// - Throws: ``CertificationError/changed(what:expected:got:)`` where they have another digest,
  ///   ``CertificationError/malformed(what:reason:)`` where they are no certificate, or not as ``data()`` writes it.
  public init(_ data: Data, named digest: Digest) throws {
    self = try NamedBlob.read(Certificate.self, data, named: digest, what: "certificate \(digest)")
    guard schema == Self.currentSchema else {
      throw CertificationError.malformed(
        what: "certificate \(digest)", reason: "its schema is \(schema), and this program knows \(Self.currentSchema)")
    }
  }
}

/// Blobs of canonical JSON that their digests name.
enum NamedBlob {
  /// Reads one strictly: what has another digest, other keys or another form was not written by us.
  ///
  /// - Parameters:
  ///   - type: What it says.
  ///   - data: The bytes.
  ///   - digest: Their name.
  ///   - what: What it is, for errors.
  /// - Throws: ``CertificationError/changed(what:expected:got:)``, ``CertificationError/malformed(what:reason:)``.
  static func read<Value: Codable>(_ type: Value.Type, _ data: Data, named digest: Digest, what: String) throws -> Value
  {
    let got = Digest(of: data)
    guard got == digest else { throw CertificationError.changed(what: what, expected: digest, got: got) }
    let value: Value
    do {
      value = try JSONFile.decode(type, from: data, path: what)
    } catch let error as FileError {
      throw CertificationError.malformed(what: what, reason: "\(error)")
    }
    guard try CanonicalJSON.encode(value) == data else {
      throw CertificationError.malformed(what: what, reason: "it has other keys than these, or another form")
    }
    return value
  }
}
