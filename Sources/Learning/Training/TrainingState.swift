public import Randomness
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
    /// Every loss term that has been seen, and whether it was not zero in at least one step.
    public var terms: [String: Bool] = [:]

    public init() {}
  }

  public var cursor: Cursor
  /// AdamW's moments over the flat buffer. [count]
  public var firstMoment: Tensor
  public var secondMoment: Tensor
  /// The stream that dropout draws from.
  public var dropout: RandomStream

  public init(cursor: Cursor, firstMoment: Tensor, secondMoment: Tensor, dropout: RandomStream) {
    self.cursor = cursor
    self.firstMoment = firstMoment
    self.secondMoment = secondMoment
    self.dropout = dropout
  }
}
