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
  ///   ``CertificationError/changed(what:expected:got:)``, `AssuranceError` for numbers that cannot be, what `blob` throws.
  public func verify(blob: (Digest) throws -> Data) throws {
    let thresholds = try NamedBlob.read(ScoreGrid.self, try blob(grid), named: grid, what: "thresholds \(grid)")
    let certified = try NamedBlob.read(CertifiedRows.self, try blob(rows), named: rows, what: "rows \(rows)")
    try require("grid", thresholds.task, equals: task)
    try require("grid", thresholds.side, equals: side)
    guard thresholds.thresholds.above.count == thresholds.thresholds.thresholds.count else {
      throw CertificationError.malformed(what: "thresholds \(grid)", reason: "it has not one count for each threshold")
    }
    guard thresholds.scale == scale else { throw failure("scale", "\(thresholds.scale)", "\(scale)") }
    let target = try SideTarget(errorLimit: alpha, error: delta).atLook(look)
    try require("level", target.error, equals: level)
    let walk = try ThresholdWalk(
      rows: certified.scored(as: side),
      thresholds: thresholds.thresholds.walk(rows: certified.rows.count, target: target), target: target)
    guard let last = walk.chosen else { throw failure("tau", "none, as no threshold passes", "\(tau)") }
    try require("tau", last.threshold, equals: tau)
    try require("n", last.wrong.n, equals: n)
    try require("k", last.wrong.successes, equals: k)
    try require("upper", last.upperBound, equals: upper)
  }

  private func require<Value: Equatable>(_ what: String, _ expected: Value, equals got: Value) throws {
    guard expected == got else { throw failure(what, "\(expected)", "\(got)") }
  }

  private func failure(_ what: String, _ expected: String, _ got: String) -> CertificationError {
    .doesNotFollow(task: task, label: side, what: what, expected: expected, got: got)
  }
}
