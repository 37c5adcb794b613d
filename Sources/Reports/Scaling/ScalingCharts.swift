import Foundation
import Markup
import Planning

/// The drawings of a scaling law: loss against size for each budget, and the best size against the budget.
enum ScalingCharts {
  static func isoFLOP(_ fit: ScalingFit) -> LineChart {
    let budgets = fit.minima.enumerated().flatMap { number, minimum -> [LineChart.Series] in
      let runs = fit.runs.filter { minimum.runs.contains($0.name) }
      let curve = spaced(minimum.smallest, minimum.largest).map { size in
        LineChart.Point(x: size, y: minimum.loss(at: size), text: Format.decimals(minimum.loss(at: size), 4))
      }
      return [
        .init(name: "\(Format.power(minimum.flops)) FLOP", style: number, points: curve, kind: .curve),
        .init(name: "", style: number, points: runs.map(point), kind: .points),
      ]
    }
    let others = fit.runs.filter { run in !fit.minima.contains { $0.runs.contains(run.name) } }
    let best = fit.minima.map { minimum in
      LineChart.Point(
        x: minimum.activatedParameters, y: minimum.loss,
        text: "N_opt \(Format.compact(minimum.activatedParameters)), loss \(Format.decimals(minimum.loss, 4))")
    }
    let marks = [
      LineChart.Series(name: "no minimum", style: SeriesStyle.plus, points: others.map(point), kind: .points),
      LineChart.Series(name: "minima", style: SeriesStyle.cross, points: best, kind: .points),
    ]
    return LineChart(
      title: "Loss against size",
      caption: "Each mark a run, each line the parabola of a budget; crosses are their minima.",
      xTitle: "activated parameters N", yTitle: "held-out loss, nats per token",
      series: budgets + marks.filter { !$0.points.isEmpty }, isCounted: false, xScale: .counts,
      table: ScalingTables.budgets(fit))
  }

  static func law(_ fit: ScalingFit) -> LineChart {
    let minima = fit.minima.map { point($0.flops, $0.activatedParameters, fit.interval(of: $0)) }
    let line = fit.curve.map { point($0.flops, $0.activatedParameters, $0.interval) }
    let published = fit.curve.map { point($0.flops, PublishedLaw.activated(minimalFlops: $0.flops), nil) }
    let parametric = fit.parametric.map { loss in
      fit.curve.compactMap { planned in
        loss.optimalSize(flops: planned.flops, cost: fit.cost).map { point(planned.flops, $0, nil) }
      }
    }
    let series: [LineChart.Series] = [
      .init(name: "isoFLOP fit", style: 0, points: line, kind: .curve),
      .init(name: "", style: 0, points: minima, kind: .points),
      .init(name: "Hunyuan-Large", style: 1, points: published, kind: .curve),
      .init(name: "parametric fit", style: 2, points: parametric ?? [], kind: .curve),
    ]
    let drawn = fit.curveResampling == .residuals ? "losses" : "runs"
    let table = ReportTable(
      title: "Best size against budget", caption: "", corner: "FLOP",
      columns: ["isoFLOP fit", "Hunyuan-Large"].map { .init(title: $0) },
      rows: zip(line, published).map { fitted, printed in
        .init(header: Format.power(fitted.x), cells: [.init(fitted.text), .init(printed.text)])
      })
    return LineChart(
      title: "Best size against budget",
      caption:
        "Marks: the minima of the budgets. Bars and band: 95 % intervals over drawn \(drawn). Hunyuan-Large's law as printed, of C_min, for its own data and far larger budgets.",
      xTitle: "compute C, FLOP", yTitle: "activated parameters N_opt", series: series.filter { !$0.points.isEmpty },
      isCounted: false, xScale: .powers, yScale: .counts, table: table)
  }

  private static func point(_ run: ScalingRun) -> LineChart.Point {
    LineChart.Point(x: run.activated, y: run.loss, text: "\(run.name): \(Format.decimals(run.loss, 4))")
  }

  private static func point(_ flops: Double, _ size: Double, _ interval: ScalingInterval?) -> LineChart.Point {
    let text = interval.map { " [\(Format.compact($0.lower)), \(Format.compact($0.upper))]" } ?? ""
    return LineChart.Point(
      x: flops, y: size, range: interval.map { $0.lower...$0.upper }, text: Format.compact(size) + text)
  }

  /// From one size to another, evenly in ln N.
  private static func spaced(_ low: Double, _ high: Double) -> [Double] {
    (0...24).map { low * pow(high / low, Double($0) / 24) }
  }
}

extension SeriesStyle {
  /// Styles whose markers are strokes, for marks on marks.
  static let cross = 6
  static let plus = 7
}
