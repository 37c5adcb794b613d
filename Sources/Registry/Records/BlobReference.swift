public import Files

/// A blob: bytes that are named by their digest.
public struct BlobReference: Sendable, Codable, Hashable {
  /// SHA-256 of the bytes.
  public let digest: Digest
  /// How many there are.
  public let bytes: Int
  /// What they are, as a media type: `application/json`, `application/vnd.accrete.safetensors`.
  public let media: String

  public init(digest: Digest, bytes: Int, media: String) {
    self.digest = digest
    self.bytes = bytes
    self.media = media
  }
}
