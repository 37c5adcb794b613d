import Files
import Foundation

/// Writes one stream of a source as shards, each of them atomically.
struct ShardWriter {
  /// The shards that are written.
  private(set) var shards: [ShardManifest.Shard] = []
  private let folder: URL
  private let source: String
  private let side: CorpusSide
  private let bytesPerToken: Int
  private let tokensPerShard: Int
  /// The shard that is being filled.
  private var bytes: [UInt8] = []
  private var documents = 0

  /// - Parameter unfinished: What an earlier process has left; `nil`: from the beginning.
  init(
    in folder: URL, source: String, side: CorpusSide, bytesPerToken: Int, tokensPerShard: Int,
    unfinished: UnfinishedTokens.Side? = nil
  ) {
    if let unfinished { (shards, bytes, documents) = (unfinished.shards, unfinished.bytes, unfinished.documents) }
    self.folder = folder
    self.source = source
    self.side = side
    self.bytesPerToken = bytesPerToken
    self.tokensPerShard = tokensPerShard
  }

  /// Adds documents; those that do not fit go on in the next shard.
  mutating func append(_ side: EncodedDocuments.Side) throws {
    let shardBytes = tokensPerShard * bytesPerToken
    var rest = side.bytes[...]
    for count in side.counts {
      var document = rest.prefix(count * bytesPerToken)
      rest = rest.dropFirst(document.count)
      while !document.isEmpty {
        let part = document.prefix(shardBytes - bytes.count)
        document = document.dropFirst(part.count)
        bytes.append(contentsOf: part)
        if document.isEmpty { documents += 1 }
        if bytes.count == shardBytes { try finishShard() }
      }
    }
  }

  /// All tokens so far.
  var tokens: Int { shards.reduce(0) { $0 + $1.tokens } + bytes.count / bytesPerToken }

  /// What is written, and what waits.
  var unfinished: UnfinishedTokens.Side { .init(shards: shards, bytes: bytes, documents: documents) }

  /// Writes what is left.
  mutating func finish() throws {
    if !bytes.isEmpty { try finishShard() }
  }

  private mutating func finishShard() throws {
    let name = ShardManifest.shardName(source: source, side: side, number: shards.count)
    let digest = try bytes.withUnsafeBytes { content in
      try AtomicFile.write([content], to: folder.appendingPathComponent(name, isDirectory: false))
      return Digest(of: [content])
    }
    shards.append(
      ShardManifest.Shard(file: name, tokens: bytes.count / bytesPerToken, documents: documents, digest: digest))
    bytes.removeAll(keepingCapacity: true)
    documents = 0
  }
}
