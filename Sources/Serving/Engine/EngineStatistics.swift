public import Files

/// What the engine does now, and what it has done.
public struct EngineStatistics: Sendable {
  /// A version that is loaded, or was asked for.
  public struct ResidentExpert: Sendable {
    public enum State: String, Sendable { case loading, ready, draining, failed }

    /// The digest of the version's manifest.
    public var version: Digest
    public var state: State
    /// Sequences and answers that use it now.
    public var references: Int
    /// What it takes of memory: its mapped file, and what it has for itself.
    public var bytes: Int
    /// Of that, pages of its file, which the system takes back where it is short of memory.
    public var mappedBytes: Int
    public var isPinned: Bool
  }

  /// Sequences that are written, and requests that wait.
  public var running = 0
  public var waiting = 0
  /// Blocks of keys and values: all, those that nobody has, and those that only the prefix cache holds.
  public var blocks = 0
  public var freeBlocks = 0
  public var cachedBlocks = 0
  /// Tokens of a block.
  public var blockTokens = 64
  /// Tokens of prompts that were looked for in the prefix cache, and that were found.
  public var prefixQueries = 0
  public var prefixHits = 0
  public var promptTokens = 0
  public var generatedTokens = 0
  public var preemptions = 0
  public var steps = 0
  /// Steps that failed as a whole; what ran was done again, one after the other.
  public var failedSteps = 0
  /// Tokens read and written a second, over the last seconds.
  public var tokensPerSecond = 0.0
  /// When the engine last said that it lives.
  public var heartbeat = ContinuousClock.now
  public var experts: [ResidentExpert] = []
  public var evictions = 0
  public var loads = 0
  public var failedLoads = 0

  public init() {}
}
