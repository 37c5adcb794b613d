/// What text is turned into before it is cut into words: some steps, each on what the one before has made.
struct Normalizer: Sendable {
  enum Step: Sendable, Equatable {
    /// Canonical composition: "e" and a combining acute become "é".
    case compose(Composition)
    /// Puts something before every text that is not empty.
    case prepend([UInt8])
    case replace(pattern: [UInt8], with: [UInt8])
  }

  let steps: [Step]

  static let none = Normalizer(steps: [])

  /// Real files have two steps, put "▁" before a text, and make three bytes of a space: forty steps that each double a letter
  /// would make a terabyte of it.
  static let mostSteps = 16
  static let mostGrowth = 8.0
  static let longestPrefix = 64

  /// Whether one of the steps composes.
  var composes: Bool {
    steps.contains { step in if case .compose = step { true } else { false } }
  }

  /// How many times as long replacing may make a text.
  var growth: Double {
    steps.reduce(1) { growth, step in
      guard case .replace(let pattern, let content) = step else { return growth }
      return growth * max(1, Double(content.count) / Double(pattern.count))
    }
  }

  /// Bytes that are put before a text.
  var prefixBytes: Int {
    steps.reduce(0) { bytes, step in
      if case .prepend(let prefix) = step { bytes + min(prefix.count, Self.longestPrefix + 1) } else { bytes }
    }
  }

  func normalized(_ bytes: [UInt8]) -> [UInt8] {
    steps.reduce(into: bytes) { bytes, step in
      switch step {
      case .compose(let composition): bytes = composition.composed(bytes)
      case .prepend(let prefix): if !bytes.isEmpty { bytes = prefix + bytes }
      case .replace(let pattern, let content): bytes = UTF8Bytes.replacing(pattern, with: content, in: bytes)
      }
    }
  }
}

extension UTF8Bytes {
  /// `bytes` with every occurrence of `pattern`, from the left, replaced.
  static func replacing(_ pattern: [UInt8], with content: [UInt8], in bytes: [UInt8]) -> [UInt8] {
    guard let first = pattern.first, bytes.contains(first) else { return bytes }
    var replaced: [UInt8] = []
    replaced.reserveCapacity(bytes.count + bytes.count / 4)
    var index = 0
    while index < bytes.count {
      if bytes[index] == first, bytes[index...].starts(with: pattern) {
        replaced.append(contentsOf: content)
        index += pattern.count
      } else {
        replaced.append(bytes[index])
        index += 1
      }
    }
    return replaced
  }
}
