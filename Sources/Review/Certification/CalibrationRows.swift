import Files
public import Foundation

/// The rows that may calibrate, each near-duplicate once. Where the scale of the scores is fitted, they are in two parts: one fits it, the other
/// certifies thresholds.
///
/// A row's part follows from its digest. So a row never moves from one to the other as rows are added, and none is in both.
public struct CalibrationRows: Sendable, Equatable {
  /// Why a row was left out.
  public enum Omission: String, Sendable, Codable, CaseIterable {
    /// It may not calibrate.
    case use
    /// Other models gave its scores.
    case otherModels = "other-models"
    /// Another row of its near-duplicates is there: they are not independent.
    case duplicate
    /// It arrived outside of the time that is looked at.
    case time
  }

  /// Rows that fit the scale of the scores.
  public let fitting: [CalibrationRow]
  /// Rows that certify thresholds.
  public let certifying: [CalibrationRow]
  /// How many rows were left out, and why.
  public let omitted: [Omission: Int]

  /// Chooses among rows.
  ///
  /// - Parameters:
  ///   - rows: Any rows of the task.
  ///   - bindings: The models that a certificate is to speak about.
  ///   - time: When rows have to have arrived: from its start, and before its end.
  ///   - fitsScale: Whether half of them fit the scale; otherwise all of them certify.
  public init(_ rows: [CalibrationRow], bindings: CertificateBindings, time: Range<Date>, fitsScale: Bool) {
    var omitted: [Omission: Int] = [:]
    func omission(_ row: CalibrationRow) -> Omission? {
      if RowUse.calibrate.refusal(of: row.standing) != nil || row.label == nil { return .use }
      if !time.contains(row.arrived) { return .time }
      return row.bindings == bindings ? nil : .otherModels
    }
    var (fitting, certifying): ([CalibrationRow], [CalibrationRow]) = ([], [])
    var (items, clusters): (Set<Digest>, Set<Digest>) = ([], [])
    for row in rows.sorted(by: Self.isBefore) {
      if let reason = omission(row) {
        omitted[reason, default: 0] += 1
        continue
      }
      let isNew = items.insert(row.item).inserted
      let isFirst = row.cluster.map { clusters.insert($0).inserted } ?? true
      guard isNew, isFirst else {
        omitted[.duplicate, default: 0] += 1
        continue
      }
      if fitsScale, Self.fits(row.item) { fitting.append(row) } else { certifying.append(row) }
    }
    self.fitting = fitting
    self.certifying = certifying
    self.omitted = omitted
  }

  /// Rows in the order of their arrival, so that of near-duplicates the first one stays whatever order they were read in.
  private static func isBefore(_ one: CalibrationRow, _ other: CalibrationRow) -> Bool {
    one.arrived != other.arrived
      ? one.arrived < other.arrived : one.item.bytes.lexicographicallyPrecedes(other.item.bytes)
  }

  /// Whether a row is of the part that fits the scale: half of all, by a digest of the item's.
  private static func fits(_ item: Digest) -> Bool {
    (Digest(of: Data("fit".utf8) + item.bytes).bytes.first ?? 0) & 1 == 0
  }
}
