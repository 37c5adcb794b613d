import Assurance
import Files
import Foundation

/// Finds the loosest threshold of a side that can be shown to be good enough: fixed-sequence testing with exact binomial p-values, an
/// instance of Learn-then-Test (Angelopoulos et al., arXiv 2110.01052).
///
/// Thresholds are fixed before the labels of the rows are seen, from scores of other rows. They are walked from the strictest on, while
/// P(Bin(n, α) ≤ k) ≤ δ; the last one passed is τ. Then the probability that more than α of what the side decides is wrong is at most δ.
public enum Certifier {
  /// Certifies a side, or says what that would take.
  ///
  /// - Parameter request: Everything that it depends on.
  /// - Throws: ``CertificationError/invalid(what:got:expected:fix:)``; an error of a statistic or the encoder for numbers that are none.
  public static func certify(_ request: CertificationRequest) throws -> CertificationOutcome {
    let label = try request.checkedSide()
    let rows = CalibrationRows(request.rows, bindings: request.bindings, time: request.time)
    let certification = Certification(
      request: request, label: label, rows: rows, look: look(at: rows.certifying, request.looks))
    return try certification.outcome()
  }

  /// Which look at these rows it would be, from 1.
  private static func look(at rows: [CalibrationRow], _ looks: [Digest: Int]) -> Int {
    let most = rows.reduce(0) { max($0, looks[$1.item] ?? 0) }
    // A count that a damaged file made up gets the smallest part of δ.
    return most < .max ? max(0, most) + 1 : most
  }
}

/// One attempt.
private struct Certification {
  let request: CertificationRequest
  let label: Int
  let rows: CalibrationRows
  let look: Int
  let alpha: Double
  let delta: Double
  /// The part of δ that this look has.
  let level: Double

  init(request: CertificationRequest, label: Int, rows: CalibrationRows, look: Int) {
    self.request = request
    self.label = label
    self.rows = rows
    self.look = look
    alpha = 1 - request.precision
    delta = 1 - request.confidence
    level = LookLevel.level(delta: delta, look: look)
  }

  func outcome() throws -> CertificationOutcome {
    if let refusal = disagreement { return refused(refusal) }
    let scale = try fittedScale()
    let grid = ScoreGrid(task: request.task, side: request.side, scale: scale, scores: streamScores(scale))
    guard grid.stream >= request.rules.leastStream else {
      return refused(refusal(.fewStreamItems, have: grid.stream, needs: request.rules.leastStream))
    }
    let least = 2 * RowsNeeded.rows(wrong: 0, alpha: alpha, delta: level)
    guard let start = grid.start(rows: rows.certifying.count, least: least) else {
      return refused(tooFew(grid, least: least))
    }
    let certified = CertifiedRows(rows.certifying, label: label, scale: scale)
    let steps = walk(grid, from: start, certified)
    guard let last = steps.last(where: \.isPassed) else { return refused(tooWrong(steps), steps) }
    let (gridData, rowsData) = (try grid.data(), try certified.data())
    let (gridDigest, rowsDigest) = (Digest(of: gridData), Digest(of: rowsData))
    let certificate = certificate(last, grid: gridDigest, rows: rowsDigest, certified, scale)
    return CertificationOutcome(
      verdict: .certified(certificate), blobs: [gridDigest: gridData, rowsDigest: rowsData], steps: steps, rows: rows)
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
  private func fittedScale() throws -> ScoreScale {
    var (scores, gold): ([[Double]], [Int]) = ([], [])
    for row in rows.fitting where !row.isBeyondModel && row.scores.count == request.labels.count {
      guard row.scores.allSatisfy(\.isFinite), let right = index(of: row.label) else { continue }
      scores.append(row.scores)
      gold.append(right)
    }
    guard scores.count >= request.rules.leastFitting else { return .identity(labels: request.labels.count) }
    let fit = try TemperatureScaling(scores: scores, gold: gold)
    return ScoreScale(temperature: fit.temperature, bias: fit.bias)
  }

  /// The side's probabilities of the stream's rows, without those that calibrate.
  private func streamScores(_ scale: ScoreScale) -> [Double?] {
    let calibrating = Set((rows.fitting + rows.certifying).map(\.item))
    return request.stream
      .filter {
        $0.bindings == request.bindings && $0.standing.origin != .coinCalibrate && !calibrating.contains($0.item)
      }
      .map { $0.score(label, scale) }
  }

  private func walk(_ grid: ScoreGrid, from start: Int, _ rows: CertifiedRows) -> [CertificationOutcome.Step] {
    var steps: [CertificationOutcome.Step] = []
    for threshold in grid.thresholds[start...] {
      let (n, k) = rows.counts(above: threshold, side: request.side)
      let step = step(threshold, n: n, k: k)
      steps.append(step)
      if !step.isPassed { break }
    }
    return steps
  }

  private func step(_ threshold: Double, n: Int, k: Int) -> CertificationOutcome.Step {
    let p = BinomialTest.pValue(n: n, wrong: k, alpha: alpha)
    let upper = (try? Proportion(successes: k, n: n))?.upperBound(level: 1 - level) ?? 1
    return CertificationOutcome.Step(threshold: threshold, n: n, k: k, p: p, upper: upper, isPassed: p <= level)
  }

  /// The index of a label; `nil` for one that the task does not have.
  private func index(of label: String?) -> Int? {
    label.flatMap { label in request.labels.firstIndex { $0.hasSameCodePoints(as: label) } }
  }
}

extension Certification {
  private func refused(
    _ refusal: CertificationRefusal, _ steps: [CertificationOutcome.Step] = []
  ) -> CertificationOutcome {
    CertificationOutcome(verdict: .refused(refusal), blobs: [:], steps: steps, rows: rows)
  }

  private func refusal(
    _ reason: CertificationRefusal.Reason, have: Int, needs: Int? = nil, coinRows: Int? = nil, seen: Double? = nil,
    target: Double? = nil
  ) -> CertificationRefusal {
    CertificationRefusal(
      reason: reason, task: request.task, side: request.side, have: have, needs: needs, coinRows: coinRows, seen: seen,
      target: target)
  }

  /// How many rows it takes until enough of them lie above the loosest threshold.
  private func tooFew(_ grid: ScoreGrid, least: Int) -> CertificationRefusal {
    let needs = grid.above.last.flatMap { rowsFor(least, share: Double($0) / Double(grid.stream)) }
    return refusal(.fewRows, have: rows.certifying.count, needs: needs, coinRows: coinRows(needs))
  }

  /// How many rows it takes to show what was seen above the first threshold, if it stays so.
  private func tooWrong(_ steps: [CertificationOutcome.Step]) -> CertificationRefusal {
    guard let first = steps.first, first.n > 0 else { return refusal(.fewRows, have: rows.certifying.count) }
    let share = Double(first.k) / Double(first.n)
    let above = RowsNeeded.rows(share: share, alpha: alpha, delta: level)
    let needs = above.flatMap { rowsFor($0, share: Double(first.n) / Double(max(1, rows.certifying.count))) }
    return refusal(
      .tooManyErrors, have: rows.certifying.count, needs: needs, coinRows: coinRows(needs), seen: share, target: alpha)
  }

  /// How many rows there have to be for so many in a share of them.
  private func rowsFor(_ count: Int, share: Double) -> Int? {
    share > 0 ? Int(exactly: (Double(count) / share).rounded(.up)) : nil
  }

  private func coinRows(_ certifying: Int?) -> Int? {
    guard request.purpose == .production, let certifying else { return nil }
    let (rows, overflow) = certifying.multipliedReportingOverflow(by: CalibrationRows.coinRowsPerCertifying)
    return overflow ? nil : rows
  }

  private func certificate(
    _ step: CertificationOutcome.Step, grid: Digest, rows digest: Digest, _ certified: CertifiedRows,
    _ scale: ScoreScale
  ) -> Certificate {
    let summary = CertifiedSummary(rows.certifying, labels: request.labels, label: label, scale: scale)
    let arrivals = rows.certifying.map(\.arrived)
    let now = Self.seconds(request.now)
    return Certificate(
      schema: Certificate.currentSchema, task: request.task, side: request.side, labels: request.labels,
      tau: step.threshold, alpha: alpha, delta: delta, look: look, level: level, n: step.n, k: step.k,
      upper: step.upper, grid: grid, rows: digest, from: arrivals.min().map(Self.seconds) ?? now,
      to: arrivals.max().map(Self.seconds) ?? now, issued: now, prevalence: summary.prevalence,
      confusion: summary.confusion, histogram: summary.histogram, scale: scale, expert: request.bindings.expert,
      base: request.bindings.base, router: request.bindings.router, template: request.bindings.template,
      labelerAgreement: request.agreement, purpose: request.purpose, carriedFrom: nil,
      expires: Certificate.Expiry(at: now.after(days: request.limits.days), items: max(0, request.limits.items)))
  }

  private static func seconds(_ date: Date) -> Int { Int(saturating: date.timeIntervalSince1970) }
}
