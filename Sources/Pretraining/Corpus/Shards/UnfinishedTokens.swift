import Files
import Foundation

/// How far the making of a folder of shards has come, so that one that was ended at any moment goes on where it was.
///
/// `unfinished.json` names what is done: whole sources, and of the source being read its documents, its shards, and the tokens that are in
/// no shard yet. Those lie beside it (`SOURCE-train.unfinished`). It is written last and believed only where every file has the digest that
/// it says; otherwise the source begins anew. The bytes of the shards do not depend on it.
struct UnfinishedTokens: Codable, Equatable {
  static let fileName = "unfinished.json"
  static let suffix = ".unfinished"

  /// What the tokens are made of, and how: with no sources.
  var settings: ShardManifest
  var tokensPerShard: Int
  /// Sources that are done.
  var done: [ShardManifest.Source]
  var current: Current?
  /// SHA-256 of all this without the seal.
  var seal: Digest?

  /// The source that is being read.
  struct Current: Codable, Equatable {
    /// Its files, field, and texts so far; with no shards.
    var source: ShardManifest.Source
    /// Documents that are done, empty ones too.
    var documents: Int
    var train: Rest
    var heldOut: Rest
  }

  /// Shards of one side, and what waits for the next.
  struct Rest: Codable, Equatable {
    var shards: [ShardManifest.Shard]
    var waitingTokens: Int
    var waitingDocuments: Int
    var digest: Digest
  }

  /// One side in memory.
  struct Side: Sendable {
    var shards: [ShardManifest.Shard] = []
    /// Tokens that no shard holds yet, as they will lie in one.
    var bytes: [UInt8] = []
    var documents = 0
  }

  /// What is left of an earlier making in this folder; `nil` where there is none, or one of other texts or settings.
  /// - Throws: `EncodingError`.
  static func read(in folder: URL, settings: ShardManifest, tokensPerShard: Int) throws -> UnfinishedTokens? {
    guard let url = try? FolderFile.url(fileName, in: folder),
      let found = try? JSONFile.read(UnfinishedTokens.self, from: url, limit: ShardManifest.sizeLimit),
      found.settings == settings, found.tokensPerShard == tokensPerShard, found.seal != nil,
      try found.seal == found.digest()
    else { return nil }
    return found
  }

  /// Whether every shard of a source is as it was written.
  static func isWhole(_ source: ShardManifest.Source, in folder: URL, bytesPerToken: Int) -> Bool {
    (source.train + source.heldOut).allSatisfy { isWhole($0, in: folder, bytesPerToken: bytesPerToken) }
  }

  private static func isWhole(_ shard: ShardManifest.Shard, in folder: URL, bytesPerToken: Int) -> Bool {
    (try? TokenShard(shard, in: folder, bytesPerToken: bytesPerToken, .digests)) != nil
  }

  /// One side of the current source; `nil` if a file of it is not as it was written.
  func side(_ side: CorpusSide, of current: Current, in folder: URL) -> Side? {
    let rest = side == .train ? current.train : current.heldOut
    guard rest.waitingTokens >= 0, rest.waitingTokens < max(tokensPerShard, 1), rest.waitingDocuments >= 0,
      rest.shards.allSatisfy({
        $0.tokens == tokensPerShard && Self.isWhole($0, in: folder, bytesPerToken: settings.bytesPerToken)
      }),
      let file = try? MappedFile(FolderFile.url(Self.fileName(current.source.name, side), in: folder)),
      file.bytes.count == rest.waitingTokens * settings.bytesPerToken
    else { return nil }
    return withExtendedLifetime(file) {
      guard Digest(of: [file.bytes]) == rest.digest else { return nil }
      return Side(shards: rest.shards, bytes: Array(file.bytes), documents: rest.waitingDocuments)
    }
  }

  /// Writes what waits, then the description.
  static func write(
    _ sides: [(CorpusSide, Side)], source: ShardManifest.Source, documents: Int, after done: [ShardManifest.Source],
    settings: ShardManifest, tokensPerShard: Int, to folder: URL
  ) throws {
    var rests: [CorpusSide: Rest] = [:]
    for (side, content) in sides {
      let file = folder.appendingPathComponent(fileName(source.name, side), isDirectory: false)
      let digest = try content.bytes.withUnsafeBytes { bytes in
        try AtomicFile.write([bytes], to: file)
        return Digest(of: [bytes])
      }
      rests[side] = Rest(
        shards: content.shards, waitingTokens: content.bytes.count / settings.bytesPerToken,
        waitingDocuments: content.documents, digest: digest)
    }
    guard let train = rests[.train], let heldOut = rests[.heldOut] else { return }
    var description = UnfinishedTokens(
      settings: settings, tokensPerShard: tokensPerShard, done: done,
      current: Current(source: source, documents: documents, train: train, heldOut: heldOut))
    description.seal = try description.digest()
    try JSONFile.write(description, to: folder.appendingPathComponent(fileName, isDirectory: false))
  }

  private func digest() throws -> Digest {
    var copy = self
    copy.seal = nil
    return Digest(of: try JSONFile.encode(copy))
  }

  private static func fileName(_ source: String, _ side: CorpusSide) -> String {
    "\(source)-\(side.rawValue)\(suffix)"
  }
}
