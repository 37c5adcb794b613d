/// What a method's hyper-parameter was given: a number, `true` or `false`, or a word.
///
/// Which of them a hyper-parameter takes, its method says; a configuration holds what was given.
public enum HyperparameterValue: Sendable, Equatable {
  case number(Double)
  case flag(Bool)
  case choice(String)

  /// The value of a text, as a command line or a file of options has it; `nil` for nothing, and for a number that is none.
  public init?(text: String) {
    if let number = Double(text) {
      guard number.isFinite else { return nil }
      self = .number(number)
    } else if let flag = Bool(text) {
      self = .flag(flag)
    } else {
      guard !text.isEmpty else { return nil }
      self = .choice(text)
    }
  }
}

extension HyperparameterValue: CustomStringConvertible {
  /// As ``init(text:)`` reads it.
  public var description: String {
    switch self {
    case .number(let value): value.description
    case .flag(let value): value.description
    case .choice(let word): word
    }
  }
}

extension HyperparameterValue: Codable {
  /// Reads a number, a boolean or a string.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else {
      self = .choice(try container.decode(String.self))
    }
  }

  /// Writes a number, a boolean or a string.
  /// - Throws: `EncodingError`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .flag(let value): try container.encode(value)
    case .choice(let word): try container.encode(word)
    }
  }
}

extension HyperparameterValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByStringLiteral
{
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(booleanLiteral value: Bool) { self = .flag(value) }
  public init(stringLiteral value: String) { self = .choice(value) }
}

extension [String: HyperparameterValue] {
  /// Those of a method: the ones without a prefix, and the ones with its own, `METHOD.NAME`, which win.
  public func meant(for method: String) -> Self {
    let prefix = method + "."
    let own = filter { $0.key.hasPrefix(prefix) }.map { (String($0.key.dropFirst(prefix.count)), $0.value) }
    return filter { !$0.key.contains(".") }.merging(own) { _, own in own }
  }
}
