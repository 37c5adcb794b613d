import Markup

/// Tables whose cells are filled the more strongly the larger their number is. The number is always there too.
enum HeatMap {
  /// What the ends of the shades stand for.
  static func scale(of cells: [[[Estimate?]]]) -> ClosedRange<Double> {
    let values = cells.joined().joined().compactMap { $0?.mean }
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    return low...high
  }

  /// How strongly a value is filled, 0 to 1.
  static func shade(_ value: Double, in scale: ClosedRange<Double>) -> Double {
    let share = (value - scale.lowerBound) / (scale.upperBound - scale.lowerBound)
    return share.isFinite ? min(max(share, 0), 1) : 0.5
  }

  /// How wide a figure with so many columns is, in rem.
  static func width(columns: Int) -> Double { 9 + 3.95 * Double(columns) }

  /// What the signs in a task matrix mean.
  static let legend: Phrase =
    "* (framed): the task was just learned; ↓: two points or more below that. Cells to the right of the frame are of tasks still to come."

  /// A task matrix.
  ///
  /// - Parameters:
  ///   - what: What a cell tells, such as `accuracy`.
  ///   - marksLearning: Whether to mark what was just learned, and what was lost since.
  static func table(
    _ matrix: OrderMatrix, title: String, caption: Phrase, what: String, scale: ClosedRange<Double>,
    marksLearning: Bool = true
  ) -> ReportTable {
    let stages = ["untrained"] + matrix.tasks.map { "after \($0)" }
    let rows = zip(stages, matrix.cells).enumerated().map { stage, row in
      ReportTable.Row(
        header: row.0,
        cells: row.1.enumerated().map { column, estimate in
          var cell = ReportTable.Cell(estimate, .fraction)
          cell.detail = nil
          cell.shade = estimate.map { shade($0.mean, in: scale) }
          if marksLearning { cell.mark = mark(matrix, stage, column) }
          cell.hint = hint(estimate, "\(row.0), \(what) on \(matrix.tasks[safe: column] ?? "")")
          return cell
        })
    }
    return ReportTable(
      title: title, caption: caption, corner: "",
      columns: zip(matrix.tasks, matrix.rows).map { ReportTable.Column(title: $0, detail: "n\u{A0}\($1)") }, rows: rows)
  }

  /// The numbers of each task in every layer.
  static func table(_ statistics: LayerStatistics, title: String, caption: Phrase) -> ReportTable {
    let layers = statistics.tasks.map(\.layers.count).max() ?? 0
    let scale = scale(of: [statistics.tasks.map(\.layers)])
    return ReportTable(
      title: title, caption: caption, corner: "task", columns: (0..<layers).map { .init(title: "layer \($0)") },
      rows: statistics.tasks.enumerated().map { number, task in
        ReportTable.Row(
          header: task.task,
          cells: (0..<layers).map { layer in
            let estimate = task.layers[safe: layer] ?? nil
            var cell = ReportTable.Cell(estimate, .fraction)
            cell.detail = nil
            cell.shade = estimate.map { shade($0.mean, in: scale) }
            cell.hint = hint(estimate, "\(task.task), layer \(layer)")
            return cell
          }, series: number)
      })
  }

  private static func mark(_ matrix: OrderMatrix, _ stage: Int, _ column: Int) -> ReportTable.Mark {
    guard stage > column, let now = matrix.cells[safe: stage]?[safe: column] ?? nil,
      let then = matrix.cells[safe: column + 1]?[safe: column] ?? nil
    else { return .none }
    guard stage > column + 1 else { return .learned }
    return then.mean - now.mean >= 0.02 ? .lost : .none
  }

  private static func hint(_ estimate: Estimate?, _ cell: String) -> String {
    guard let estimate else { return "\(cell): not scored" }
    let (text, spread) = Format.estimate(estimate, .fraction)
    return "\(cell): \(text)" + (spread.map { " \($0)" } ?? "") + (estimate.runs > 1 ? ", \(estimate.runs) runs" : "")
  }
}
