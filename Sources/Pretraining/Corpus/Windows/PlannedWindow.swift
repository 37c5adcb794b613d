/// The window that a position of a run takes.
public struct PlannedWindow: Sendable, Equatable {
  /// The source's number, from 0.
  public let source: Int
  /// The window's number in the source's training stream, from 0.
  public let window: Int
  /// T, its tokens of input.
  public let sequenceLength: Int
  /// Which pass through the source's windows of this length it belongs to, from 0.
  public let epoch: Int
  /// The stage's number, from 0.
  public let stage: Int
}
