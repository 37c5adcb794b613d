/// What is asked of a side: at most which share of its automatic decisions may be wrong, and how sure that has to be.
public struct SideTarget: Sendable, Equatable {
  /// α, the share of wrong decisions that is allowed: 1 − the demanded precision.
  public let errorLimit: Double
  /// δ, the probability with which a certificate may be wrong: 1 − the demanded confidence.
  public let error: Double

  /// Makes a target.
  ///
  /// - Parameters:
  ///   - errorLimit: α, between 0 and 1.
  ///   - error: δ, between 0 and 1.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a number is not between 0 and 1.
  public init(errorLimit: Double, error: Double) throws {
    try Self.require(
      errorLimit, "share of wrong decisions that is allowed (α)", fix: "A precision of 0.98 allows 0.02.")
    try Self.require(error, "probability of a wrong certificate (δ)", fix: "A confidence of 0.95 leaves 0.05.")
    (self.errorLimit, self.error) = (errorLimit, error)
  }

  /// Makes the target of a policy.
  ///
  /// - Parameters:
  ///   - precision: The share of automatic decisions that are to be right, between 0 and 1.
  ///   - confidence: How sure that has to be, between 0 and 1.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a number is not between 0 and 1.
  public init(precision: Double, confidence: Double) throws {
    try Self.require(precision, "precision of a side", fix: "Ask for a share such as 0.98.")
    try Self.require(confidence, "confidence of a side", fix: "Ask for a share such as 0.95.")
    try self.init(errorLimit: 1 - precision, error: 1 - confidence)
  }

  /// The target of each of several sides that are to hold together: δ is shared among them (Bonferroni).
  ///
  /// - Parameter sides: How many sides; fewer than one are taken as one.
  public func shared(amongSides sides: Int) -> SideTarget {
    SideTarget(checkedLimit: errorLimit, error: error / Double(max(sides, 1)))
  }

  /// The target of the i-th certificate that is made with rows some of which were used before (``LookSpending``).
  ///
  /// - Parameter look: 1 for the first.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` for a look before the first.
  public func atLook(_ look: Int) throws -> SideTarget {
    SideTarget(checkedLimit: errorLimit, error: try LookSpending.share(of: error, look: look))
  }

  private init(checkedLimit errorLimit: Double, error: Double) {
    (self.errorLimit, self.error) = (errorLimit, error)
  }

  private static func require(_ value: Double, _ what: String, fix: String) throws {
    guard value > 0, value < 1 else {
      throw AssuranceError.value(what: what, row: nil, expected: "a number between 0 and 1", got: "\(value)", fix: fix)
    }
  }
}
