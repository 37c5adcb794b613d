import Markup

extension ReportDocument {
  /// Rows that were answered otherwise at the end than when their task had just been learned.
  static func changes(_ comparison: RunSummary) -> Section? {
    let groups = comparison.groups.filter { !$0.changes.isEmpty }
    guard !groups.isEmpty else { return nil }
    return Section(
      id: "examples", title: "Rows lost and gained",
      blocks: [
        .paragraph(
          "Lost: right when the task had just been learned, wrong after the last task. Gained: the other way round. A run keeps numbers of rows and names of labels, not texts: \(code: "row 17") is the 18th row of the task's file: rows count from 0.\(comparison.isPlainAccuracy ? "" : " A free answer is neither right nor wrong: tasks of those are not here.")"
        )
      ]
        + [.grid(groups.map { .table(counts($0)) }, width: 21)]
        + groups.map(examples).filter { !$0.rows.isEmpty }.map { .details($0.title, [.table($0)]) })
  }

  private static func counts(_ group: RunGroup) -> ReportTable {
    let several = group.members.count > 1
    return ReportTable(
      title: group.name,
      caption: "Rows of each task\(several ? ", \(Estimate.formula)" : ""). Runs: \(group.experiments).",
      corner: "task",
      columns: ["lost", "gained", "scored"].map { .init(title: $0) },
      rows: group.changes.map { change in
        .init(
          header: change.task,
          cells: [count(change.lost), count(change.gained), .init(Format.span(change.rows))])
      })
  }

  private static func count(_ estimate: Estimate?) -> ReportTable.Cell {
    guard let estimate, estimate.runs > 1 else { return .init(estimate, .count) }
    var cell = ReportTable.Cell(Format.decimals(estimate.mean, 1))
    cell.detail = estimate.deviation.map { "±\u{A0}\(Format.decimals($0, 1))" }
    return cell
  }

  private static func examples(_ group: RunGroup) -> ReportTable {
    let rows = group.changes.flatMap { change in
      [("lost", change.lostExamples), ("gained", change.gainedExamples)].flatMap { kind, examples in
        examples.map { row in
          ReportTable.Row(
            header: change.task,
            cells: [
              .init(kind), .init("row\u{A0}\(row.index)"), .init(change.label(row.right)),
              .init(change.label(row.learned)), .init(change.label(row.end)),
            ])
        }
      }
    }
    let first = group.members.first
    return ReportTable(
      title: "\(group.name): which rows",
      caption:
        "The first \(GroupChanges.shown) of each kind and task in \(first?.name ?? "") (order \(first?.order ?? 0), seed \("\(first?.seed ?? 0)")).",
      corner: "task",
      columns: ["change", "row", "right label", "when learned", "at the end"].map { .init(title: $0) }, rows: rows,
      isText: true)
  }

  /// Runs that have tasks left to learn, apart from all results.
  static func unfinished(_ comparison: RunSummary) -> Section? {
    guard !comparison.unfinished.isEmpty else { return nil }
    let scale = HeatMap.scale(of: comparison.unfinished.compactMap(\.matrix?.cells))
    return Section(
      id: "unfinished", title: "Unfinished runs",
      blocks: comparison.unfinished.flatMap { run -> [Block] in
        let state = "\(run.learned) of \(run.run.tasks.count) tasks learned, \(run.losses.steps) steps"
        var blocks: [Block] = [
          .warning(
            "\(strong: "Unfinished:") \(run.run.name) (\(run.method), order \(run.run.order), seed \("\(run.run.seed)")), \(state). This is progress, not a result."
          )
        ]
        var parts: [Block] = []
        if let matrix = run.matrix, matrix.cells.joined().contains(where: { $0 != nil }) {
          parts.append(
            .table(
              HeatMap.table(
                matrix, title: "\(run.run.name): unfinished",
                caption:
                  "R[i][j]: \(score(comparison)) on task j after learning i tasks, as far as it is known. \(runs(matrix)) \(HeatMap.legend)",
                what: score(comparison), scale: scale)))
        }
        parts += lossCharts([(run.run.name, run.run.name, 0, run.losses)]).map(Block.chart)
        if !parts.isEmpty { blocks.append(.grid(parts, width: LineChart.width)) }
        return blocks
      })
  }

  /// Where everything comes from.
  static func runs(_ comparison: RunSummary) -> Section? {
    let runs = comparison.sources.map { source -> ReportTable.Row in
      let all = comparison.groups.flatMap(\.members) + comparison.unfinished.map(\.run)
      let member = all.first { $0.name == source.name }
      let state = source.learned == source.tasks ? "finished" : "unfinished"
      return .init(
        header: source.name,
        cells: [
          .init(source.method), .init("\(member?.order ?? 0)"), .init("\(member?.seed ?? 0)"),
          .init("\(source.learned) of \(source.tasks), \(state)"), .init(source.accrete), .init(source.libtorch),
          .init(source.base),
        ])
    }
    let table = ReportTable(
      title: "Runs", caption: "Every folder that this page was made from, and nothing else.", corner: "folder",
      columns: ["method", "order", "seed", "tasks learned", "accrete", "libtorch", "base"].map { .init(title: $0) },
      rows: runs, isText: true)
    return Section(
      id: "runs", title: "Runs",
      blocks: [.table(table)]
        + (comparison.groups.isEmpty ? [] : [.details("Settings", [.table(settings(comparison))])])
    )
  }

  private static func settings(_ comparison: RunSummary) -> ReportTable {
    let keys = Set(comparison.groups.flatMap(\.settings.keys)).sorted()
    return ReportTable(
      title: "Settings",
      caption:
        "Everything but order and seed, by its name in \(code: "manifest.json"); base and data by the start of their digest.",
      corner: "setting", columns: comparison.groups.map { .init(title: $0.name) },
      rows: keys.map { key in
        .init(header: key, cells: comparison.groups.map { .init($0.settings[key] ?? "–") })
      }, isText: true)
  }
}
