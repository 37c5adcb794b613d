import Assurance
import Markup

extension SimulationSummary {
  /// Columns of the table of policies.
  static let columns = [
    "policy", "cost of 1,000 items", "reviews", "decided without a person", "promised right", "right",
    "side-weeks that kept the promise", "stops without need", "trigger turns", "accuracy at the end", "CPU seconds",
  ]

  /// The table of policies as texts.
  var cells: [[String]] {
    rows.map { row in
      [
        row.policy.title, Self.text(row.cost) { Format.decimals($0, 2) },
        Self.text(row.reviews) { Format.decimals($0, 0) },
        Self.text(row.stripped, Format.percent), Self.text(row.promised, Format.percent),
        Self.text(row.precision, Format.percent), Self.text(row.weeksKept, Format.percent),
        Self.text(row.falseStops) { Format.decimals($0, 1) }, Self.text(row.backdoor, Format.percent),
        Self.text(row.accuracy, Format.percent), Self.text(row.seconds) { Format.decimals($0, 0) },
      ]
    }
  }

  /// Columns of the table of events.
  static let eventColumns = ["policy", "event", "day", "items until certified again", "labels until then", "seeds"]

  /// The table of events as texts.
  var eventCells: [[String]] {
    rows.flatMap { row in
      row.recoveries.map { event in
        [
          row.policy.title, event.kind.rawValue, "\(event.day)", Self.text(event.items) { Format.decimals($0, 0) },
          Self.text(event.labels) { Format.decimals($0, 0) }, "\(event.items.seeds) of \(seeds.count)",
        ]
      }
    }
  }

  /// A mean, and its interval behind it.
  static func text(_ measure: Measure, _ number: (Double) -> String) -> String {
    guard let mean = measure.mean else { return "–" }
    guard let interval = measure.interval else { return number(mean) }
    return "\(number(mean)) (\(number(interval.low)) to \(number(interval.high)))"
  }

  /// What was simulated, in a few sentences.
  var sentences: [String] {
    let forbidden = rows.filter { $0.policy == .ours }.reduce(0) { $0 + $1.forbiddenUses }
    return [
      "Stream \(stream), \(Format.count(seeds.count, "seed")). Means over seeds; in parentheses the 95 % interval of the mean (Student).",
      "Cost = reviews × \(costs.review) + CPU seconds × \(costs.second); a review is one person's vote on one item.",
      "The oracle chooses its thresholds on the right labels of the items that they decide, which nobody can.",
      forbidden == 0
        ? "No row was used for what it may not be used." : "\(forbidden) uses of rows for what they may not be used.",
    ]
  }
}
