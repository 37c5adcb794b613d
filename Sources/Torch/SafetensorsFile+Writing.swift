public import Files
public import Foundation

extension SafetensorsFile {
  /// Writes tensors atomically, sorted by name, so that equal tensors give equal bytes.
  ///
  /// - Parameters:
  ///   - tensors: What is written, by name.
  ///   - metadata: Strings for the header's `__metadata__`.
  ///   - sealed: Whether the file carries a digest of itself, which ``checkSeal()`` checks.
  ///   - url: The file.
  ///   - announce: Told the digest of the file's bytes before anything is written.
  /// - Returns: That digest.
  /// - Throws: `FileError` (a full disk, a folder that is missing) with the earlier file untouched; what `announce` throws.
  @discardableResult
  public static func write(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], sealed: Bool = false, to url: URL,
    announce: (Digest) throws -> Void = { _ in }
  ) throws -> Digest {
    var metadata = metadata
    if sealed { metadata[sealKey] = openSeal }
    var (header, ordered) = try layout(tensors, metadata)
    if sealed, let range = header.range(of: Data(openSeal.utf8)) {
      let seal = try lend(header, ordered) { Digest(of: $0) }
      header.replaceSubrange(range, with: Data(seal.description.utf8))
    }
    return try lend(header, ordered) { parts in
      let digest = Digest(of: parts)
      try announce(digest)
      try AtomicFile.write(parts, to: url)
      return digest
    }
  }

  /// The bytes of a file, in order, without copying them.
  private static func lend<Result>(
    _ header: Data, _ tensors: [(String, Tensor)], _ body: ([UnsafeRawBufferPointer]) throws -> Result
  ) throws -> Result {
    var length = UInt64(header.count).littleEndian
    return try withUnsafeBytes(of: &length) { lengthBytes in
      try header.withUnsafeBytes { headerBytes in
        // The tensors stay alive until the end of this scope, and with them the borrowed bytes.
        try withExtendedLifetime(tensors) {
          try body([lengthBytes, headerBytes] + tensors.map { try $0.1.withBytes { $0 } })
        }
      }
    }
  }

  /// The digest that a file of these tensors would have.
  public static func digest(of tensors: [String: Tensor], metadata: [String: String] = [:]) throws -> Digest {
    let (header, ordered) = try layout(tensors, metadata)
    return try lend(header, ordered) { Digest(of: $0) }
  }

  /// Header and tensors in the order of the file.
  private static func layout(
    _ tensors: [String: Tensor], _ metadata: [String: String]
  ) throws -> (header: Data, tensors: [(String, Tensor)]) {
    let ordered = try tensors.sorted { $0.key < $1.key }.map {
      ($0.key, try $0.value.detached().moved(to: .cpu).contiguous())
    }
    var header = Data(try headerJSON(ordered, metadata).utf8)
    // Data starts at a multiple of 64 so that mapped tensors are aligned for every vector instruction.
    while (8 + header.count) % 64 != 0 { header.append(UInt8(ascii: " ")) }
    return (header, ordered)
  }

  private static func headerJSON(_ tensors: [(String, Tensor)], _ metadata: [String: String]) throws -> String {
    var members: [String] = []
    if !metadata.isEmpty {
      members.append(
        "\"__metadata__\":" + String(decoding: try JSONFile.encode(metadata, pretty: false), as: UTF8.self))
    }
    var offset = 0
    for (name, tensor) in tensors {
      guard let dtype = tensor.dtype else {
        throw TorchError.operationFailed(operation: "write", arguments: name, reason: "unknown element type")
      }
      let key = String(decoding: try JSONFile.encode(name, pretty: false), as: UTF8.self)
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.byteCount
      members.append(
        "\(key):{\"dtype\":\"\(dtype.safetensorsName)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}

extension Tensor {
  /// SHA-256 over type, shape and bytes: equal digests mean equal tensors, bit for bit.
  public func digest() throws -> Digest {
    let flat = try detached().moved(to: .cpu).contiguous()
    let label = Data(description.utf8)
    return try label.withUnsafeBytes { labelBytes in try flat.withBytes { Digest(of: [labelBytes, $0]) } }
  }
}
