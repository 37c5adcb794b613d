import Files
package import Foundation
import Records
import Yams

/// A flat YAML file whose keys are known: lines of `key: value`.
package enum YAMLFile {
  private static let sizeLimit = 1 << 20

  /// The bytes of a file of at most a mebibyte.
  /// - Throws: `FileError`.
  package static func contents(of url: URL) throws -> Data {
    let file = try MappedFile(url)
    try requireSize(file.bytes.count, path: url.path)
    return file.data()
  }

  private static func requireSize(_ bytes: Int, path: String) throws {
    guard bytes <= sizeLimit else { throw FileError.tooLarge(path: path, bytes: bytes, limit: sizeLimit) }
  }

  /// Decodes a value; an unknown key is an error, because a misspelt option would otherwise do nothing in silence.
  ///
  /// - Parameters:
  ///   - type: What is decoded.
  ///   - keys: All that may stand in the file, also those that `type` does not look at.
  ///   - data: The text.
  ///   - path: Where it came from, for errors.
  ///   - others: `key=value` each, with a value in YAML: instead of what the file says.
  /// - Returns: `nil` for a file without a key.
  /// - Throws: `FileError`; `RunError.invalidConfiguration(key:got:allowed:)` that names the file, the line and the key.
  package static func decode<Value: Decodable>(
    _ type: Value.Type, keys: [String], from data: Data, path: String, replacing others: [String] = [],
    earlierNames: [String: String] = [:]
  ) throws -> Value? {
    try requireSize(data.count, path: path)
    // Some editors put a byte order mark before the text; it is not part of it.
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let data = data.starts(with: mark) ? Data(data.dropFirst(mark.count)) : data
    guard let text = String(validating: data, as: UTF8.self) else {
      throw RunError.invalidConfiguration(key: path, got: "text that is not UTF-8", allowed: "YAML")
    }
    // Before anything else: what a text says may look like an alias.
    if let line = YAMLGuard.lineOfRow(in: text) {
      let names =
        keys.contains("tasks") ? " Rows are written as JSONL, JSON, CSV or TSV, and `tasks: [FILE]` names them" : ""
      throw RunError.invalidConfiguration(
        key: "\(path):\(line)", got: "a row of a task, not an option",
        allowed: "lines of `key: value`, an option each.\(names)")
    }
    if let line = YAMLGuard.lineOfAlias(in: data) {
      throw RunError.invalidConfiguration(
        key: "\(path):\(line)", got: "an anchor (&name) or an alias (*name)",
        allowed: "plain values; put quotation marks around a value that begins with & or *")
    }
    do {
      // No tag is resolved: what a value is, is decided by its key.
      guard let node = try Yams.compose(yaml: text, .basic) else { return nil }
      guard case .mapping(var mapping) = node else {
        throw RunError.invalidConfiguration(key: path, got: "not a mapping", allowed: "lines of `key: value`")
      }
      for other in others {
        guard let (key, value) = try replacement(other) else {
          throw RunError.invalidConfiguration(key: other, got: "no value", allowed: "KEY=VALUE")
        }
        // A name of earlier versions is the same key.
        let name = key.string.map { earlierNames[$0] ?? $0 }
        for (old, new) in earlierNames where new == name { mapping[Node(old)] = nil }
        mapping[name.map { Node($0) } ?? key] = value
      }
      return try decode(type, keys: keys, from: mapping, path: path)
    } catch let error as any AccreteError {
      throw error
    } catch {
      // The parser's message shows the location on lines of its own.
      let message = "\(error)".split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      throw RunError.invalidConfiguration(
        key: path, got: "invalid YAML: \(message.joined(separator: " ").prefix(400))", allowed: "YAML")
    }
  }

  private static func replacement(_ text: String) throws -> (key: Node, value: Node)? {
    guard let index = text.firstIndex(of: "="), YAMLGuard.lineOfAlias(in: Data(text.utf8)) == nil,
      let value = try Yams.compose(yaml: String(text[text.index(after: index)...]), .basic)
    else { return nil }
    return (Node(String(text[..<index])), value)
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, keys: [String], from mapping: Node.Mapping, path: String
  ) throws -> Value {
    for (key, _) in mapping {
      guard let name = key.scalar?.string, keys.contains(name) else {
        throw RunError.invalidConfiguration(
          key: "\(path):\(key.mark?.line ?? 0): \(key.scalar?.string ?? "?")", got: "unknown",
          allowed: keys.sorted().listed(closestTo: key.scalar?.string ?? ""))
      }
    }
    for (key, value) in mapping {
      guard let number = YAMLGuard.infinite(in: value) else { continue }
      throw RunError.invalidConfiguration(
        key: "\(path):\(number.mark?.line ?? key.mark?.line ?? 0): \(key.scalar?.string ?? "?")", got: number.string,
        allowed: "a finite number")
    }
    let safe = Node.Mapping(mapping.map { ($0.key, YAMLGuard.withoutSexagesimal($0.value)) })
    do {
      return try YAMLDecoder().decode(type, from: Node.mapping(safe))
    } catch RunError.invalidConfiguration(let key, let got, let allowed) {
      throw RunError.invalidConfiguration(key: "\(path): \(key)", got: got, allowed: allowed)
    } catch let error as DecodingError {
      let key = key(of: error)
      let line = mapping.first { $0.key.string == key }?.key.mark?.line ?? 0
      throw RunError.invalidConfiguration(
        key: "\(path):\(line): \(key)",
        got: mapping[Node(key)].map(shown) ?? "a value of the wrong kind",
        allowed: (type as? any AllowedValues.Type)?.allowedValues[key] ?? words(for: key, of: type))
    }
  }

  /// A value as a message shows it.
  private static func shown(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "empty" : String(scalar.string.prefix(60)).debugDescription
    case .mapping(let members): "a mapping of \(members.count) keys"
    case .sequence(let values): "a list of \(values.count)"
    case .alias: "an alias"
    }
  }

  /// What may stand behind a key, found by trying: the types of a file's keys are written down once, in the file's type.
  private static func words<Value: Decodable>(for key: String, of type: Value.Type) -> String {
    func takes(_ text: String) -> Bool {
      guard let value = try? Yams.compose(yaml: text, .basic) else { return false }
      return (try? YAMLDecoder().decode(type, from: Node.mapping(Node.Mapping([(Node(key), value)])))) != nil
    }
    if takes("text") { return "text" }
    if takes("1.5") { return "a number" }
    if takes("-1") { return "a whole number" }
    if takes("1") { return "a whole number, 0 or more" }
    if takes("true") { return "true or false" }
    if takes("[text]") { return "a list" }
    return takes("{name: 1.5}") ? "names with a number each" : "see its docs page"
  }

  /// The key whose value could not be decoded.
  private static func key(of error: DecodingError) -> String {
    let context: DecodingError.Context? =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
        .dataCorrupted(let context):
        context
      @unknown default: nil
      }
    return context?.codingPath.first?.stringValue ?? "?"
  }
}

/// A file that says what may stand behind those of its keys whose type does not say it.
package protocol AllowedValues {
  static var allowedValues: [String: String] { get }
}

extension CaseIterable where Self: RawRepresentable, RawValue == String {
  /// All of them as a message names them.
  static var choices: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
