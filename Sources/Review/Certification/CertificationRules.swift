/// The numbers by which sides are certified, beside those of a task's policy.
public struct CertificationRules: Sendable, Equatable {
  /// How many items of the stream a grid is made of at least.
  public var leastStream: Int
  /// How many rows fit the scale at least; below it, scores stay as they are, which no guarantee depends on.
  public var leastFitting: Int
  /// How many rows two people have to have labelled before their agreement is believed.
  public var leastDoubles: Int

  /// Sets the numbers.
  ///
  /// - Parameters:
  ///   - leastStream: How many items of the stream a grid is made of at least.
  ///   - leastFitting: How many rows fit the scale at least.
  ///   - leastDoubles: How many rows two people have to have labelled.
  public init(leastStream: Int = 200, leastFitting: Int = 50, leastDoubles: Int = 20) {
    self.leastStream = leastStream
    self.leastFitting = leastFitting
    self.leastDoubles = leastDoubles
  }
}
