public import Files
public import Foundation

/// A folder of tokenized text, open for reading.
public struct TokenCorpus: Sendable {
  /// A source and its two streams.
  public struct Source: Sendable {
    public let name: String
    /// The documents that are learned from, one after the other.
    public let train: TokenStream
    /// The documents that are held out.
    public let heldOut: TokenStream
    /// Bytes of UTF-8 of all documents.
    public let textBytes: Int
    /// Documents without text, which were skipped.
    public let emptyDocuments: Int
    /// Digests of the text files, in their order.
    public let fileDigests: [Digest]

    public subscript(side: CorpusSide) -> TokenStream { side == .train ? train : heldOut }
  }

  /// How closely shards are looked at when they are opened.
  public enum Verification: Sendable {
    /// Every byte: SHA-256 and length of every shard.
    case digests
    /// The length of every shard: for a folder whose digests were checked a moment ago.
    case lengths
  }

  public let folder: URL
  /// In the order in which they were given.
  public let sources: [Source]
  public let tokenizerDigest: Digest
  public let vocabularySize: Int
  /// The token after each document.
  public let endToken: Int
  /// The share of documents that is held out.
  public let heldOut: Double

  /// Opens a folder of shards.
  ///
  /// - Parameters:
  ///   - folder: What ``TokenShards`` has made.
  ///   - verification: Of each shard. Ids are also compared with the vocabulary whenever they are read.
  /// - Throws: ``CorpusError/shard(_:)`` that names the file and the fix; `FileError/notFound(path:)` if there is no
  ///   `tokens.json`, as in a folder that was not finished.
  public init(_ folder: URL, verification: Verification = .digests) throws {
    try self.init(folder, ShardManifest.read(in: folder), verification: verification)
  }

  init(_ folder: URL, _ manifest: ShardManifest, verification: Verification) throws {
    func stream(_ shards: [ShardManifest.Shard]) throws -> TokenStream {
      try TokenStream(
        shards.map { try TokenShard($0, in: folder, bytesPerToken: manifest.bytesPerToken, verification) },
        bytesPerToken: manifest.bytesPerToken, vocabularySize: manifest.vocabularySize)
    }
    self.folder = folder
    sources = try manifest.sources.map { source in
      Source(
        name: source.name, train: try stream(source.train), heldOut: try stream(source.heldOut),
        textBytes: source.textBytes, emptyDocuments: source.emptyDocuments, fileDigests: source.files.map(\.digest))
    }
    tokenizerDigest = manifest.tokenizerDigest
    vocabularySize = manifest.vocabularySize
    endToken = manifest.endToken
    heldOut = manifest.heldOut
  }
}
