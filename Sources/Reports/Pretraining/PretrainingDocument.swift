import Foundation
import Markup
import Planning
import Records

extension ReportDocument {
  /// A report on pretraining runs.
  init(_ runs: [PretrainedRun]) {
    title = "Accrete pretraining"
    headline = Format.list(runs.map(\.name))
    let open = runs.filter { $0.metrics == nil }
    subtitle = "\(Format.count(runs.count, "run")), \(open.isEmpty ? "finished" : "\(open.count) unfinished")"
    warnings = open.map { run in
      "\(strong: "Unfinished:") \(run.name), \(run.steps) of \(run.manifest.steps + run.manifest.longSteps) steps."
    }
    for run in runs {
      guard let found = run.metrics?.diverged else { continue }
      warnings.append(
        "\(strong: "Diverged:") \(run.name), whose \(found.loss) loss ended at \(Format.decimals(found.last, 2)) nats per token, above the \(Format.decimals(found.first, 2)) that it began with."
      )
    }
    findings = []
    let best = runs.compactMap { $0.heldOut.last?.bitsPerByte }.min()
    cards = runs.enumerated().map { number, run in
      Card(
        name: run.name, series: number,
        value: run.heldOut.last.map { Format.decimals($0.bitsPerByte, 4) } ?? "–",
        detail: "bits per byte, held out, after \(run.heldOut.last?.step ?? 0) steps",
        isBest: runs.count > 1 && run.metrics != nil && run.heldOut.last?.bitsPerByte == best,
        facts: [
          .init(name: "parameters", value: "\(run.manifest.parameters)"),
          .init(name: "activated", value: "\(run.manifest.activatedParameters)"),
          .init(name: "tokens", value: "\(run.metrics.flatMap { $0.tokens ?? $0.scaling?.tokens } ?? 0)"),
        ])
    }
    sections = [
      Self.pretrainingTable(runs), Self.pretrainingCurves(runs), Self.routing(runs),
    ].compactMap(\.self)
  }

  private static func pretrainingTable(_ runs: [PretrainedRun]) -> Section {
    let columns = ["nats per token", "bits per byte", "tokens/s", "s", "peak MiB", "seed"]
    let rows = runs.enumerated().map { number, run in
      let last = run.heldOut.last
      let costs = run.metrics
      return ReportTable.Row(
        header: run.name,
        cells: [
          .init(last.map { Format.decimals($0.natsPerToken, 4) } ?? "–"),
          .init(last.map { Format.decimals($0.bitsPerByte, 4) } ?? "–"),
          .init(costs.map { Format.decimals($0.tokensPerSecond, 0) } ?? "–"),
          .init(costs.map { Format.decimals($0.seconds, 0) } ?? "–"),
          .init(costs.map { "\($0.peakResidentBytes >> 20)" } ?? "–"), .init("\(run.manifest.configuration.seed)"),
        ], series: number)
    }
    return Section(
      id: "results", title: "Results",
      blocks: [
        .table(
          ReportTable(
            title: "Results",
            caption:
              "Held-out loss: mean of −ln p of the next token over the first held-out windows of each source; bits per byte: the same sum in bits, divided by the bytes of the text that these tokens spell.",
            corner: "run", columns: columns.map { .init(title: $0) }, rows: rows))
      ])
  }

  private static func pretrainingCurves(_ runs: [PretrainedRun]) -> Section? {
    func chart(_ title: String, _ yTitle: String, _ value: (PretrainedRun) -> [(x: Double, y: Double)]) -> LineChart? {
      let series = runs.enumerated().map { number, run in
        LineChart.Series(
          name: run.name, style: number,
          points: value(run).map { .init(x: $0.x, y: $0.y, text: Format.decimals($0.y, 4)) })
      }
      guard series.contains(where: { !$0.points.isEmpty }) else { return nil }
      return LineChart(
        title: title, caption: "Means over neighbouring steps where there are many.", xTitle: "steps", yTitle: yTitle,
        series: series, isCounted: false, table: endsTable(title, corner: "run", series))
    }
    let charts = [
      chart("Held-out loss", "nats per token") { $0.heldOut.map { (Double($0.step), $0.natsPerToken) } },
      chart("Training loss", "nats per token") { run in
        run.stretches.compactMap { part in part.terms["task"].map { (part.step, $0) } }
      },
      chart("Learning rate", "learning rate") { $0.stretches.map { ($0.step, $0.learningRate) } },
      chart("Gradient norm before clipping", "L2 norm") { $0.stretches.map { ($0.step, $0.gradientNorm) } },
    ].compactMap(\.self)
    guard !charts.isEmpty else { return nil }
    return Section(
      id: "curves", title: "Step after step", blocks: [.grid(charts.map(Block.chart), width: LineChart.width)])
  }

  /// How tokens were spread over experts.
  private static func routing(_ runs: [PretrainedRun]) -> Section? {
    let moeRuns = runs.enumerated().filter { !$0.element.load.isEmpty }
    guard !moeRuns.isEmpty else { return nil }
    func chart(_ title: String, _ yTitle: String, _ value: (PretrainedRun.Stretch) -> Double?) -> LineChart {
      let series = moeRuns.map { number, run in
        LineChart.Series(
          name: run.name, style: number,
          points: run.stretches.compactMap { part in
            value(part).map { .init(x: part.step, y: $0, text: Format.decimals($0, 4)) }
          })
      }
      return LineChart(
        title: title, caption: "Mean over layers.", xTitle: "steps", yTitle: yTitle, series: series, isCounted: false,
        fromZero: true, table: endsTable(title, corner: "run", series))
    }
    let charts = [
      chart("Choices without room", "share of choices") { $0.overflow },
      chart("Choices that visit no expert", "share of choices") { $0.dropped },
      chart("The fullest expert", "times its fair share") { $0.fullest },
    ]
    let tables = moeRuns.map { Block.table(loadTable($1)) }
    return Section(
      id: "routing", title: "Load of the experts",
      blocks: [
        .grid(charts.map(Block.chart), width: LineChart.width),
        .shades(
          low: "fewer", high: "more",
          legend: "Share of the tokens that chose an expert, before anything was moved, mean over the last steps."),
      ] + tables)
  }

  private static func loadTable(_ run: PretrainedRun) -> ReportTable {
    let values = run.load.joined()
    let scale = (values.min() ?? 0)...(values.max() ?? 1)
    return ReportTable(
      title: "\(run.name): share of tokens by expert", caption: "", corner: "layer",
      columns: (0..<(run.load.first?.count ?? 0)).map { .init(title: "expert \($0)") },
      rows: run.load.enumerated().map { layer, shares in
        ReportTable.Row(
          header: "layer \(layer)",
          cells: shares.map { share in
            var cell = ReportTable.Cell(Format.decimals(share, 3))
            cell.shade = HeatMap.shade(share, in: scale)
            return cell
          })
      })
  }
}
