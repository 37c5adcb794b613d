import Markup

/// A whole report, before it becomes HTML or Markdown: both say the same because both are made from this.
struct ReportDocument: Equatable {
  /// The first thing that a reader sees of a method.
  struct Card: Equatable {
    struct Fact: Equatable {
      var name: String
      var value: String
    }

    var name: String
    var series: Int
    /// The number that counts most, and what it is.
    var value: String
    var detail: String
    var isBest: Bool
    var facts: [Fact]
  }

  indirect enum Block: Equatable {
    case paragraph(Phrase)
    /// What must not be overlooked.
    case warning(Phrase)
    case table(ReportTable)
    /// What the shades of the tables around it stand for.
    case shades(low: String, high: String, legend: Phrase)
    case chart(LineChart)
    /// Beside each other where there is room: how wide one must be at least, in rem.
    case grid([Block], width: Double)
    /// Only shown when asked for.
    case details(String, [Block])
  }

  struct Section: Equatable {
    /// Its address in the page.
    var id: String
    var title: String
    var blocks: [Block]
  }

  var title: String
  /// The methods and their tasks.
  var headline: String
  /// How many runs, and whether they are finished.
  var subtitle: String
  /// Where a reader is warned before anything else.
  var warnings: [Phrase]
  var findings: [Phrase]
  var cards: [Card]
  var sections: [Section]
  /// The file beside it with the numbers that it was made from.
  var numbersFile = "report.json"

  init(_ comparison: RunSummary) {
    title = "Accrete report"
    headline = Self.headline(comparison)
    subtitle = Self.subtitle(comparison)
    warnings = Self.warnings(comparison)
    findings = Self.findings(comparison)
    cards = Self.cards(comparison)
    sections = [
      Self.metrics(comparison), Self.endings(comparison), Self.costs(comparison), Self.curves(comparison),
      Self.matrices(comparison), Self.inferred(comparison), Self.layers(comparison), Self.losses(comparison),
      Self.changes(comparison), Self.unfinished(comparison), Self.runs(comparison),
    ].compactMap(\.self)
  }

  private static func headline(_ comparison: RunSummary) -> String {
    let methods = LayerStatistics.firsts(comparison.groups.map(\.method))
    guard let tasks = comparison.groups.first?.members.first?.tasks.count else { return "No finished run yet" }
    return "\(Format.list(methods)): \(Format.count(tasks, "task")), one after the other"
  }

  /// What a number of a matrix is called.
  static func score(_ comparison: RunSummary) -> String { comparison.isPlainAccuracy ? "accuracy" : "score" }

  private static func subtitle(_ comparison: RunSummary) -> String {
    let runs = Format.count(comparison.sources.count, "run")
    let open = comparison.unfinished.count
    return open == 0
      ? "\(runs), finished" : "\(runs), \(open == comparison.sources.count ? "none finished" : "\(open) unfinished")"
  }

  /// Warnings of runs that are shown: many runs of a method that learns nothing say the same.
  private static let mostWarnings = 12

  private static func warnings(_ comparison: RunSummary) -> [Phrase] {
    var warnings: [Phrase] = []
    if !comparison.unfinished.isEmpty {
      let runs = comparison.unfinished.map { "\($0.run.name) (\($0.learned) of \($0.run.tasks.count) tasks)" }
      warnings.append(
        "\(strong: "Unfinished:") \(Format.list(runs)). What stands there so far is not a result, and is in no other number here."
      )
    }
    warnings += comparison.warnings.prefix(mostWarnings).map { "\(strong: "Warning:") \($0)" }
    let rest = comparison.warnings.count - mostWarnings
    if rest > 0 { warnings.append("\(strong: "Warning:") \(rest) more, in the runs' \(code: "metrics.json").") }
    return warnings + comparison.notes.map { "\(strong: "Note:") \($0)" }
  }
}
