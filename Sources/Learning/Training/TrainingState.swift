public import Torch

/// Everything that decides how the training of a task goes on: with it, a resumed task is the same task.
public struct TrainingState {
  /// Where the loop stands.
  public struct Cursor: Sendable, Codable, Equatable {
    public var epoch = 0
    /// Micro-batches of this epoch that are done.
    public var batch = 0
    /// Optimizer steps of this task that are done.
    public var step = 0
    /// Real tokens read so far.
    public var tokens = 0
    /// Terms that were not zero in at least one step.
    public var liveTerms: Set<String> = []
    /// Terms that have been seen.
    public var seenTerms: Set<String> = []

    public init() {}
  }

  public var cursor: Cursor
  /// AdamW's moments over the flat buffer. [count]
  public var firstMoment: Tensor
  public var secondMoment: Tensor
  /// The stream that dropout draws from.
  public var dropout: RandomStream
}
