/// The numbers by which sides are certified, beside those of a task's policy.
public struct CertificationRules: Sendable, Equatable {
  /// How many items of the stream a grid is made of at least.
  public var leastStream: Int
  /// Whether the scale of two labels is fitted, too. It changes no ranking and so no decision, and would take half of the rows from those that
  /// certify.
  public var fitsTwoLabels: Bool
  /// How many rows fit the scale at least; below it, scores stay as they are, which no guarantee depends on.
  public var leastFitting: Int
  /// How many rows two people have to have labelled before their agreement is believed.
  public var leastDoubles: Int

  /// Sets the numbers.
  ///
  /// - Parameters:
  ///   - leastStream: How many items of the stream a grid is made of at least.
  ///   - fitsTwoLabels: Whether the scale of two labels is fitted, too.
  ///   - leastFitting: How many rows fit the scale at least.
  ///   - leastDoubles: How many rows two people have to have labelled.
  public init(leastStream: Int = 200, fitsTwoLabels: Bool = false, leastFitting: Int = 50, leastDoubles: Int = 20) {
    self.leastStream = leastStream
    self.fitsTwoLabels = fitsTwoLabels
    self.leastFitting = leastFitting
    self.leastDoubles = leastDoubles
  }
}
