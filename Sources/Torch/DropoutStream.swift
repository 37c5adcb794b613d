public import Randomness

/// The keys of a task's dropout masks, one for each use, in the order of use.
///
/// One owner: the trainer. Its state is one number.
public final class DropoutStream {
  /// What is left to draw; restore it with ``init(_:)``.
  public private(set) var stream: RandomStream

  public init(_ stream: RandomStream) { self.stream = stream }

  public convenience init(seed: UInt64) { self.init(RandomStream(seed: seed, "dropout")) }

  public func next() -> UInt64 { stream.next() }
}
