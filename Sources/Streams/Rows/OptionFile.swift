/// What tells a file of options, as `accrete train --config` takes it, from texts that look like one.
package enum OptionFile {
  /// Keys that files of options have, and lines of a text hardly begin with. The table of all options is in a module above this one.
  package static let keys: Set<String> = [
    "base", "batch-tokens", "compute", "epochs", "learning-rate", "max-length", "method", "output-head", "rank",
    "suite",
    "target-modules", "tasks", "weights",
  ]

  /// Whether some line at the beginning of a file has one of these keys.
  ///
  /// - Parameter first: The first bytes.
  static func hasKnownKey(_ first: [UInt8]) -> Bool {
    String(decoding: first.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline).contains { line in
      guard let colon = line.firstIndex(of: ":") else { return false }
      return keys.contains(String(line[..<colon]).replacing("_", with: "-"))
    }
  }
}
