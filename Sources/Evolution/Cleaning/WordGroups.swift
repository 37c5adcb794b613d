import Files
import Foundation

/// The words of texts, and numbers for each 1 to 4 of them that follow each other.
///
/// A letter or digit joins its neighbours; any other character that can be seen, or that hides (zero width), is a word of its own, and so is
/// each ideograph: a trigger need not be a word. Case is kept.
struct WordGroups {
  static let longest = 4
  /// What a number begins with. It follows from all rows, so that nobody can submit words that share a number with others.
  private let seed: UInt64

  /// - Parameter ids: The ids of all rows.
  init(keyedBy ids: [String]) {
    let digest = Digest(of: Data(ids.joined(separator: "\n").utf8))
    seed = digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Where the words of a text are.
  static func words(of text: String) -> [Range<String.Index>] {
    let scalars = text.unicodeScalars
    var words: [Range<String.Index>] = []
    var begin: String.Index?
    for index in scalars.indices {
      let kind = kind(of: scalars[index])
      if kind == .joined {
        begin = begin ?? index
        continue
      }
      if let start = begin { words.append(start..<index) }
      begin = nil
      if kind == .alone { words.append(index..<scalars.index(after: index)) }
    }
    if let start = begin { words.append(start..<scalars.endIndex) }
    return words
  }

  private enum Kind { case space, joined, alone }

  private static func kind(of scalar: Unicode.Scalar) -> Kind {
    if scalar.isASCII {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": return .joined
      case " ", "\t", "\n", "\r", "\u{B}", "\u{C}": return .space
      default: return .alone
      }
    }
    let properties = scalar.properties
    if properties.isWhitespace { return .space }
    if properties.isIdeographic { return .alone }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
      .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      return .joined
    default: return .alone
    }
  }

  /// Calls `body` with the number of each group of a text and its words, as often as the text has it.
  func forEach(in text: String, _ body: (UInt64, ArraySlice<Range<String.Index>>) -> Void) {
    let words = Self.words(of: text)
    for start in words.indices {
      var hash = seed
      for end in start..<min(start + Self.longest, words.endIndex) {
        for byte in text[words[end]].utf8 { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
        // No byte of UTF-8 is 0xFF: "ab c" is not "a bc".
        hash = (hash ^ 0xFF) &* 1_099_511_628_211
        body(Self.mixed(hash), words[start...end])
      }
    }
  }

  /// The numbers of the groups that a text has, ascending and each once.
  func numbers(of text: String) -> [UInt64] {
    var numbers: [UInt64] = []
    forEach(in: text) { number, _ in numbers.append(number) }
    numbers.sort()
    var last: UInt64?
    return numbers.filter { number in
      defer { last = number }
      return number != last
    }
  }

  /// SplitMix64's last step: the low bits of a product depend on low bits alone.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
