import Files

/// Finds the loosest threshold of a side that can be shown to be good enough (`ThresholdWalk` of Assurance has the theorem).
///
/// Thresholds are fixed before the labels of the rows are seen, from scores of other rows; so is where the walk begins. The probability that more
/// than α of what the side then decides is wrong is at most δ.
public enum Certifier {
  /// Certifies a side, or says what that would take.
  ///
  /// - Parameter request: Everything that it depends on.
  /// - Throws: ``CertificationError/invalid(what:got:expected:fix:)``; `AssuranceError` and an error of the encoder for numbers that are
  ///   none.
  public static func certify(_ request: CertificationRequest) throws -> CertificationOutcome {
    let label = try request.checkedSide()
    let rows = CalibrationRows(
      request.rows, bindings: request.bindings, time: request.time, fitsScale: request.fitsScale)
    return try Certification(request: request, label: label, rows: rows).outcome()
  }
}
