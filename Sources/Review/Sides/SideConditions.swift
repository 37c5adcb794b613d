public import Foundation

/// Everything outside of a side on which it depends whether it may decide.
public struct SideConditions: Sendable, Equatable {
  /// By how many seconds a clock may be set back before sides stop.
  public static let clockTolerance: TimeInterval = 60

  /// When it is.
  public var now: Date
  /// The latest time that was ever seen.
  public var latest: Date
  /// The models that are served; `nil` where the task's expert is not ready.
  public var served: CertificateBindings?
  /// The revision of the task's policy.
  public var policy: Int
  /// When the oldest coin row without a final label arrived; `nil` where none waits.
  public var oldestCoinRow: Date?
  /// How many seconds a coin row may wait.
  public var coinWait: TimeInterval
  /// How far people agree with each other.
  public var agreement: LabelerAgreement
  /// The share of equal labels below which sides stop.
  public var agreementFloor: Double
  /// How many rows two people have to have labelled before their agreement is believed.
  public var leastDoubles: Int
  /// Whether something new has come into the task's stream.
  public var hasNovelty: Bool
  /// Whether labels are no longer as frequent as the certificate says.
  public var hasLabelShift: Bool
  /// Whether the coin's key is there.
  public var hasCoinKey: Bool
  /// Whether a person has stopped the side.
  public var isStoppedByHand: Bool

  /// Takes the conditions.
  ///
  /// - Parameters:
  ///   - now: When it is.
  ///   - latest: The latest time that was ever seen.
  ///   - served: The models that are served.
  ///   - policy: The revision of the task's policy.
  ///   - oldestCoinRow: When the oldest coin row without a final label arrived.
  ///   - coinWait: How many seconds a coin row may wait.
  ///   - agreement: How far people agree with each other.
  ///   - agreementFloor: The share of equal labels below which sides stop.
  ///   - leastDoubles: How many rows two people have to have labelled.
  ///   - hasNovelty: Whether something new has come into the task's stream.
  ///   - hasLabelShift: Whether labels are no longer as frequent as the certificate says.
  ///   - hasCoinKey: Whether the coin's key is there.
  ///   - isStoppedByHand: Whether a person has stopped the side.
  public init(
    now: Date, latest: Date, served: CertificateBindings?, policy: Int, oldestCoinRow: Date? = nil,
    coinWait: TimeInterval, agreement: LabelerAgreement, agreementFloor: Double, leastDoubles: Int = 20,
    hasNovelty: Bool = false, hasLabelShift: Bool = false, hasCoinKey: Bool = true, isStoppedByHand: Bool = false
  ) {
    self.now = now
    self.latest = latest
    self.served = served
    self.policy = policy
    self.oldestCoinRow = oldestCoinRow
    self.coinWait = coinWait
    self.agreement = agreement
    self.agreementFloor = agreementFloor
    self.leastDoubles = leastDoubles
    self.hasNovelty = hasNovelty
    self.hasLabelShift = hasLabelShift
    self.hasCoinKey = hasCoinKey
    self.isStoppedByHand = isStoppedByHand
  }

  /// Why no side may decide, whatever its certificate says; `nil` where none of these reasons is there.
  public var obstacle: StopReason? {
    if isStoppedByHand { return .stopSwitch }
    if !hasCoinKey { return .coinKeyMissing }
    if latest.timeIntervalSince(now) > Self.clockTolerance { return .clockMovedBack }
    if let oldestCoinRow, now.timeIntervalSince(oldestCoinRow) > coinWait { return .coinBacklog }
    if agreement.n >= leastDoubles, let share = agreement.value, share < agreementFloor { return .agreement }
    return hasNovelty ? .novelty : nil
  }
}
