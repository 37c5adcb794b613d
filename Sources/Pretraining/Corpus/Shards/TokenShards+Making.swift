import Files
import Foundation

extension TokenShards {
  /// Writes all shards, then `tokens.json`. Goes on where an earlier making was ended.
  func make(
    _ folder: URL, _ states: [[TextFileState]], threads: Int, _ progress: (Progress) throws -> Void
  ) throws -> ShardManifest {
    let file = folder.appendingPathComponent(ShardManifest.fileName, isDirectory: false)
    try Self.createFolder(folder)
    // Old words about new shards would be worse than none.
    guard unlink(file.path) == 0 || errno == ENOENT else { throw FileError.system(errno, writing: file.path) }
    let settings = ShardManifest(
      tokenizerDigest: tokenizer.digest, vocabularySize: tokenizer.vocabularySize, endToken: tokenizer.end,
      bytesPerToken: tokenizer.bytesPerToken, heldOut: rule.share, sources: [])
    let earlier = try UnfinishedTokens.read(in: folder, settings: settings, tokensPerShard: tokensPerShard)
    let total = states.joined().reduce(0) { $0 + $1.described.bytes }
    var (written, bytes, tokens) = ([ShardManifest.Source](), 0, 0)
    for (source, states) in zip(sources, states) {
      let described: ShardManifest.Source
      if let done = finished(source, states, earlier, number: written.count, in: folder) {
        described = done
      } else {
        let maker = SourceMaker(
          source: source, states: states, shards: self, settings: settings, done: written, folder: folder,
          threads: threads)
        described = try maker.make(earlier) { read, made in
          try progress(
            Progress(
              phase: .tokenizing, source: source.name, bytesRead: bytes + read, bytesTotal: total,
              tokens: tokens + made))
        }
      }
      written.append(described)
      bytes += states.reduce(0) { $0 + $1.described.bytes }
      tokens += (described.train + described.heldOut).reduce(0) { $0 + $1.tokens }
    }
    var manifest = settings
    manifest.sources = written
    try JSONFile.write(manifest, to: file)
    try Self.removeFiles(notIn: manifest, folder)
    return manifest
  }

  /// A source that an earlier making has done, of the same files and whole.
  private func finished(
    _ source: TextSource, _ states: [TextFileState], _ earlier: UnfinishedTokens?, number: Int, in folder: URL
  ) -> ShardManifest.Source? {
    guard let earlier, earlier.done.indices.contains(number) else { return nil }
    let done = earlier.done[number]
    guard done.isMade(of: source, states),
      UnfinishedTokens.isWhole(done, in: folder, bytesPerToken: earlier.settings.bytesPerToken)
    else { return nil }
    return done
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
  private static func removeFiles(notIn manifest: ShardManifest, _ folder: URL) throws {
    let wanted = Set(manifest.sources.flatMap { $0.train + $0.heldOut }.map(\.file))
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw FileError.notReadable(path: folder.path, reason: error.localizedDescription)
    }
    for name in names {
      let isLeft =
        name == UnfinishedTokens.fileName
        || name.hasSuffix("-train" + UnfinishedTokens.suffix) || name.hasSuffix("-held-out" + UnfinishedTokens.suffix)
      guard isLeft || ShardManifest.isShardName(name) && !wanted.contains(name) else { continue }
      let path = folder.appendingPathComponent(name, isDirectory: false).path
      guard unlink(path) == 0 || errno == ENOENT else { throw FileError.system(errno, writing: path) }
    }
  }
}

extension ShardManifest.Source {
  /// Whether it is of just these files, read in this way.
  func isMade(of source: TextSource, _ states: [TextFileState]) -> Bool {
    name == source.name && (field ?? TextSource.defaultField) == source.field
      && files.map(\.digest) == states.map(\.described.digest)
  }
}

/// Makes the shards of one source.
private struct SourceMaker {
  let source: TextSource
  let states: [TextFileState]
  let shards: TokenShards
  let settings: ShardManifest
  let done: [ShardManifest.Source]
  let folder: URL
  let threads: Int

  private func writer(_ side: CorpusSide, _ unfinished: UnfinishedTokens.Side?) -> ShardWriter {
    ShardWriter(
      in: folder, source: source.name, side: side, bytesPerToken: settings.bytesPerToken,
      tokensPerShard: shards.tokensPerShard, unfinished: unfinished)
  }

  /// - Parameter report: Told bytes read and tokens made; what it throws ends the making once what is done is written down.
  func make(_ earlier: UnfinishedTokens?, report: (Int, Int) throws -> Void) throws -> ShardManifest.Source {
    var described = ShardManifest.Source(
      name: source.name, files: states.map(\.described),
      field: source.field == TextSource.defaultField ? nil : source.field, textBytes: 0, emptyDocuments: 0, train: [],
      heldOut: [])
    var (documents, tokens) = (0, 0)
    var encoder = DocumentEncoder(
      source, shards.tokenizer, shards.rule, threads: threads, chunkBytes: shards.chunkBytes)
    var (train, heldOut) = (writer(.train, nil), writer(.heldOut, nil))
    if let earlier, earlier.done == done, let current = earlier.current, current.source.isMade(of: source, states),
      let first = earlier.side(.train, of: current, in: folder),
      let second = earlier.side(.heldOut, of: current, in: folder)
    {
      (described, documents) = (current.source, max(current.documents, 0))
      (train, heldOut) = (writer(.train, first), writer(.heldOut, second))
      tokens = train.tokens + heldOut.tokens
      try encoder.skip(documents) { try report($0, tokens) }
    }
    let clock = ContinuousClock()
    var last = clock.now
    // Between the two sides of a part what is there belongs to no number of documents.
    var isWhole = true
    do {
      try report(encoder.bytesRead, tokens)
      while true {
        let read = encoder.bytesRead
        let batch = try encoder.next { try report(read, tokens) }
        if batch.isEmpty { break }
        for part in batch {
          isWhole = false
          try train.append(part.train)
          try heldOut.append(part.heldOut)
          described.textBytes += part.textBytes
          described.emptyDocuments += part.emptyDocuments
          documents += part.documents
          isWhole = true
          tokens += (part.train.counts + part.heldOut.counts).reduce(0, +)
        }
        if last.duration(to: clock.now) >= shards.pause {
          try save(described, documents, train, heldOut)
          last = clock.now
        }
        try report(encoder.bytesRead, tokens)
      }
    } catch {
      // Whatever ended it, an error or somebody's wish: the next making goes on here. The reason is what is told.
      if isWhole { try? save(described, documents, train, heldOut) }
      throw error
    }
    try train.finish()
    try heldOut.finish()
    for state in states { try state.requireUnchanged() }
    (described.train, described.heldOut) = (train.shards, heldOut.shards)
    return described
  }

  private func save(
    _ described: ShardManifest.Source, _ documents: Int, _ train: ShardWriter, _ heldOut: ShardWriter
  ) throws {
    try UnfinishedTokens.write(
      [(.train, train.unfinished), (.heldOut, heldOut.unfinished)], source: described, documents: documents,
      after: done, settings: settings, tokensPerShard: shards.tokensPerShard, to: folder)
  }
}
