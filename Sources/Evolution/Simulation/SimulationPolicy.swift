/// How a simulated team works: ours, and what it is compared with.
public enum SimulationPolicy: String, Sendable, Codable, CaseIterable {
  /// Coin rows certify and measure, people's labels teach, releases are gated.
  case ours
  /// What the first certificates allow, for ever: nothing is learned after them.
  case `static`
  /// As ours, but every trigger trains all tasks again on all rows.
  case fullRetrain = "full-retrain"
  /// People review everything.
  case humanOnly = "human-only"
  /// As ours, but predictions of 0.9 and more teach, too.
  case selfLabelled = "self-labelled"
  /// As ours, but the rows that the model was unsure of certify and measure.
  case withoutCoin = "ours-without-coin"
  /// Thresholds are chosen on the right labels of the items that they decide: not attainable.
  case oracle

  /// Whether anything is decided without a person.
  public var decides: Bool { self != .humanOnly }

  /// Whether new versions are made after the first.
  public var learns: Bool { self != .humanOnly && self != .static }

  /// Whether a trigger trains all tasks, on all of their rows.
  public var retrainsAll: Bool { self == .fullRetrain }

  /// Whether a prediction may teach; nothing but the comparison does that.
  public var teachesItself: Bool { self == .selfLabelled }

  /// The share of items that are coin rows.
  ///
  /// A stream of some hundred items a day would wait for months for certificates with the share of a large one, so that half of them are coin
  /// rows until a side is active.
  ///
  /// - Parameter isAnySideActive: Whether a side of the task is active.
  public func coinShare(isAnySideActive: Bool) -> Double {
    switch self {
    case .humanOnly, .withoutCoin: 0
    // It has no sides.
    case .oracle: 0.1
    case .ours, .static, .fullRetrain, .selfLabelled: isAnySideActive ? 0.1 : 0.5
    }
  }

  /// What it is, in a table of a report.
  public var title: String {
    switch self {
    case .ours: "ours"
    case .static: "static"
    case .fullRetrain: "full retrain"
    case .humanOnly: "human only"
    case .selfLabelled: "self-labelled"
    case .withoutCoin: "ours without coin"
    case .oracle: "oracle (test-tuned, not attainable)"
    }
  }
}
