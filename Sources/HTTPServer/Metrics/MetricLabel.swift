/// One label of a series.
struct MetricLabel: Sendable, Equatable {
  /// Letters, digits and `_`, without a digit at the front.
  let name: String
  /// Any text.
  let value: String

  init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }

  /// What stands for all values that have no series of their own.
  static let other = "other"

  /// The labels as they stand between the braces of a sample.
  static func text(of labels: [MetricLabel]) -> String {
    labels.map { "\($0.name)=\"\(escaped($0.value, andQuotes: true))\"" }.joined(separator: ",")
  }

  /// A text with what would end it spelled out: backslashes and line feeds, in values of labels quotes, too. It goes by bytes: to Swift,
  /// CR LF is one character, which is not a line feed.
  static func escaped(_ text: String, andQuotes: Bool) -> String {
    func mustBeEscaped(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\n") || andQuotes && byte == UInt8(ascii: "\"")
    }
    guard text.utf8.contains(where: mustBeEscaped) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 8)
    for byte in text.utf8 {
      if mustBeEscaped(byte) {
        bytes += [UInt8(ascii: "\\"), byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte]
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

// MARK: - Labels that other libraries give

extension MetricLabel {
  /// How many bytes of a value are kept.
  static let longestValue = 256

  /// The labels of a metric that another library keeps, in the form that Prometheus allows: names of letters, digits and `_`, each once,
  /// none that Prometheus keeps for itself; values that are not longer than `longestValue` bytes.
  static func allowed(_ dimensions: [(String, String)]) -> [MetricLabel] {
    // `le` is the bound of a bucket.
    var taken: Set = ["le", "quantile"]
    return dimensions.map { name, value in
      var name = MetricName.allowed(name, colons: false)
      while name.hasPrefix("__") { name.removeFirst() }
      while !taken.insert(name).inserted { name += "2" }
      return MetricLabel(name, bounded(value))
    }
  }

  private static func bounded(_ value: String) -> String {
    guard value.utf8.count > longestValue else { return value }
    var (kept, bytes) = (String.UnicodeScalarView(), 0)
    for scalar in value.unicodeScalars {
      bytes += UTF8.width(scalar)
      if bytes > longestValue { break }
      kept.append(scalar)
    }
    return String(kept)
  }
}

/// Names of metrics and labels.
enum MetricName {
  /// How many bytes of a name are kept.
  private static let longest = 200

  /// A name with everything replaced by `_` that Prometheus does not allow in it.
  /// - Parameter colons: Whether colons are allowed, as in names of metrics.
  static func allowed(_ name: String, colons: Bool) -> String {
    var bytes: [UInt8] = []
    for byte in name.utf8.prefix(longest) {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
        bytes.append(byte)
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
        bytes.append(byte)
      case UInt8(ascii: ":") where colons: bytes.append(byte)
      default: bytes.append(UInt8(ascii: "_"))
      }
    }
    return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
  }
}
