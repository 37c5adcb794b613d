import Files
public import Foundation

/// Tokenizes text once, into files of tokens that every later run reads.
///
/// A folder has `SOURCE-train-00000.tokens`, …, `SOURCE-held-out-00000.tokens`, … and, written last, `tokens.json`. The bytes are
/// the same for every number of threads, and for a making that was stopped and continued (`UnfinishedTokens`).
public struct TokenShards: Sendable {
  /// The most tokens of a file.
  public static let tokensPerShard = 1 << 24

  /// How far the making of a folder is.
  public struct Progress: Sendable, Equatable {
    public enum Phase: Sendable { case digesting, tokenizing }

    public let phase: Phase
    /// The source that is being read.
    public let source: String
    /// Bytes of all text files, as they lie on the disk, that this phase has read.
    public let bytesRead: Int
    /// Bytes of all text files.
    public let bytesTotal: Int
    /// Tokens of all sources so far, both sides.
    public let tokens: Int
  }

  public let sources: [TextSource]
  public let tokenizer: CorpusTokenizer
  public let rule: HeldOutRule
  let tokensPerShard: Int
  /// How often what is done so far is written down.
  var pause = Duration.seconds(20)
  /// Bytes of text that a thread takes at a time.
  var chunkBytes = DocumentEncoder.chunkBytes

  /// - Parameters:
  ///   - sources: Their order is that of weights and of all results.
  ///   - tokenizer: How documents become tokens.
  ///   - rule: Which documents are held out.
  /// - Throws: ``CorpusError/source(_:)`` if there is no source, or two would share files.
  public init(_ sources: [TextSource], tokenizer: CorpusTokenizer, rule: HeldOutRule) throws {
    try self.init(sources, tokenizer: tokenizer, rule: rule, tokensPerShard: Self.tokensPerShard)
  }

  init(_ sources: [TextSource], tokenizer: CorpusTokenizer, rule: HeldOutRule, tokensPerShard: Int) throws {
    try TextSource.requireDistinct(sources.map(\.name))
    self.sources = sources
    self.tokenizer = tokenizer
    self.rule = rule
    self.tokensPerShard = max(1, tokensPerShard)
  }

  /// Opens a folder of shards that was made of just these files, by this tokenizer and rule, or makes it (anew).
  ///
  /// The digests of all text files are compared. Nothing but files with the names of shards is removed from the folder.
  /// - Parameters:
  ///   - folder: Made if it is missing.
  ///   - threads: That tokenize; less than 1 is 1.
  ///   - verification: Of shards that are there already.
  ///   - progress: Called on this thread, several times a second; what it throws ends the making, and the next goes on from there.
  /// - Returns: The open folder, and whether its tokens were made now.
  /// - Throws: ``CorpusError``, `FileError`, `TokenizationError`. A damaged shard is an error and not made anew, as disks do not
  ///   damage files for no reason.
  public func prepare(
    in folder: URL, threads: Int = 1, verification: TokenCorpus.Verification = .digests,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> (corpus: TokenCorpus, isNew: Bool) {
    let states = try digest(progress)
    if let manifest = try OptionalFile.read({ try ShardManifest.read(in: folder) }), isOf(manifest, states) {
      return (try TokenCorpus(folder, manifest, verification: verification), false)
    }
    let manifest = try make(folder, states, threads: threads, progress)
    // What was just written has its digests from memory.
    return (try TokenCorpus(folder, manifest, verification: .lengths), true)
  }

  /// The digests of all files, by source.
  private func digest(_ progress: (Progress) throws -> Void) throws -> [[TextFileState]] {
    let sizes = try sources.map { source in try source.files.map { try FileInput($0).size } }
    let total = sizes.joined().reduce(0, +)
    var done = 0
    return try zip(sources, sizes).map { source, sizes in
      try zip(source.files, sizes).map { file, size in
        let state = Progress(phase: .digesting, source: source.name, bytesRead: done, bytesTotal: total, tokens: 0)
        try progress(state)
        done += size
        return try TextFileState(file) { try progress(state) }
      }
    }
  }

  /// Whether a folder was made of these files in this way.
  private func isOf(_ manifest: ShardManifest, _ states: [[TextFileState]]) -> Bool {
    manifest.tokenizerDigest == tokenizer.digest && manifest.endToken == tokenizer.end
      && manifest.vocabularySize == tokenizer.vocabularySize && manifest.heldOut == rule.share
      && manifest.sources.map(\.name) == sources.map(\.name)
      && manifest.sources.map { $0.field ?? TextSource.defaultField } == sources.map(\.field)
      && manifest.sources.map { $0.files.map(\.digest) } == states.map { $0.map(\.described.digest) }
  }
}
