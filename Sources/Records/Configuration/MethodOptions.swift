/// Hyper-parameters of a method, as a YAML file has them: `name: 0.5` each, or a list of `- name=0.5`, as on the command line.
public struct MethodOptions: Sendable, Equatable, Decodable {
  /// By name.
  public var values: [String: HyperparameterValue]

  /// What a message says may stand there.
  public static let allowed =
    "the method's hyper-parameters with a value each, as `name: 0.5` or as a list of `- name=0.5`"

  init(values: [String: HyperparameterValue]) { self.values = values }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let words = try? container.decode([String].self) else {
      values = try container.decode([String: WrittenValue].self).compactMapValues {
        HyperparameterValue(text: $0.text)
      }
      return
    }
    values = [:]
    for word in words {
      guard let (name, value) = Self.parse(word), values.updateValue(value, forKey: name) == nil else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: Self.allowed)
      }
    }
  }

  /// As a command line has them, sorted by name.
  var texts: [String] { values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }

  /// The name and the value of `NAME=VALUE`; `nil` for anything else.
  public static func parse(_ text: String) -> (name: String, value: HyperparameterValue)? {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let value = HyperparameterValue(text: parts[1]) else { return nil }
    return (parts[0], value)
  }
}

/// A single value of YAML, which has several ways to write a number, as the text of a hyper-parameter. A word is what a command line would
/// have: `off` is not `false`.
struct WrittenValue: Decodable {
  let text: String

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    text = try (try? container.decode(Double.self))?.description ?? container.decode(String.self)
    guard HyperparameterValue(text: text) != nil else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: MethodOptions.allowed)
    }
  }
}

extension RunConfiguration {
  /// Sets hyper-parameters; what others were given stays.
  /// - Throws: ``RunError/invalidConfiguration(key:got:allowed:)`` for a text that is not `NAME=VALUE`.
  mutating func setOptions(_ texts: [String]) throws {
    // Without a prefix it is meant for the method, too: what a file said with one is replaced.
    let plain = texts.compactMap { MethodOptions.parse($0).map { "\(method).\($0.name)" } }
    options = options?.filter { !plain.contains($0.key) }
    for text in texts {
      guard let (name, value) = MethodOptions.parse(text) else {
        throw RunError.invalidConfiguration(
          key: "option", got: text, allowed: "NAME=VALUE, such as lambda=400 or adversary=off")
      }
      options = (options ?? [:]).merging([name: value]) { _, new in new }
    }
  }
}
