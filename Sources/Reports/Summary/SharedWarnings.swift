import Files

/// Warnings of several runs: many cells of a comparison say the same.
enum SharedWarnings {
  /// Each text once, with the name of its run, or of the first of them and how many more it is of.
  static func texts(_ warnings: [(run: String, text: String)]) -> [String] {
    let runs = Dictionary(grouping: warnings) { ExactText($0.text) }.mapValues { $0.map(\.run) }
    return LayerStatistics.firsts(warnings.map(\.text)).map { text in
      let named = runs[ExactText(text)] ?? []
      return "\(named.first ?? "")\(named.count > 1 ? " and \(named.count - 1) more" : ""): \(text)"
    }
  }
}
