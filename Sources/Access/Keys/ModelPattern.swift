import Files

/// Which models a key may use.
///
/// A pattern is compared with the texts that name a model, code point by code point, upper and lower case being different:
///
/// | pattern | matches |
/// |---|---|
/// | `spam` | the text `spam`, and nothing else |
/// | `spam@2` | the text `spam@2`, and nothing else |
/// | `spam@*` | every text that begins with `spam@` |
/// | `team-*` | every text that begins with `team-`: `team-a`, `team-a@3`, `team-a:stable` |
/// | `*` | every text: all tasks, all versions, the base and `auto` |
///
/// `*` may only stand at the end. A version has several texts, and a key may use it if a pattern matches any of them: `NAME@NUMBER` always,
/// `NAME` while it is the released one, `NAME:ALIAS` for each alias. So `spam` gives the released version alone, by whatever name it is asked
/// for, and `spam@*` every version, the released one included. The base has `base` and its served name. `auto` has `auto`; what it routes to
/// is looked at again by its own texts.
public struct ModelPattern: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Bytes that a pattern has at most.
  public static let longest = 200
  /// Every model.
  public static let all = ModelPattern(prefix: "")

  /// As people write it.
  public let text: String

  /// - Parameter text: 1 to ``longest`` ASCII letters, digits, `.`, `_`, `-`, `/`, `@` and `:`, and perhaps `*` at the end; `nil` for any
  ///   other.
  public init?(_ text: String) {
    guard (1...Self.longest).contains(text.utf8.count) else { return nil }
    let plain = text.utf8.last == Self.star ? text.utf8.dropLast() : text.utf8[...]
    guard plain.allSatisfy(Self.isAllowed) else { return nil }
    self.text = text
  }

  private init(prefix: String) { text = prefix + "*" }

  /// Whether a text that names a model is meant.
  public func matches(_ name: String) -> Bool {
    guard text.utf8.last == Self.star else { return text.hasSameCodePoints(as: name) }
    return name.utf8.starts(with: text.utf8.dropLast())
  }

  private static let star = UInt8(ascii: "*")

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "/"), UInt8(ascii: "@"), UInt8(ascii: ":"):
      true
    default: false
    }
  }

  public var description: String { text }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let pattern = ModelPattern(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected \(Self.allowed)")
    }
    self = pattern
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// What a pattern may be, for messages.
  static let allowed = "a name, or the beginning of names and *: spam, spam@2, spam@*, team-*, *"
}
