import Assurance
import Files
import Foundation

/// One attempt to certify a side.
struct Certification {
  let request: CertificationRequest
  /// The index of the side's label.
  let label: Int
  let rows: CalibrationRows
  /// Which look at these rows it is, from 1.
  let look: Int
  /// What is asked over all looks.
  let policy: SideTarget
  /// What is asked of this look.
  let target: SideTarget

  init(request: CertificationRequest, label: Int, rows: CalibrationRows) throws {
    self.request = request
    self.label = label
    self.rows = rows
    let before = rows.certifying.reduce(0) { max($0, request.looks[$1.item] ?? 0) }
    // The count comes from a file.
    look = before < .max ? before + 1 : before
    policy = try SideTarget(
      errorLimit: Self.complement(of: request.precision), error: Self.complement(of: request.confidence))
    target = try policy.atLook(look)
  }

  /// 1 less a number, without the last digits that the subtraction adds: a precision of 0.95 allows 0.05 and not 0.050000000000000044.
  private static func complement(of share: Double) -> Double { ((1 - share) * 1e12).rounded() / 1e12 }

  func outcome() throws -> CertificationOutcome {
    if let refusal = disagreement { return refused(refusal) }
    let scale = try fittedScale()
    let stream = streamScores(scale)
    guard stream.count >= request.rules.leastStream else {
      return refused(refusal(.fewStreamItems, have: stream.count, needs: request.rules.leastStream))
    }
    guard let grid = try ScoreGrid(task: request.task, side: request.side, scale: scale, scores: stream) else {
      return refused(refusal(.fewRows, have: rows.certifying.count))
    }
    let thresholds = grid.thresholds.walk(rows: rows.certifying.count, target: target)
    guard !thresholds.isEmpty else { return refused(tooFew(grid.thresholds)) }
    let certified = CertifiedRows(rows.certifying, label: label, scale: scale)
    let walk = try ThresholdWalk(rows: certified.scored(as: request.side), thresholds: thresholds, target: target)
    guard let chosen = walk.chosen else { return refused(tooWrong(walk.steps), walk.steps) }
    let (gridData, rowsData) = (try grid.data(), try certified.data())
    let digests = (grid: Digest(of: gridData), rows: Digest(of: rowsData))
    return CertificationOutcome(
      verdict: .certified(certificate(chosen, digests, scale)),
      blobs: [digests.grid: gridData, digests.rows: rowsData], steps: walk.steps, rows: rows)
  }

  /// Why people are too few or too much at odds; `nil` where they are not. A file says nothing of the people who labelled it.
  private var disagreement: CertificationRefusal? {
    guard request.purpose == .production else { return nil }
    let agreement = request.agreement
    guard agreement.n >= request.rules.leastDoubles, let share = agreement.value else {
      return refusal(.fewDoubles, have: agreement.n, needs: request.rules.leastDoubles)
    }
    guard share < request.precision else { return nil }
    return refusal(.peopleDisagree, have: agreement.n, seen: share, target: request.precision)
  }

  /// The scale that the rows of the other part fit; scores as they are where these are too few.
  private func fittedScale() throws -> TemperatureScaling {
    let asTheyAre = try TemperatureScaling(
      temperature: 1, bias: Array(repeating: 0, count: request.labels.count))
    var (scores, gold): ([[Double]], [Int]) = ([], [])
    for row in rows.fitting where row.score(label, asTheyAre) != nil {
      guard let name = row.label, let right = request.labels.firstIndex(where: { $0.hasSameCodePoints(as: name) })
      else {
        continue
      }
      scores.append(row.scores)
      gold.append(right)
    }
    guard scores.count >= request.rules.leastFitting, request.labels.count <= TemperatureScaling.mostLabels else {
      return asTheyAre
    }
    return try TemperatureScaling(fitting: scores, gold: gold)
  }

  /// The side's probabilities of the stream's rows, without those that calibrate.
  private func streamScores(_ scale: TemperatureScaling) -> [Double?] {
    let calibrating = Set((rows.fitting + rows.certifying).map(\.item))
    return request.stream
      .filter {
        $0.bindings == request.bindings && $0.standing.origin != .coinCalibrate && !calibrating.contains($0.item)
      }
      .map { $0.score(label, scale) }
  }

  private func certificate(
    _ step: ThresholdWalk.Step, _ digests: (grid: Digest, rows: Digest), _ scale: TemperatureScaling
  ) -> Certificate {
    let summary = CertifiedSummary(rows.certifying, labels: request.labels, label: label, scale: scale)
    let arrivals = rows.certifying.map { Int(saturating: $0.arrived.timeIntervalSince1970) }
    let (now, bindings) = (Int(saturating: request.now.timeIntervalSince1970), request.bindings)
    return Certificate(
      schema: Certificate.currentSchema, task: request.task, side: request.side, labels: request.labels,
      tau: step.threshold, alpha: policy.errorLimit, delta: policy.error, look: look, level: target.error,
      n: step.wrong.n, k: step.wrong.successes, upper: step.upperBound, grid: digests.grid, rows: digests.rows,
      from: arrivals.min() ?? now, to: arrivals.max() ?? now, issued: now, prevalence: summary.prevalence,
      confusion: summary.confusion, histogram: summary.histogram, scale: scale, expert: bindings.expert,
      base: bindings.base, router: bindings.router, template: bindings.template,
      labelerAgreement: request.agreement, purpose: request.purpose, carriedFrom: nil,
      expires: Certificate.Expiry(at: now.after(days: request.limits.days), items: max(0, request.limits.items)))
  }
}
