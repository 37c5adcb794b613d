public import Assurance

/// Whether a share of items has risen above what it was: unknown ones, those that people decide, those on which two releases differ.
///
/// It takes items one at a time, in their order. Its expected run to a false alarm is 10,000 items, of its own: no other watch's alarms count
/// against it.
public struct ShareWatch: Sendable, Codable, Equatable {
  /// What is counted.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Items that no task claims.
    case unknown
    /// Items that people decide.
    case human
    /// Coin rows on which the served release and its candidate differ.
    case disagreement
  }

  /// What is counted.
  public let kind: Kind
  /// The share in the time with which is compared.
  public let reference: Proportion
  /// What has been seen since.
  public private(set) var detector: ChangeDetector

  /// Watches a share.
  ///
  /// - Parameters:
  ///   - kind: What is counted.
  ///   - reference: How many of the items of an earlier time there were; the upper bound of their share is what is allowed.
  /// - Throws: `AssuranceError.value` where so few items are known that any share is possible.
  public init(_ kind: Kind, reference: Proportion) throws {
    self.kind = kind
    self.reference = reference
    detector = try ChangeDetector(above: reference)
  }

  /// Takes the next item.
  ///
  /// - Parameter isCounted: Whether it is unknown, people's, or one on which releases differ.
  /// - Returns: Whether this item raised the alarm, which stays raised.
  public mutating func observe(_ isCounted: Bool) -> Bool {
    let before = isAlarm
    return detector.observe(isCounted) == .alarm && !before
  }

  /// Whether the share has risen.
  public var isAlarm: Bool { detector.state == .alarm }
}
