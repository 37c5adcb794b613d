/// A text that equals another one only code point by code point. Swift's `==` takes é for e with an accent after it;
/// files and other programs do not.
struct ExactText: Hashable {
  let text: String

  init(_ text: String) { self.text = text }

  static func == (one: ExactText, other: ExactText) -> Bool { one.text.hasSameCodePoints(as: other.text) }

  func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// Whether two texts are the same code point by code point.
  func hasSameCodePoints(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
