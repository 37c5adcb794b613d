import Records

/// The numbers of one step, which are read together and then checked.
struct StepNumbers {
  private struct Entry {
    let name: String
    let number: StepNumber
    /// What it counts among the micro-batches of the step.
    let share: Double
    let weight: Double
    let bound: ClosedRange<Double>?
    let rows: [Int]
  }

  private var entries: [Entry] = []
  /// L2 norm of all gradients before clipping.
  var gradientNorm = StepNumber.read(0)

  mutating func add(
    _ name: String, _ number: StepNumber, share: Double, weight: Double = 1, bound: ClosedRange<Double>? = nil,
    rows: [Int]
  ) {
    entries.append(Entry(name: name, number: number, share: share, weight: weight, bound: bound, rows: rows))
  }

  /// Adds them to a report.
  /// - Throws: ``LearningError/lossNotFinite(term:task:step:examples:)``,
  ///   ``LearningError/lossOutOfBounds(term:value:bound:task:step:)``; the norm is left to the caller.
  func fill(_ report: inout StepReport, task: String) throws {
    var values = try StepNumber.values(of: entries.map(\.number) + [gradientNorm])
    report.gradientNorm = values.removeLast()
    for (entry, value) in zip(entries, values) {
      if let bound = entry.bound, value.isFinite, !bound.contains(value) {
        throw LearningError.lossOutOfBounds(
          term: entry.name, value: value, bound: "\(bound)", task: task, step: report.step)
      }
      guard value.isFinite else {
        throw LearningError.lossNotFinite(term: entry.name, task: task, step: report.step, examples: entry.rows)
      }
      report.terms[entry.name, default: 0] += value * entry.share
      report.loss += entry.weight * (value * entry.share)
    }
  }
}
