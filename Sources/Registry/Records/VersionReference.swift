import Files

/// Names a version as people write it: `spam` (the one of the current release), `spam@2` (by number), `spam:stable` (by alias).
public struct VersionReference: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Which version of a name.
  public enum Choice: Sendable, Hashable {
    /// The version of the current release.
    case released
    case number(Int)
    case alias(String)
  }

  /// The task's name.
  public let name: String
  public let choice: Choice

  /// A reference to a version of a name that is known to be plain.
  ///
  /// - Parameter name: The task's name.
  /// - Parameter choice: Which of its versions.
  public init(_ name: String, _ choice: Choice = .released) {
    self.name = name
    self.choice = choice
  }

  /// The reference that a text means.
  ///
  /// - Parameter text: `NAME`, `NAME@NUMBER` or `NAME:ALIAS`.
  /// - Throws: ``RegistryError/malformedReference(got:reason:)``.
  public init(parsing text: String) throws {
    func refuse(_ reason: String) -> RegistryError { .malformedReference(got: text, reason: reason) }
    let bytes = text.utf8
    guard let mark = bytes.firstIndex(where: { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: ":") }) else {
      guard PlainName.isPlain(text, longest: Self.longest) else { throw refuse("the name is not plain") }
      self.init(text)
      return
    }
    let (name, rest) = (String(text[..<mark]), String(text[bytes.index(after: mark)...]))
    guard PlainName.isPlain(name, longest: Self.longest) else { throw refuse("the name is not plain") }
    if bytes[mark] == UInt8(ascii: "@") {
      guard rest.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(rest), number > 0 else {
        throw refuse("behind @ stands no version number of 1 or more")
      }
      self.init(name, .number(number))
    } else {
      guard PlainName.isPlain(rest, longest: Self.longest) else { throw refuse("behind : stands no plain alias") }
      self.init(name, .alias(rest))
    }
  }

  /// Bytes that the name of a task or an alias has at most.
  public static let longest = 100

  public var description: String {
    switch choice {
    case .released: name
    case .number(let number): "\(name)@\(number)"
    case .alias(let alias): "\(name):\(alias)"
    }
  }

  public init(from decoder: any Decoder) throws {
    try self.init(parsing: try decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
