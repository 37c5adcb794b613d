import Markup

extension ReportDocument {
  /// R of every method, in every order.
  static func matrices(_ comparison: RunSummary) -> Section? {
    let all = comparison.groups.flatMap { group in group.matrices.map { (group, $0) } }
    guard !all.isEmpty else { return nil }
    let scale = HeatMap.scale(of: all.map(\.1.cells))
    let orders = Set(all.map(\.1.tasks)).count
    let tables = comparison.groups.map { group in
      group.matrices.map { matrix in
        Block.table(
          HeatMap.table(
            matrix, title: orders > 1 ? "\(group.name), order \(matrix.order)" : group.name,
            caption: "R[i][j]: \(score(comparison)) on task j after learning i tasks. \(runs(matrix))",
            what: score(comparison), scale: scale))
      }
    }
    // The orders of a method stand beside each other; where there is one order, the methods do.
    let grids = orders > 1 ? tables : [Array(tables.joined())]
    let width = HeatMap.width(columns: all.map(\.1.tasks.count).max() ?? 0)
    return Section(
      id: "matrices", title: "What each task scored after each step of learning",
      blocks: [
        .shades(
          low: Format.number(scale.lowerBound, .fraction), high: Format.number(scale.upperBound, .fraction),
          legend: HeatMap.legend)
      ] + grids.map { .grid($0, width: width) })
  }

  /// What came out where the task of each row was inferred.
  static func inferred(_ comparison: RunSummary) -> Section? {
    let all = comparison.groups.flatMap { group in group.inferred.map { (group, $0) } }
    guard !all.isEmpty else { return nil }
    let orders = Set(all.map(\.1.scores.tasks)).count
    let parts:
      [(title: String, what: String, caption: String, matrix: (InferredMatrices) -> OrderMatrix, marks: Bool)] = [
        ("task inferred", score(comparison), "R[i][j] with the task of each row inferred.", \.scores, true),
        (
          "router accuracy", "router accuracy", "Share of task j's rows that were taken for its own.", \.routerAccuracy,
          false
        ),
        (
          "taken for none", "share taken for none", "Share of task j's rows that were taken for no learned task's.",
          \.unknownRate, false
        ),
      ]
    return Section(
      id: "inferred", title: "With the task inferred",
      blocks: [
        .paragraph("Nobody says which task a row belongs to: the run infers it. – means: not scored."),
        .shades(low: "0.000", high: "1.000", legend: HeatMap.legend),
      ]
        + all.map { group, inferred in
          let name = orders > 1 ? "\(group.name), order \(inferred.scores.order)" : group.name
          return .grid(
            parts.map { part in
              let matrix = part.matrix(inferred)
              return .table(
                HeatMap.table(
                  matrix, title: "\(name): \(part.title)", caption: "\(part.caption) \(runs(matrix))", what: part.what,
                  scale: 0...1, marksLearning: part.marks))
            }, width: HeatMap.width(columns: inferred.scores.tasks.count))
        })
  }

  /// What the experts do in each layer.
  static func layers(_ comparison: RunSummary) -> Section? {
    let all = comparison.groups.flatMap { group in group.statistics.map { (group, $0) } }
    guard !all.isEmpty else { return nil }
    return Section(
      id: "layers", title: "Layer by layer",
      blocks: [
        .paragraph(
          "What each learned task does in every decoder layer after the last task, such as how much of it goes through the path that all tasks share. The deepest shade of a table is its largest number."
        ),
        .grid(
          all.map { group, statistics in
            let title = "\(group.name): \(statistics.name)"
            let caption: Phrase =
              "\(code: statistics.formula). \(group.members.count > 1 ? "Mean over up to \(group.members.count) runs. " : "")Runs: \(group.experiments)."
            // More lines than styles could not be followed; as a table they can.
            guard statistics.tasks.count <= SeriesStyle.count else {
              return .table(HeatMap.table(statistics, title: title, caption: caption))
            }
            return .chart(layerChart(statistics, title: title, caption: caption))
          }, width: LineChart.width),
      ])
  }

  private static func layerChart(_ statistics: LayerStatistics, title: String, caption: Phrase) -> LineChart {
    LineChart(
      title: title, caption: caption, xTitle: "decoder layer", yTitle: statistics.name,
      series: statistics.tasks.enumerated().map { number, task in
        LineChart.Series(
          name: task.task, style: number,
          points: task.layers.enumerated().compactMap { layer, estimate in
            estimate.map {
              LineChart.Point(x: Double(layer), y: $0.mean, text: Format.number($0.mean, .fraction))
            }
          })
      }, table: HeatMap.table(statistics, title: title, caption: ""))
  }

  /// Which runs a matrix is the mean of.
  static func runs(_ matrix: OrderMatrix) -> String {
    let seeds = matrix.seeds.map { "\($0)" }.joined(separator: ", ")
    return matrix.seeds.count == 1
      ? "Order \(matrix.order), seed \(seeds), one run."
      : "Order \(matrix.order), seeds \(seeds), mean of \(matrix.seeds.count) runs."
  }
}
