import Assurance
import Files
import Foundation
import Randomness
import Review

/// Many splits of a task's rows: some are the stream that thresholds come from, some certify, and on all others it shows whether the
/// certificate was right.
struct SplitStudy {
  /// What came of one side at one precision.
  struct Result {
    let task: String
    let side: String
    let alpha: Double
    var splits = 0
    /// Splits with a certificate.
    var certified = 0
    /// Those whose true share of wrong ones on the remaining rows is above α.
    var broken = 0
    /// The share of the remaining rows that the side would decide, over all splits; 0 in those without a certificate.
    var stripped = 0.0
    /// Splits in which MoE-CL's rule, on the rows that certify, finds a set.
    var empirical = 0
    /// Those whose true share of wrong ones on the remaining rows is above α.
    var empiricalBroken = 0
    var empiricalStripped = 0.0
    /// The same rule on the remaining rows themselves: what nobody can know.
    var oracleStripped = 0.0
    /// How many rows it would take, where it could not be certified: the largest number that was said.
    var needs: Int?
  }

  static let shares = (stream: 0.2, certifying: 0.4)
  private static let day = Date(timeIntervalSince1970: 1_764_633_600)

  let file: ScoredFile

  func result(side: Int, alpha: Double, delta: Double, splits: Int, seed: UInt64) throws -> Result {
    let label = file.labels[side]
    var result = Result(task: file.task, side: label, alpha: alpha)
    let rows = rows()
    for split in 0..<splits {
      var order = Array(rows.indices)
      var random = RandomStream(seed: seed, "splits", file.task, "\(split)")
      random.shuffle(&order)
      let ends = (
        stream: Int(Self.shares.stream * Double(order.count)),
        certifying: Int((Self.shares.stream + Self.shares.certifying) * Double(order.count))
      )
      let certifying = order[ends.stream..<ends.certifying].map { rows[$0] }
      let outcome = try Certifier.certify(
        CertificationRequest(
          task: file.task, side: label, labels: file.labels, precision: 1 - alpha, confidence: 1 - delta,
          bindings: Self.bindings, stream: order[..<ends.stream].map { rows[$0].asStream },
          rows: certifying.map(\.asCoin),
          time: .distantPast..<Date.distantFuture, agreement: LabelerAgreement(n: 0, same: 0),
          limits: CertificationRequest.Limits(days: 1, items: 1), purpose: .notForProduction, now: Self.day))
      let rest = order[ends.certifying...].map { rows[$0].scored(side, label) }
      result.splits += 1
      try count(&result, outcome, certifying.map { $0.scored(side, label) }, rest)
    }
    return result
  }

  private func count(
    _ result: inout Result, _ outcome: CertificationOutcome, _ certifying: [ScoredRow], _ rest: [ScoredRow]
  ) throws {
    func judged(_ threshold: Double) -> (isBroken: Bool, share: Double) {
      let above = rest.filter { $0.score >= threshold }
      let wrong = above.filter(\.isWrong).count
      return (Double(wrong) > result.alpha * Double(above.count), Double(above.count) / Double(max(1, rest.count)))
    }
    if let certificate = outcome.certificate {
      let (isBroken, share) = judged(certificate.tau)
      result.certified += 1
      result.broken += isBroken ? 1 : 0
      result.stripped += share
    } else if let needs = outcome.refusal?.needs {
      result.needs = max(needs, result.needs ?? 0)
    }
    let isClaimed = { (row: ScoredRow) in row.score > 0.5 }
    if let found = try EmpiricalThreshold(rows: certifying.filter(isClaimed), precision: 1 - result.alpha) {
      let (isBroken, share) = judged(found.threshold)
      result.empirical += 1
      result.empiricalBroken += isBroken ? 1 : 0
      result.empiricalStripped += share
    }
    if let best = try EmpiricalThreshold(rows: rest.filter(isClaimed), precision: 1 - result.alpha) {
      result.oracleStripped += Double(best.wrong.n) / Double(max(1, rest.count))
    }
  }

  private static let bindings = CertificateBindings(
    expert: Digest(of: Data("splits".utf8)), base: Digest(of: Data("splits".utf8)), router: nil, template: nil)

  private func rows() -> [SplitRow] {
    file.rows.enumerated().map { number, row in
      SplitRow(
        item: Digest(of: Data("\(file.task) \(number)".utf8)), gold: row.gold, scores: row.scores,
        bindings: Self.bindings, arrived: Self.day)
    }
  }
}

/// A row, in the three forms in which a split uses it.
private struct SplitRow {
  let item: Digest
  let gold: String
  let scores: [Double]
  let bindings: CertificateBindings
  let arrived: Date

  var asCoin: CalibrationRow {
    CalibrationRow(
      item: item, standing: RowStanding(origin: .coinCalibrate, isFinal: true), label: gold, scores: scores,
      bindings: bindings, arrived: arrived)
  }

  var asStream: CalibrationRow {
    CalibrationRow(
      item: item, standing: RowStanding(origin: .automatic, isFinal: false), label: nil, scores: scores,
      bindings: bindings, arrived: arrived)
  }

  /// With the probability of a side; −1 for one that has none.
  func scored(_ side: Int, _ label: String) -> ScoredRow {
    let scale = try? TemperatureScaling(temperature: 1, bias: scores.map { _ in 0 })
    let probability = (try? scale?.probabilities(scores))?[side] ?? -1
    return ScoredRow(score: probability, isWrong: !gold.hasSameCodePoints(as: label))
  }
}
