/// A text that equals another one only code point by code point.
///
/// Swift's `==`, and with it every `Dictionary`, `Set`, `contains` and `firstIndex(of:)`, takes é for e with an accent after it; files and
/// other programs do not. Texts from outside that may be anything (labels, ids, names of fields and variables) are keys as `ExactText`. Names
/// that we ourselves allow, of ASCII alone, need none.
public struct ExactText: Hashable, Sendable, Comparable {
  public let text: String

  public init(_ text: String) { self.text = text }

  public static func == (one: ExactText, other: ExactText) -> Bool { one.text.hasSameCodePoints(as: other.text) }

  /// By code points, in every language alike; Swift's `<` normalizes first.
  public static func < (one: ExactText, other: ExactText) -> Bool {
    one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// Whether two texts are the same code point by code point.
  public func hasSameCodePoints(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension Sequence<String> {
  /// The same for two lists of texts.
  public func haveSameCodePoints(as others: some Sequence<String>) -> Bool {
    elementsEqual(others) { $0.hasSameCodePoints(as: $1) }
  }
}
