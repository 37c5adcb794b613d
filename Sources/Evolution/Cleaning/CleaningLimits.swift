import Assurance

/// How much of a training set may come from one place, and what looks like poison.
public struct CleaningLimits: Sendable, Codable, Equatable {
  /// The most rows of a cluster of near duplicates.
  public var clusterRows = 5
  /// The largest share of the set from one source.
  public var sourceShare = 0.05
  /// The largest share of the set that one reviewer decided alone.
  public var reviewerShare = 0.2
  /// A group of words in fewer rows is no trigger: about 250 documents are needed to plant one (arXiv 2510.07192).
  public var triggerRows = 20
  /// A group of words from more sources is no trigger.
  public var triggerSources = 3
  /// The smallest share of one label among the rows with a trigger, as far as these rows can tell: the one-sided 99 % bound counts.
  public var triggerPurity = 0.98
  /// The largest share of that label among all other rows for which purity alone is suspicious.
  public var restPurity = 0.8
  /// Where the label is more frequent than that: the largest probability of so pure a group by chance.
  public var chance = 1e-5
  /// From which probability of another label on a row needs a second person.
  public var opposing = 0.99

  /// The usual limits.
  public init() {}

  /// Refuses numbers under which nothing would be checked.
  /// - Throws: `AssuranceError.value`, with the limit's name.
  public func validate() throws {
    try Self.require("clusterRows", clusterRows, 1...1_000_000)
    try Self.require("triggerRows", triggerRows, 2...1_000_000)
    try Self.require("triggerSources", triggerSources, 1...1_000_000)
    for (name, value) in [
      ("sourceShare", sourceShare), ("reviewerShare", reviewerShare), ("triggerPurity", triggerPurity),
      ("restPurity", restPurity), ("chance", chance), ("opposing", opposing),
    ] where !(value > 0 && value <= 1) {
      throw AssuranceError.value(
        what: "cleaning limit \(name)", row: nil, expected: "a number above 0, at most 1", got: "\(value)",
        fix: "1 switches a share's limit off.")
    }
  }

  private static func require(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
    guard !range.contains(value) else { return }
    throw AssuranceError.value(
      what: "cleaning limit \(name)", row: nil, expected: "\(range.lowerBound) … \(range.upperBound)", got: "\(value)",
      fix: "Leave it out for the usual limit.")
  }
}
