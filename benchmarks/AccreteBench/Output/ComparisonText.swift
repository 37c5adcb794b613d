import Files

/// A comparison as a person reads it.
enum ComparisonText {
  static func text(_ result: ComparisonResult, plan: ComparisonPlan) -> String {
    plan.cases.map { item in
      let cells = result.cells.filter { $0.name.hasSameCodePoints(as: item.name) }
      var parts = ["\(item.name): medians of \(result.rounds) rounds", medians(cells, plan)]
      for verdict in result.verdicts where verdict.name.hasSameCodePoints(as: item.name) {
        parts.append(ratios(verdict))
      }
      return parts.joined(separator: "\n\n")
    }.joined(separator: "\n\n\n")
  }

  private static func medians(_ cells: [ComparisonResult.Cell], _ plan: ComparisonPlan) -> String {
    let servers = plan.servers.map(\.name)
    var table = TextTable([""] + servers)
    let byServer = servers.map { server in cells.filter { $0.server.hasSameCodePoints(as: server) }.map(\.measurement) }
    for figure in ComparedFigure.allCases {
      let values = byServer.map { Spread($0.compactMap(figure.value))?.median }
      // What no server has, as goodput without limits, is no line.
      if values.contains(where: { $0 != nil }) { table.add([figure.title] + values.map(figure.shown)) }
    }
    let failed = byServer.map { $0.reduce(0) { $0 + $1.summary.requests - $1.summary.answered } }
    table.add(["requests failed"] + failed.map(String.init))
    return table.text
  }

  private static func ratios(_ verdict: ComparisonResult.Verdict) -> String {
    var table = TextTable(["\(verdict.server) / \(verdict.reference)", "median", "lowest", "highest", "rounds"])
    for figure in ComparedFigure.allCases {
      guard let ratio = verdict.ratios[figure.rawValue] else { continue }
      table.add(
        [figure.title] + [ratio.median, ratio.lowest, ratio.highest].map { Figures.text($0, places: 3) }
          + [String(ratio.rounds.count)])
    }
    guard let texts = verdict.texts else { return table.text }
    let share = texts.share.map { "\(Figures.text($0 * 100)) %" } ?? "no request that both answered"
    return table.text + "\nequal texts: \(texts.equal) of \(texts.compared) (\(share))"
  }
}
