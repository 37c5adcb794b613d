import Files

/// The members of an object in a plan as words of a command line, so that keys and options are the same, with the same checks.
enum PlanWords {
  /// What an object of a plan holds that is no option.
  struct Problem: Error {
    let text: String
  }

  /// Short names that a plan may use.
  private static let synonyms = ["style": "adapter-style", "pid": "server-pid", "pids": "server-pid"]
  /// Options that are there or not.
  private static let flags: Set = ["ignore-eos", "keep-alive"]

  /// - Parameters:
  ///   - object: Its members in camel case: `"requestRate": 4` is `--request-rate=4`; a list is an option given several times.
  ///   - others: Keys that are no options.
  /// - Throws: ``Problem``.
  static func words(of object: JSONTree, without others: Set<String>) throws -> [String] {
    guard case .object(let members) = object else { throw Problem(text: "an object expected, got \(object)") }
    var words: [String] = []
    for member in members where !others.contains(member.key) {
      guard !member.key.isEmpty, member.key.utf8.allSatisfy(isLetterOrDigit) else {
        throw Problem(text: "a key of letters expected, got \(member.key.debugDescription)")
      }
      let name = synonyms[member.key] ?? dashed(member.key)
      switch member.value {
      case .null: continue
      case .boolean(let isThere):
        // A false would otherwise pass for any key.
        guard flags.contains(name) else {
          throw Problem(text: "`\(member.key)`: a text or number expected, got \(isThere)")
        }
        if isThere { words.append("--\(name)") }
      case .list(let values):
        for value in values { try words.append("--\(name)=" + text(of: value, key: member.key)) }
      case let value: try words.append("--\(name)=" + text(of: value, key: member.key))
      }
    }
    return words
  }

  private static func text(of value: JSONTree, key: String) throws -> String {
    switch value {
    case .integer(let number): return String(number)
    case .number(let number): return Int(exactly: number).map(String.init) ?? String(number)
    case .text:
      if let text = value.string { return text }
      fallthrough
    default: throw Problem(text: "`\(key)`: a text or number expected, got \(value.kind)")
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  /// `requestRate` → `request-rate`.
  static func dashed(_ key: String) -> String {
    key.unicodeScalars.reduce(into: "") { name, scalar in
      if ("A"..."Z").contains(scalar) {
        name += "-" + String(scalar).lowercased()
      } else {
        name.unicodeScalars.append(scalar)
      }
    }
  }
}
