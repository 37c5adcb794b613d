/// The numbers of a simulated team, beside those of its stream.
public struct SimulationSettings: Sendable, Codable, Equatable {
  /// The share of right decisions that each side has to promise.
  ///
  /// People agree with each other on about 0.94 of the rows if most err in 2 % and one of eight in 10 %: more than that nobody can be shown to
  /// agree with them.
  public var precision = 0.9
  /// The probability with which a promise has to hold.
  public var confidence = 0.95
  /// The share of coin rows that two people label without seeing each other's.
  public var double = 0.05
  /// New labels from which on a version is made.
  public var newLabels = 500
  /// Days between two versions of a task at least.
  public var coolDown = 1
  /// How much worse than its predecessor a version may be.
  public var margin = 0.01
  /// Days for which a certificate holds.
  public var certificateDays = 14
  /// Days that a coin row may wait for its label; those that never get one are withdrawn.
  public var coinWaitDays = 7.0
  /// The share of equal labels of two people below which sides stop.
  public var agreementFloor = 0.8
  /// From which probability on a prediction teaches the policy that learns from its own.
  public var selfLabel = 0.9
  /// Seconds of CPU cores that it takes to train a version, for each row.
  public var secondsPerRow = 1.0

  /// The usual numbers.
  public init() {}
}
