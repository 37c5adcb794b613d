extension TaskMatrix {
  /// What ``averageAccuracy`` computes.
  public static let averageAccuracyFormula = "ACC = (1/T) Σ_{j=1…T} R[T][j]"

  /// What ``backwardTransfer`` computes.
  public static let backwardTransferFormula = "BWT = (1/(T−1)) Σ_{j=1…T−1} (R[T][j] − R[j][j])"

  /// What ``forwardTransfer`` computes.
  public static let forwardTransferFormula = "FWT = (1/(T−1)) Σ_{j=2…T} (R[j−1][j] − R[0][j])"

  /// The mean score on all tasks after learning all: ``averageAccuracyFormula``.
  ///
  /// `nil` if there is no task, or a score that it needs was not taken yet.
  public var averageAccuracy: Double? {
    mean((1...max(1, tasks.count)).map { score(tasks.count, $0) })
  }

  /// How much learning the later tasks changed the score on the earlier ones: ``backwardTransferFormula``. Negative:
  /// forgetting.
  ///
  /// `nil` with fewer than 2 tasks, or if a score that it needs was not taken yet.
  public var backwardTransfer: Double? {
    guard tasks.count >= 2 else { return nil }
    return mean((1..<tasks.count).map { difference(score(tasks.count, $0), score($0, $0)) })
  }

  /// How much learning the earlier tasks changed the score on a task before it is learned, against the untrained model:
  /// ``forwardTransferFormula``.
  ///
  /// `nil` with fewer than 2 tasks, or if a score that it needs was not taken yet.
  public var forwardTransfer: Double? {
    guard tasks.count >= 2 else { return nil }
    return mean((2...tasks.count).map { difference(score($0 - 1, $0), score(0, $0)) })
  }

  /// What ``forgetting`` computes.
  public static let forgettingFormula = "FGT = (1/(T−1)) Σ_{j=1…T−1} (max_{i=j…T−1} R[i][j] − R[T][j])"

  /// How much was lost of the best score that each earlier task ever had: ``forgettingFormula`` (Chaudhry et al., arXiv
  /// 1801.10112). Unlike ``backwardTransfer`` it sees what was gained and lost again.
  ///
  /// `nil` with fewer than 2 tasks, or if a score that it needs was not taken yet.
  public var forgetting: Double? {
    guard tasks.count >= 2 else { return nil }
    return mean(
      (1..<tasks.count).map { task in
        let earlier = (task..<tasks.count).map { score($0, task) }
        guard !earlier.contains(nil) else { return nil }
        return difference(earlier.compactMap(\.self).max(), score(tasks.count, task))
      })
  }

  /// What ``learningAccuracy`` computes.
  public static let learningAccuracyFormula = "LA = (1/T) Σ_{j=1…T} R[j][j]"

  /// The mean score on each task right after it was learned: ``learningAccuracyFormula``.
  ///
  /// `nil` if there is no task, or a score that it needs was not taken yet.
  public var learningAccuracy: Double? {
    mean((1...max(1, tasks.count)).map { score($0, $0) })
  }

  /// What ``averageAccuracyCurve`` computes.
  public static let averageAccuracyCurveFormula = "A_i = (1/i) Σ_{j=1…i} R[i][j]"

  /// The mean score on the tasks learned so far, after each task: ``averageAccuracyCurveFormula``. `nil` where a score was not
  /// taken yet.
  public var averageAccuracyCurve: [Double?] {
    tasks.indices.map { stage in mean((1...stage + 1).map { score(stage + 1, $0) }) }
  }

  /// The score with row and column as in the formulas, where tasks are counted from 1.
  private func score(_ row: Int, _ task: Int) -> Double? { self[row, task - 1] }

  private func difference(_ one: Double?, _ other: Double?) -> Double? {
    guard let one, let other else { return nil }
    return one - other
  }

  /// The mean; `nil` if there is no number or one is missing.
  private func mean(_ numbers: [Double?]) -> Double? {
    let known = numbers.compactMap { $0 }
    guard known.count == numbers.count, !known.isEmpty else { return nil }
    return known.reduce(0, +) / Double(known.count)
  }
}
