/// What a gate says of a candidate.
///
/// As JSON: `{"verdict": "pass"}`, `{"verdict": "fail"}`, `{"verdict": "underpowered", "n": 40, "needed": 620}`.
public enum GateVerdict: Sendable, Equatable {
  /// What was demanded is shown.
  case pass
  /// There were enough rows, and it is not shown.
  case fail
  /// There were too few rows to show it: `n` of the `needed`.
  case underpowered(n: Int, needed: Int)

  /// Whether the candidate may go on. Too few rows are no pass.
  public var isPass: Bool { self == .pass }
}

extension GateVerdict: Codable {
  private enum CodingKeys: CodingKey {
    case verdict
    case n
    case needed
  }

  private enum Name: String, Codable {
    case pass
    case fail
    case underpowered
  }

  /// Reads a verdict.
  ///
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Name.self, forKey: .verdict) {
    case .pass: self = .pass
    case .fail: self = .fail
    case .underpowered:
      self = .underpowered(
        n: try container.decode(Int.self, forKey: .n), needed: try container.decode(Int.self, forKey: .needed))
    }
  }

  /// Writes a verdict.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .pass: try container.encode(Name.pass, forKey: .verdict)
    case .fail: try container.encode(Name.fail, forKey: .verdict)
    case .underpowered(let n, let needed):
      try container.encode(Name.underpowered, forKey: .verdict)
      try container.encode(n, forKey: .n)
      try container.encode(needed, forKey: .needed)
    }
  }
}
