import Assurance
import Foundation
import Markup

extension StrippingReport {
  static let title = "Review saved, by task, side and week"
  static let nothing = "No items yet."

  /// What stands above the columns.
  static let columns = [
    "task", "side", "week", "items", "decided", "of all items", "allowed wrong", "δ", "n", "k", "τ",
    "realised precision",
    "95 %", "monitor rows", "prevalence", "active", "amber", "stopped", "reviews saved", StrippingRow.Oracle.name,
  ]

  /// The cells of each row, in the order of ``columns``.
  var cells: [[String]] { rows.map(\.cells) }

  /// What has to be known to read the table.
  var notes: [String] {
    var notes = [
      "Of all items of the task and week; two sides of a task share them.",
      "Realised precision: of what the side decided, the share with the same final label of people; by the coin's monitor rows alone, which no"
        + " certificate and no training has seen. The interval is Clopper and Pearson's.",
      "Reviews saved: items that the side decided and the coin did not draw. In all: \(Format.grouped("\(saved)")).",
      "\(StrippingRow.Oracle.name): the largest share whose precision reaches the target on the very rows that it was chosen on (MoE-CL's rule). It is"
        + " no result of this system, and nothing attains it.",
    ]
    let judged = shareThatReachesTarget
    if judged.n > 0 {
      notes.append("Realised precision reached the target in \(judged.count) of \(judged.n) rows that can be judged.")
    }
    return notes
  }
}

extension StrippingRow {
  /// The cells of the report's table.
  fileprivate var cells: [String] {
    [
      task, side, week.formatted(.iso8601.year().month().day()), "\(items)", "\(stripped.count)",
      Self.percent(stripped.value),
    ] + certifiedCells + [
      Self.percent(realised.value, 2),
      realised.n > 0 ? "\(Self.percent(realised.interval.low, 2)) to \(Self.percent(realised.interval.high, 2))" : "–",
      "\(realised.n)", Self.percent(prevalence.value), share(.active), share(.amber), share(.stopped), "\(saved)",
      oracle.rows > 0 ? Self.percent(oracle.share) : "–",
    ]
  }

  private var certifiedCells: [String] {
    guard let certified else { return Array(repeating: "–", count: 5) }
    return [
      Self.percent(certified.alpha, 2), Format.decimals(certified.delta, 3), "\(certified.n)", "\(certified.k)",
      Format.decimals(certified.tau, 4),
    ]
  }

  /// The share of items that arrived while the side was in a state.
  private func share(_ state: SideState) -> String {
    items > 0 ? Self.percent(Double(states[state.rawValue] ?? 0) / Double(items)) : "–"
  }

  private static func percent(_ share: Double?, _ places: Int = 1) -> String {
    share.map { Format.decimals(100 * $0, places) + "\u{A0}%" } ?? "–"
  }
}
