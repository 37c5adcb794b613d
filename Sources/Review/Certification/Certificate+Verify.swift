import Assurance
public import Files
public import Foundation

extension Certificate {
  /// Computes again what it says from the blobs that it names.
  ///
  /// Whoever raises a count, loosens τ or stretches δ and names the result by its digest has made a certificate that does not follow from its
  /// rows.
  ///
  /// - Parameter blob: The bytes of a blob.
  /// - Throws: ``CertificationError/doesNotFollow(task:label:what:expected:got:)``, ``CertificationError/malformed(what:reason:)``,
  ///   ``CertificationError/changed(what:expected:got:)``, what `blob` throws.
  public func verify(blob: (Digest) throws -> Data) throws {
    let thresholds = try NamedBlob.read(ScoreGrid.self, try blob(grid), named: grid, what: "thresholds \(grid)")
    let certified = try NamedBlob.read(CertifiedRows.self, try blob(rows), named: rows, what: "rows \(rows)")
    try require("grid", thresholds.task, equals: task)
    try require("grid", thresholds.side, equals: side)
    guard thresholds.scale == scale else { throw failure("scale", "\(thresholds.scale)", "\(scale)") }
    guard let last = thresholds.thresholds.firstIndex(of: tau) else {
      throw failure("tau", "one of the thresholds of its grid", "\(tau)")
    }
    let counts = certified.counts(above: tau, side: side)
    try require("n", counts.n, equals: n)
    try require("k", counts.wrong, equals: k)
    try require("level", LookLevel.level(delta: delta, look: look), equals: level)
    let bound = try Proportion(successes: k, n: n).upperBound(level: 1 - level)
    try require("upper", bound, equals: upper)
    let least = 2 * RowsNeeded.rows(wrong: 0, alpha: alpha, delta: level)
    guard let start = thresholds.start(rows: certified.rows.count, least: least), start <= last else {
      throw failure("tau", "a threshold that the walk reaches", "\(tau)")
    }
    for threshold in thresholds.thresholds[start...last] {
      let (n, wrong) = certified.counts(above: threshold, side: side)
      guard BinomialTest.pValue(n: n, wrong: wrong, alpha: alpha) <= level else {
        throw failure("tau", "a threshold above \(threshold), where the walk ends", "\(tau)")
      }
    }
  }

  private func require<Value: Equatable>(_ what: String, _ expected: Value, equals got: Value) throws {
    guard expected == got else { throw failure(what, "\(expected)", "\(got)") }
  }

  private func failure(_ what: String, _ expected: String, _ got: String) -> CertificationError {
    .doesNotFollow(task: task, label: side, what: what, expected: expected, got: got)
  }
}
