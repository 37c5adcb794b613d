public import Files
package import Foundation
public import ModelConfiguration
import Streams

/// What a run was made from: written once, before the first step.
public struct Manifest: Sendable, Equatable, Codable {
  /// This package's version: the only place that states it. What a run, report, card or `accrete --version` says of it comes from here.
  public static let accreteVersion = "0.2.0"
  /// Version of the folder's form.
  public static let currentFormat = 2
  /// The first whose files are listed in `seal.json`.
  static let sealedFormat = 2

  public var format = Manifest.currentFormat
  public var accrete: String
  public var libtorch: String
  /// The only program that may work on the run, see `ProgramCode.digest()`; `nil`: any.
  public var program: Digest?
  public var configuration: RunConfiguration
  /// Tasks in the order of learning.
  public var tasks: [String]
  public var baseDigest: Digest
  /// What the base's `config.json` and `generation_config.json` said; `nil` in folders of an earlier version.
  public var baseConfiguration: DecoderConfiguration?
  /// The tokens that end an answer, as all files of the base together say; `nil` in folders of an earlier version.
  public var endTokens: [Int]?
  public var tokenizerDigest: Digest
  /// SHA-256 of instruction, cue and labels of all tasks: the prompt's form.
  public var promptDigest: Digest
  /// SHA-256 of each data file, by path.
  public var dataDigests: [String: Digest]
  /// Rows trained on and scored, by task.
  public var rows: [String: RowCounts]
  /// How the answers to each task are scored, and what is to be said about its data, by task. Read it with ``scoring(of:)``.
  public var scoring: [String: Scoring]?

  package init(
    format: Int = Manifest.currentFormat, accrete: String, libtorch: String, program: Digest? = nil,
    configuration: RunConfiguration, tasks: [String], baseDigest: Digest,
    baseConfiguration: DecoderConfiguration? = nil, endTokens: [Int]? = nil, tokenizerDigest: Digest,
    promptDigest: Digest, dataDigests: [String: Digest], rows: [String: RowCounts], scoring: [String: Scoring]? = nil
  ) {
    self.format = format
    self.accrete = accrete
    self.libtorch = libtorch
    self.program = program
    self.configuration = configuration
    self.tasks = tasks
    self.baseDigest = baseDigest
    self.baseConfiguration = baseConfiguration
    self.endTokens = endTokens
    self.tokenizerDigest = tokenizerDigest
    self.promptDigest = promptDigest
    self.dataDigests = dataDigests
    self.rows = rows
    self.scoring = scoring
  }

  public struct RowCounts: Sendable, Equatable, Codable {
    public var trained: Int
    public var scored: Int
    /// Rows that are neither: what label scores and closed-form head are weighed on. `nil`: none.
    public var combining: Int?
    /// Training and scored examples that lost tokens, and the tokens that they lost.
    public var truncated: Int
    public var droppedTokens: Int
    /// Those that lost most, at most three.
    public var mostTruncated: [TruncatedRow] = []
    /// Free answers of training rows that were cut at their end; `nil`: none.
    public var cutAnswers: Int?
    /// SHA-256 of the numbers of the rows that are trained on, of those that are scored, and of ``combining`` if there are any. `nil` in
    /// folders of versions that did not record it and chose validation rows differently.
    public var selection: Digest?

    package init(
      trained: Int, scored: Int, combining: Int? = nil, truncated: Int, droppedTokens: Int,
      mostTruncated: [TruncatedRow] = [], cutAnswers: Int? = nil, selection: Digest? = nil
    ) {
      self.trained = trained
      self.scored = scored
      self.combining = combining
      self.truncated = truncated
      self.droppedTokens = droppedTokens
      self.mostTruncated = mostTruncated
      self.cutAnswers = cutAnswers
      self.selection = selection
    }
  }

  /// An example that lost tokens on its left.
  public struct TruncatedRow: Sendable, Equatable, Codable {
    /// Number of the row in its file, from 0.
    public var row: Int
    public var isTrained: Bool
    public var droppedTokens: Int

    package init(row: Int, isTrained: Bool, droppedTokens: Int) {
      self.row = row
      self.isTrained = isTrained
      self.droppedTokens = droppedTokens
    }
  }

  /// Refuses to go on with anything that decides the result and is no longer what it was.
  /// - Throws: ``RunError/changed(folder:what:recorded:now:)`` with the first difference.
  package func requireUnchanged(_ now: Manifest, folder: URL) throws {
    try requireSameSources(now, folder: folder)
    try check("libtorch", libtorch, now.libtorch, folder)
    try check("the number of threads", configuration.threads, now.configuration.threads, folder)
  }

  /// - Throws: ``RunError/changed(folder:what:recorded:now:)`` for what is not as it was.
  package func check(
    _ what: String, _ recorded: some CustomStringConvertible, _ current: some CustomStringConvertible, _ folder: URL
  ) throws {
    guard recorded.description == current.description else {
      throw RunError.changed(
        folder: folder.path, what: what, recorded: recorded.description, now: current.description)
    }
  }

  /// Whether a base with the same weights is described as it was.
  /// - Throws: ``RunError/changed(folder:what:recorded:now:)`` that names the key.
  package func requireSameBase(_ now: DecoderConfiguration?, folder: URL) throws {
    guard let baseConfiguration, let now, let change = try Differences.together(baseConfiguration, now) else {
      return
    }
    throw RunError.changed(
      folder: folder.path, what: "`\(change.key)` of the base's config.json or generation_config.json",
      recorded: change.first, now: change.second)
  }

  /// Whether base, tokenizer, prompts and data are what they were.
  /// - Throws: ``RunError/changed(folder:what:recorded:now:)`` with the first difference.
  package func requireSameSources(_ now: Manifest, folder: URL) throws {
    func check(_ what: String, _ recorded: some CustomStringConvertible, _ current: some CustomStringConvertible) throws
    {
      try self.check(what, recorded, current, folder)
    }
    try check("the base model", baseDigest, now.baseDigest)
    try requireSameBase(now.baseConfiguration, folder: folder)
    if let endTokens { try check("the token that ends an answer", endTokens, now.endTokens ?? []) }
    try check("the tokenizer", tokenizerDigest, now.tokenizerDigest)
    try check("the prompt's form (instruction, cue or labels)", promptDigest, now.promptDigest)
    for (path, digest) in dataDigests.sorted(by: { $0.key < $1.key }) {
      try check("the data file \(path)", digest, now.dataDigests[path]?.description ?? "missing")
    }
    for (task, recorded) in rows.sorted(by: { $0.key < $1.key }) {
      // Rows that are scored on test files have been chosen in one way in all versions.
      guard recorded.selection != nil || configuration.evaluateOn == .validation else { continue }
      try check(
        "the choice of the rows of task \(task)", recorded.selection?.description ?? "that of an earlier version",
        now.rows[task]?.selection?.description ?? "missing")
    }
    for (task, recorded) in (scoring ?? [:]).sorted(by: { $0.key < $1.key }) {
      try check("how task \(task) is scored", recorded, now.scoring(of: task))
    }
  }
}
