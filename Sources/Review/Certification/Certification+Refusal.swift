import Assurance

extension Certification {
  func refused(_ refusal: CertificationRefusal, _ steps: [ThresholdWalk.Step] = []) -> CertificationOutcome {
    CertificationOutcome(verdict: .refused(refusal), blobs: [:], steps: steps, rows: rows)
  }

  func refusal(
    _ reason: CertificationRefusal.Reason, have: Int, needs: Int? = nil, seen: Double? = nil, target: Double? = nil
  ) -> CertificationRefusal {
    let areRows = reason == .fewRows || reason == .tooManyErrors
    return CertificationRefusal(
      reason: reason, task: request.task, side: request.side, have: have, needs: needs,
      coinRows: areRows ? needs.flatMap(coinRows) : nil, seen: seen, target: target)
  }

  /// How many rows it takes until enough of them lie above the loosest threshold.
  func tooFew(_ grid: ThresholdGrid) -> CertificationRefusal {
    let least = target.rowsNeeded(wrong: 0).map { 2 * $0 }
    let share = Double(grid.above.last ?? 0) / Double(grid.otherRows)
    return refusal(.fewRows, have: rows.certifying.count, needs: least.flatMap { rowsFor($0, share: share) })
  }

  /// How many rows it takes to show, nine times in ten, what was seen above the first threshold.
  func tooWrong(_ steps: [ThresholdWalk.Step]) -> CertificationRefusal {
    guard let wrong = steps.first?.wrong, wrong.n > 0 else { return refusal(.fewRows, have: rows.certifying.count) }
    let above = target.rowsNeeded(trueError: wrong.value)
    let needs = above.flatMap { rowsFor($0, share: Double(wrong.n) / Double(rows.certifying.count)) }
    return refusal(
      .tooManyErrors, have: rows.certifying.count, needs: needs, seen: wrong.value, target: target.errorLimit)
  }

  /// How many rows there have to be for so many in a share of them.
  private func rowsFor(_ count: Int, share: Double) -> Int? {
    share > 0 ? Int(exactly: (Double(count) / share).rounded(.up)) : nil
  }

  /// Of how many rows that the coin draws for calibration so many certify: the others fit the scale, if there is one to fit.
  private func coinRows(_ certifying: Int) -> Int? {
    guard request.purpose == .production else { return nil }
    let (rows, overflow) = certifying.multipliedReportingOverflow(by: request.fitsScale ? 2 : 1)
    return overflow ? nil : rows
  }
}
