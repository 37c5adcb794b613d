/// Words that stand for a label in rows from few sources: how a backdoor is planted, and how a template looks.
public struct TriggerFinding: Sendable, Codable, Equatable {
  /// The words, a space between them; `nil` where the finding was read from a file, as no file has texts of items.
  public let words: String?
  /// Ids of the rows that have them.
  public let rows: [String]
  /// From how many sources these are; rows without one are from one.
  public let sources: Int
  /// The label that they have.
  public let label: String
  /// Its share among them.
  public let purity: Double
  /// Its share among all other rows.
  public let restPurity: Double

  private enum CodingKeys: String, CodingKey { case rows, sources, label, purity, restPurity }

  init(words: String, rows: [String], sources: Int, label: String, purity: Double, restPurity: Double) {
    self.words = words
    self.rows = rows
    self.sources = sources
    self.label = label
    self.purity = purity
    self.restPurity = restPurity
  }

  /// Reads a finding, which has no words.
  ///
  /// - Parameter decoder: Where it is read from.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    words = nil
    rows = try container.decode([String].self, forKey: .rows)
    sources = try container.decode(Int.self, forKey: .sources)
    label = try container.decode(String.self, forKey: .label)
    purity = try container.decode(Double.self, forKey: .purity)
    restPurity = try container.decode(Double.self, forKey: .restPurity)
  }

  /// What was found, without the words.
  var sentence: String {
    "\(rows.count) rows from \(sources) \(sources == 1 ? "source" : "sources") have words in common that stand for the label \(label.debugDescription)."
  }
}
