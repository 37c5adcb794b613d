import Assurance
public import Files
public import Foundation

/// A row of the coin's monitor half that a side decided, now that a person's label is final.
public struct MonitorRow: Sendable, Equatable {
  /// Its place among all rows whose label became final.
  public let sequence: Int
  /// The item's digest.
  public let item: Digest
  /// What it is, and where it stands.
  public let standing: RowStanding
  /// When the item arrived, and was decided.
  public let arrived: Date
  /// Whether people say another label than the side did.
  public let isWrong: Bool
  /// Whether a near-duplicate of the same day was counted before.
  public let isRepeated: Bool

  /// Takes a row.
  ///
  /// - Parameters:
  ///   - sequence: Its place among all rows whose label became final.
  ///   - item: The item's digest.
  ///   - standing: What it is, and where it stands.
  ///   - arrived: When the item arrived, and was decided.
  ///   - isWrong: Whether people say another label than the side did.
  ///   - isRepeated: Whether a near-duplicate of the same day was counted before.
  public init(sequence: Int, item: Digest, standing: RowStanding, arrived: Date, isWrong: Bool, isRepeated: Bool) {
    self.arrived = arrived
    self.sequence = sequence
    self.item = item
    self.standing = standing
    self.isWrong = isWrong
    self.isRepeated = isRepeated
  }
}

extension Side {
  /// Counts a monitor row: exactly once, and in the order in which labels became final.
  ///
  /// A burst from one source is one observation a day, as its rows are not independent.
  ///
  /// - Parameters:
  ///   - row: The row.
  ///   - now: When it is.
  /// - Returns: The change; `nil` where the side stays in its state.
  /// - Throws: ``CertificationError/forbiddenRows(use:count:first:reason:)`` for a row that may not measure.
  public mutating func observe(_ row: MonitorRow, at now: Date) throws -> SideChange? {
    try RowUse.measure.require([row.item]) { _ in row.standing }
    guard row.sequence > cursor else { return nil }
    cursor = row.sequence
    guard state.decides, !row.isRepeated, let watchedSince, row.arrived >= watchedSince else { return nil }
    detector?.observe(row.isWrong)
    guard let detector else { return nil }
    if detector.state == .alarm { return stop(.alarm, at: now) }
    return detector.state == .amber && state == .active ? go(to: .amber, at: now) : nil
  }
}
