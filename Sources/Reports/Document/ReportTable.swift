import Markup

/// A table, before it becomes HTML, Markdown or text.
struct ReportTable: Equatable {
  struct Column: Equatable {
    var title: String
    /// Smaller, below the title.
    var detail: String?
  }

  /// What makes a cell stand out, always by a sign too.
  enum Mark: Equatable {
    case none
    /// The best of its column.
    case best
    /// A score right after its task was learned.
    case learned
    /// A score two points or more below what it was then.
    case lost

    /// After the number.
    var sign: String {
      switch self {
      case .none: ""
      case .best: "★"
      case .learned: "*"
      case .lost: "↓"
      }
    }

    /// In words.
    var meaning: String {
      switch self {
      case .none: ""
      case .best: "best"
      case .learned: "just learned"
      case .lost: "lost"
      }
    }
  }

  struct Cell: Equatable {
    var text: String
    /// Beside the number, less prominent: its spread.
    var detail: String?
    var mark = Mark.none
    /// How strongly it is filled, 0 to 1; `nil`: not at all.
    var shade: Double?
    /// What a reader sees who points at it.
    var hint: String?

    /// A number with its spread.
    init(_ estimate: Estimate?, _ unit: Measure.Unit) {
      guard let estimate else {
        self.init("–")
        return
      }
      let (text, spread) = Format.estimate(estimate, unit)
      self.init(text)
      detail = spread
    }

    init(_ text: String) { self.text = text }
  }

  struct Row: Equatable {
    var header: String
    var cells: [Cell]
    /// Which series of the charts this row is.
    var series: Int?
  }

  /// What the table tells.
  var title: String
  /// Formula, n and seed.
  var caption: Phrase
  /// Above the rows' headers.
  var corner: String
  var columns: [Column]
  var rows: [Row]
  var notes: [Phrase] = []
  /// Whether its cells hold words and not numbers.
  var isText = false

  /// Marks the best cells of each column, if there are two different ones to choose from. What looks the same is equally good.
  ///
  /// - Parameters:
  ///   - estimates: What the cells were made from, row by row.
  ///   - better: For each column, which end is the good one.
  mutating func markBest(_ estimates: [[Estimate?]], _ better: [Measure.Better?]) {
    for (column, better) in better.enumerated() {
      let known = rows.indices.compactMap { row in
        estimates[safe: row]?[safe: column].flatMap { $0 }.map { (row: row, value: $0.mean) }
      }
      let best = known.max { better == .smaller ? $0.value > $1.value : $0.value < $1.value }
      let texts = known.map { rows[$0.row].cells[column].text }
      guard better != nil, let best, Set(texts).count > 1 else { continue }
      let text = rows[best.row].cells[column].text
      for entry in known where rows[entry.row].cells[column].text == text { rows[entry.row].cells[column].mark = .best }
    }
  }
}
