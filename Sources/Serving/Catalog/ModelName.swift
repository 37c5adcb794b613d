import Files
import Registry

/// What a request calls a model.
///
/// | written | means |
/// |---|---|
/// | `auto` | the task that the router finds |
/// | `base`, or the base's served name | the base without any task |
/// | `spam` | the version of the current release |
/// | `spam@7` | this version |
/// | `spam:stable` | the version with this alias |
/// | `spam@sha256:9f86d081884c` | the version whose digest begins so, with at least twelve digits |
///
/// A task's name never has `@` or `:` in it, so that a text means one of these or nothing.
public enum ModelName: Sendable, Hashable {
  case auto
  case basic
  /// The version of the current release.
  case released(String)
  case number(String, Int)
  case alias(String, String)
  /// The first hexadecimal digits of a version's digest, in small letters.
  case digest(String, prefix: String)

  /// The word for the router's choice.
  public static let autoName = "auto"
  /// The word for the base that every server knows, whatever its base is called.
  public static let baseName = "base"
  /// Digits of a digest that a request gives at least.
  public static let fewestDigits = 12
  /// Bytes that a name has at most: a task's with a whole digest behind it.
  static let longest = VersionReference.longest + "@sha256:".utf8.count + 64

  /// The model that a text means.
  ///
  /// - Parameters:
  ///   - text: As the request has it.
  ///   - basicName: The base's served name, which comes before any task of that name.
  /// - Throws: ``CatalogError/invalidName(_:fix:)``, with what was probably meant.
  public init(parsing text: String, basicName: String) throws {
    if text.hasSameCodePoints(as: Self.autoName) {
      self = .auto
    } else if text.hasSameCodePoints(as: Self.baseName) || text.hasSameCodePoints(as: basicName) {
      self = .basic
    } else {
      self = try Self.version(text)
    }
  }

  private static func version(_ text: String) throws -> ModelName {
    func refuse(_ fix: String) -> CatalogError { .invalidName(text, fix: fix) }
    guard text.utf8.count <= longest else { throw refuse("It has \(text.utf8.count) bytes, the most is \(longest).") }
    let bytes = text.utf8
    let mark = bytes.firstIndex { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: ":") }
    let name = String(text[..<(mark ?? bytes.endIndex)])
    guard PlainName.isPlain(name, longest: VersionReference.longest) else { throw refuse(form) }
    guard let mark else { return .released(name) }
    let rest = String(text[bytes.index(after: mark)...])
    return try bytes[mark] == UInt8(ascii: "@")
      ? numbered(name, rest, refuse: refuse) : aliased(name, rest, refuse: refuse)
  }

  /// What stands behind `@`.
  private static func numbered(
    _ name: String, _ rest: String, refuse: (String) -> CatalogError
  ) throws -> ModelName {
    if let digits = hexadecimal(rest) { return .digest(name, prefix: try prefix(digits, of: name, refuse: refuse)) }
    if isNumber(rest) {
      guard let number = Int(rest), number > 0, !rest.hasPrefix("0") else {
        throw refuse(Int(rest).map { $0 > 0 ? meant("\(name)@\($0)") : counted } ?? counted)
      }
      return .number(name, number)
    }
    if let slip = slip(name, rest) { throw refuse(slip) }
    throw refuse(isAlias(rest) ? meant("\(name):\(rest)") : form)
  }

  /// What stands behind `:`.
  private static func aliased(
    _ name: String, _ rest: String, refuse: (String) -> CatalogError
  ) throws -> ModelName {
    if let digits = hexadecimal(rest) {
      throw refuse(meant("\(name)@sha256:\(try prefix(digits, of: name, refuse: refuse))"))
    }
    if name.hasSameCodePoints(as: "sha256"), rest.utf8.count >= fewestDigits, rest.utf8.allSatisfy(isDigit) {
      throw refuse("A digest stands behind the task that it is of: NAME@sha256:\(rest.prefix(fewestDigits)).")
    }
    if isNumber(rest) { throw refuse(Int(rest).map { $0 > 0 ? meant("\(name)@\($0)") : counted } ?? counted) }
    if let slip = slip(name, rest) { throw refuse(slip) }
    if isAlias(rest) { return .alias(name, rest) }
    let small = rest.lowercased()
    let rule = "An alias has 1 to 32 small letters, digits and \"-\", and begins with a letter."
    throw refuse(isAlias(small) ? "\(rule) \(meant("\(name):\(small)"))" : rule)
  }

  /// What people write who know other registries: `v7` for a number, `latest` for what is served.
  private static func slip(_ name: String, _ rest: String) -> String? {
    if rest.hasSameCodePoints(as: "latest") { return "The version that is served now has no mark: \(meant(name))" }
    guard rest.hasPrefix("v"), isNumber(String(rest.dropFirst())) else { return nil }
    return Int(rest.dropFirst()).map { $0 > 0 ? meant("\(name)@\($0)") : counted } ?? counted
  }

  /// The digits behind `sha256:`; `nil`: it does not begin so.
  private static func hexadecimal(_ rest: String) -> String? {
    let mark = "sha256:"
    return rest.utf8.starts(with: mark.utf8)
      ? String(decoding: rest.utf8.dropFirst(mark.utf8.count), as: UTF8.self) : nil
  }

  private static func prefix(
    _ digits: String, of name: String, refuse: (String) -> CatalogError
  ) throws -> String {
    let count = digits.utf8.count
    guard digits.utf8.allSatisfy(isDigit) else {
      let small = digits.lowercased()
      throw refuse(
        small.utf8.allSatisfy(isDigit) && (fewestDigits...64).contains(count)
          ? "Digests have small letters: \(meant("\(name)@sha256:\(small)"))"
          : "Behind sha256: stand hexadecimal digits, at least \(fewestDigits) of them.")
    }
    guard count >= fewestDigits else {
      throw refuse("Give at least \(fewestDigits) digits of the digest; these are \(count).")
    }
    guard count <= 64 else { throw refuse("A digest has 64 digits; these are \(count).") }
    return digits
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }

  private static func isNumber(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
  }

  /// Whether a request can name a version by this alias: `v7` and `latest` would be taken for something else.
  static func isAlias(_ text: String) -> Bool {
    guard let first = text.utf8.first, (97...122).contains(first), text.utf8.count <= 32 else { return false }
    guard text.utf8.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }) else {
      return false
    }
    return !text.hasSameCodePoints(as: "latest") && !(first == UInt8(ascii: "v") && isNumber(String(text.dropFirst())))
  }

  private static func meant(_ name: String) -> String { "Did you mean \(name)?" }

  private static let counted = "Versions are counted from 1: NAME@1, NAME@2."
  private static let form =
    "Expected auto, base, NAME, NAME@VERSION, NAME:ALIAS or NAME@sha256:DIGITS, where NAME has ASCII letters, digits, \".\", \"_\" and \"-\"."
}
