public import Records

/// Hyper-parameters of a method, as a YAML file has them: `name: 0.5` each, or a list of `- name=0.5`, as on the command line.
public struct MethodOptions: Sendable, Equatable, Decodable, ExpressibleByDictionaryLiteral {
  /// By name.
  public var values: [String: HyperparameterValue]

  /// What a message says may stand there.
  static let allowed = "the method's hyper-parameters with a value each, as `name: 0.5` or as a list of `- name=0.5`"

  public init(dictionaryLiteral elements: (String, HyperparameterValue)...) { values = Dictionary(elements) { $1 } }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let words = try? container.decode([String].self) else {
      values = try container.decode([String: Scalar].self).mapValues(\.value)
      return
    }
    values = [:]
    for word in words {
      guard let (name, value) = Self.parse(word), values.updateValue(value, forKey: name) == nil else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.allowed)
      }
    }
  }

  /// The name and the value of `NAME=VALUE`; nil for anything else.
  public static func parse(_ text: String) -> (name: String, value: HyperparameterValue)? {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let value = HyperparameterValue(text: parts[1]) else { return nil }
    return (parts[0], value)
  }

  /// A value of YAML, which has several ways to write a number. A word is what a command line would have: `off` is no `false`.
  private struct Scalar: Decodable {
    let value: HyperparameterValue

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        value = .number(number)
        return
      }
      guard let value = HyperparameterValue(text: try container.decode(String.self)) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: MethodOptions.allowed)
      }
      self.value = value
    }
  }
}
