/// Hyper-parameters of a method, as a YAML file has them: `name: 0.5` each, or a list of `- name=0.5`, as on the command line.
public struct MethodOptions: Sendable, Equatable, Decodable, ExpressibleByDictionaryLiteral {
  /// Numbers by name.
  public var values: [String: Double]

  /// What a message says may stand there.
  static let allowed = "the method's hyper-parameters with a number each, as `name: 0.5` or as a list of `- name=0.5`"

  public init(dictionaryLiteral elements: (String, Double)...) { values = Dictionary(elements) { $1 } }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let words = try? container.decode([String].self) else {
      values = try container.decode([String: Double].self)
      return
    }
    values = [:]
    for word in words {
      guard let (name, value) = Self.parse(word), values.updateValue(value, forKey: name) == nil else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.allowed)
      }
    }
  }

  /// The name and the number of `NAME=NUMBER`; nil for anything else.
  public static func parse(_ text: String) -> (name: String, value: Double)? {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let value = Double(parts[1]), value.isFinite else { return nil }
    return (parts[0], value)
  }
}
