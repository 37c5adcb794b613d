extension Redaction {
  /// Its name in a policy: `email`, `phone`, `card`, and `/…/` for a pattern.
  public var name: String {
    switch self {
    case .email: "email"
    case .phone: "phone"
    case .card: "card"
    case .pattern(let pattern): "/\(pattern)/"
    }
  }

  /// Reads a name of a policy.
  ///
  /// - Parameter name: The name; `nil` comes back for any other text.
  public init?(name: String) {
    switch name {
    case "email": self = .email
    case "phone": self = .phone
    case "card": self = .card
    default:
      guard name.count > 2, name.hasPrefix("/"), name.hasSuffix("/") else { return nil }
      self = .pattern(String(name.dropFirst().dropLast()))
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let redaction = Redaction(name: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "expected email, phone, card or /PATTERN/")
    }
    self = redaction
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}
