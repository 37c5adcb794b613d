import Files
import Synchronization

/// A metric with all its series, which differ in their labels.
final class MetricFamily<Cell: MetricCell>: Sendable {
  private struct Entry {
    let cell: Cell
    /// How many of those who were given the cell have not let it go.
    var users = 0
  }

  private struct State {
    var entries: [ExactText: Entry] = [:]
    /// What takes in all that the budget has no series for.
    var rest: Cell?
  }

  let form: MetricForm
  private let budget: SeriesBudget
  private let state = Mutex(State())

  /// - Parameter budget: One cell's lines must have been taken from it; they are kept for the rest.
  init(_ form: MetricForm, budget: SeriesBudget) { (self.form, self.budget) = (form, budget) }

  /// The cell of a series, which is made when it is asked for first. Where there are too many, all labels of it become `other`.
  func cell(_ labels: [MetricLabel] = []) -> Cell { state.withLock { cell(labels, in: &$0) } }

  private func cell(_ labels: [MetricLabel], in state: inout State) -> Cell {
    let key = ExactText(MetricLabel.text(of: labels))
    if let entry = state.entries[key] {
      state.entries[key]?.users = entry.users &+ 1
      return entry.cell
    }
    if budget.take(form.lines) {
      let cell = Cell(bounds: form.bounds)
      state.entries[key] = Entry(cell: cell, users: 1)
      return cell
    }
    if let rest = state.rest { return rest }
    let rest = ExactText(MetricLabel.text(of: labels.map { MetricLabel($0.name, MetricLabel.other) }))
    let cell = state.entries[rest]?.cell ?? Cell(bounds: form.bounds)
    state.entries[rest] = Entry(cell: cell, users: 1)
    state.rest = cell
    return cell
  }

  /// Says that a user of a cell is done; the series goes with the last one.
  func release(_ labels: [MetricLabel]) { remove(labels) { $0 - 1 } }

  /// Takes a series out, whoever uses it. When it comes again, it starts at zero, which readers of counters are prepared for.
  func remove(_ labels: [MetricLabel]) { remove(labels) { _ in 0 } }

  private func remove(_ labels: [MetricLabel], _ users: (Int) -> Int) {
    let key = ExactText(MetricLabel.text(of: labels))
    state.withLock { state in
      guard var entry = state.entries[key], entry.cell !== state.rest else { return }
      entry.users = users(entry.users)
      if entry.users > 0 {
        state.entries[key] = entry
      } else {
        state.entries[key] = nil
        budget.give(form.lines)
      }
    }
  }

  /// All series with their labels as they are written, in the order of these.
  var series: [(labels: String, cell: Cell)] {
    let entries = state.withLock { $0.entries }
    return entries.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value.cell) }
  }
}

extension MetricFamily<NumberCell> {
  /// Puts these series in the place of all that there are, so that no reader sees a part of them. What has the same labels is added up.
  func replaceAll(_ values: [(labels: [MetricLabel], value: Double)]) {
    state.withLock { state in
      budget.give(form.lines * state.entries.values.count(where: { $0.cell !== state.rest }))
      state = State()
      for (labels, value) in values { cell(labels, in: &state).add(value) }
    }
  }
}
