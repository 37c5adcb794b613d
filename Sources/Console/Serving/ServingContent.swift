public import Files
public import Foundation

/// Everything that the page shows, as it was at one moment. Whoever serves the page makes it; the views only read it.
public struct ServingContent: Sendable, Equatable {
  /// The release that is served.
  public struct Release: Sendable, Equatable {
    public var revision: Int
    public var published: Date

    public init(revision: Int, published: Date) {
      self.revision = revision
      self.published = published
    }
  }

  /// A name that requests may use.
  public struct Model: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
      case base
      /// The router chooses.
      case auto
      case version
    }

    public var kind: Kind
    /// As requests write it: `spam@7`.
    public var id: String
    public var name: String
    public var version: Int?
    /// Of the version's manifest.
    public var digest: Digest?
    public var aliases: [String]
    /// How many labels its task has.
    public var labels: Int

    public init(
      kind: Kind, id: String, name: String, version: Int? = nil, digest: Digest? = nil, aliases: [String] = [],
      labels: Int = 0
    ) {
      self.kind = kind
      self.id = id
      self.name = name
      self.version = version
      self.digest = digest
      self.aliases = aliases
      self.labels = labels
    }
  }

  /// An expert that is in memory, or on its way into it or out of it.
  public struct Expert: Sendable, Equatable {
    public var version: Digest
    /// `ready`, `loading`, `draining` or `failed`.
    public var state: String
    /// Requests that use it.
    public var references: Int
    public var bytes: Int
    public var isPinned: Bool

    public init(version: Digest, state: String, references: Int, bytes: Int, isPinned: Bool) {
      self.version = version
      self.state = state
      self.references = references
      self.bytes = bytes
      self.isPinned = isPinned
    }
  }

  /// How busy the engine is.
  public struct Load: Sendable, Equatable {
    public var requestsPerSecond: Double
    /// While it had something to do; `nil`: it has not worked for long enough to tell.
    public var tokensPerSecond: Double?
    public var running: Int
    public var waiting: Int
    /// KV blocks in all, those that nothing is in, and those kept for prompts that begin alike.
    public var blocks: Int
    public var freeBlocks: Int
    public var cachedBlocks: Int
    /// Tokens of a block.
    public var blockTokens: Int
    /// Tokens of prompts that were looked up in the prefix cache, and those found there.
    public var prefixQueries: Int
    public var prefixHits: Int
    public var expertLoads: Int
    public var failedExpertLoads: Int
    public var expertEvictions: Int

    public init(
      requestsPerSecond: Double = 0, tokensPerSecond: Double? = nil, running: Int = 0, waiting: Int = 0,
      blocks: Int = 0,
      freeBlocks: Int = 0, cachedBlocks: Int = 0, blockTokens: Int = 0, prefixQueries: Int = 0, prefixHits: Int = 0,
      expertLoads: Int = 0, failedExpertLoads: Int = 0, expertEvictions: Int = 0
    ) {
      self.requestsPerSecond = requestsPerSecond
      self.tokensPerSecond = tokensPerSecond
      self.running = running
      self.waiting = waiting
      self.blocks = blocks
      self.freeBlocks = freeBlocks
      self.cachedBlocks = cachedBlocks
      self.blockTokens = blockTokens
      self.prefixQueries = prefixQueries
      self.prefixHits = prefixHits
      self.expertLoads = expertLoads
      self.failedExpertLoads = failedExpertLoads
      self.expertEvictions = expertEvictions
    }
  }

  /// Errors of one code. Their texts are not here: they may hold parts of requests.
  public struct Failure: Sendable, Equatable {
    public var code: String
    public var count: Int
    public var last: Date

    public init(code: String, count: Int, last: Date) {
      self.code = code
      self.count = count
      self.last = last
    }
  }

  /// When all this was so.
  public var now: Date
  /// `nil`: nothing is released.
  public var release: Release?
  public var models: [Model]
  /// Versions that only those ask for who name their number: they can be tried, and no request comes to them by itself.
  public var unreleased: [Model]
  public var load: Load
  public var experts: [Expert]
  /// The latest first.
  public var failures: [Failure]

  public init(
    now: Date, release: Release? = nil, models: [Model] = [], unreleased: [Model] = [], load: Load = Load(),
    experts: [Expert] = [],
    failures: [Failure] = []
  ) {
    self.now = now
    self.release = release
    self.models = models
    self.unreleased = unreleased
    self.load = load
    self.experts = experts
    self.failures = failures
  }

  /// What a version is called: `spam@7`, or the beginning of its digest where no name leads to it any more.
  func name(of version: Digest) -> String {
    (models + unreleased).first { $0.digest == version }?.id ?? PageText.short(version)
  }
}
