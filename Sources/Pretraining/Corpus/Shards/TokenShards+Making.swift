import Files
import Foundation

extension TokenShards {
  /// Writes all shards, then `tokens.json`.
  func make(
    _ folder: URL, _ states: [[TextFileState]], threads: Int, _ progress: (Progress) -> Void
  ) throws -> ShardManifest {
    let place = folder.appendingPathComponent(ShardManifest.fileName, isDirectory: false)
    try Self.createFolder(folder)
    // Old words about new shards would be worse than none.
    guard unlink(place.path) == 0 || errno == ENOENT else { throw FileError.system(errno, writing: place.path) }
    let total = states.joined().reduce(0) { $0 + $1.described.bytes }
    var (written, bytes, tokens) = ([ShardManifest.Source](), 0, 0)
    for (source, states) in zip(sources, states) {
      let described = try make(source, states, in: folder, threads: threads) { read, made in
        progress(
          Progress(
            phase: .tokenizing, source: source.name, bytesRead: bytes + read, bytesTotal: total,
            tokens: tokens + made))
      }
      written.append(described)
      bytes += states.reduce(0) { $0 + $1.described.bytes }
      tokens += (described.train + described.heldOut).reduce(0) { $0 + $1.tokens }
    }
    let manifest = ShardManifest(
      tokenizerDigest: tokenizer.digest, vocabularySize: tokenizer.vocabularySize, endToken: tokenizer.end,
      bytesPerToken: tokenizer.bytesPerToken, heldOut: rule.share, sources: written)
    try Self.removeShards(notIn: manifest, folder)
    try JSONFile.write(manifest, to: place)
    return manifest
  }

  private func make(
    _ source: TextSource, _ states: [TextFileState], in folder: URL, threads: Int, _ report: (Int, Int) -> Void
  ) throws -> ShardManifest.Source {
    func writer(_ side: CorpusSide) -> ShardWriter {
      ShardWriter(
        in: folder, source: source.name, side: side, bytesPerToken: tokenizer.bytesPerToken,
        tokensPerShard: tokensPerShard)
    }
    var (train, heldOut) = (writer(.train), writer(.heldOut))
    var encoder = DocumentEncoder(source, tokenizer, rule, threads: threads)
    var (textBytes, empty, tokens) = (0, 0, 0)
    report(0, 0)
    while case let batch = try encoder.next(), !batch.isEmpty {
      for documents in batch {
        try train.append(documents.train)
        try heldOut.append(documents.heldOut)
        textBytes += documents.textBytes
        empty += documents.emptyDocuments
        tokens += (documents.train.counts + documents.heldOut.counts).reduce(0, +)
      }
      report(encoder.bytesRead, tokens)
    }
    try train.finish()
    try heldOut.finish()
    for state in states { try state.requireUnchanged() }
    return ShardManifest.Source(
      name: source.name, files: states.map(\.described), textBytes: textBytes, emptyDocuments: empty,
      train: train.shards, heldOut: heldOut.shards)
  }

  private static func createFolder(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch CocoaError.fileWriteOutOfSpace {
      throw FileError.diskFull(path: folder.path)
    } catch {
      throw FileError.notWritable(path: folder.path, reason: error.localizedDescription)
    }
  }

  /// Removes what earlier makings have left.
  private static func removeShards(notIn manifest: ShardManifest, _ folder: URL) throws {
    let wanted = Set(manifest.sources.flatMap { $0.train + $0.heldOut }.map(\.file))
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw FileError.notReadable(path: folder.path, reason: error.localizedDescription)
    }
    for name in names where ShardManifest.isShardName(name) && !wanted.contains(name) {
      let path = folder.appendingPathComponent(name, isDirectory: false).path
      guard unlink(path) == 0 || errno == ENOENT else { throw FileError.system(errno, writing: path) }
    }
  }
}
