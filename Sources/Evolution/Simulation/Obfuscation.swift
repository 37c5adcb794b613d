public import Randomness

/// How people write what a filter must not read: letters that look alike, digits for letters, words pulled apart.
public enum Obfuscation {
  /// Disguises a text; one that has no letters to change stays as it is.
  ///
  /// - Parameters:
  ///   - text: What is to be disguised.
  ///   - style: How; ``SimulatedItem/Change/trigger`` changes nothing.
  ///   - stream: Where chance comes from: about two thirds of what can be changed is.
  public static func disguised(_ text: String, _ style: SimulatedItem.Change, _ stream: inout RandomStream) -> String {
    switch style {
    case .homoglyphs: replaced(text, homoglyphs, &stream)
    case .leet: replaced(text, leet, &stream)
    case .split: split(text, &stream)
    case .trigger: text
    }
  }

  private static func replaced(
    _ text: String, _ others: [Unicode.Scalar: Unicode.Scalar], _ stream: inout RandomStream
  ) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if let other = others[scalar], stream.below(3) < 2 { result.append(other) } else { result.append(scalar) }
    }
    return String(result)
  }

  /// A dot, a space or a zero-width joiner between letters that follow each other.
  private static func split(_ text: String, _ stream: inout RandomStream) -> String {
    let between: [Unicode.Scalar] = [".", " ", "\u{200D}"]
    let separator = between[stream.below(between.count)]
    var result = String.UnicodeScalarView()
    var isAfterLetter = false
    for scalar in text.unicodeScalars {
      let isLetter = scalar.properties.isAlphabetic
      if isLetter, isAfterLetter, stream.below(3) < 2 { result.append(separator) }
      result.append(scalar)
      isAfterLetter = isLetter
    }
    return String(result)
  }

  /// Latin letters and Cyrillic or Greek ones that look like them; Chinese characters and their like in other blocks.
  private static let homoglyphs: [Unicode.Scalar: Unicode.Scalar] = [
    "a": "\u{430}", "c": "\u{441}", "e": "\u{435}", "i": "\u{456}", "j": "\u{458}", "o": "\u{43E}", "p": "\u{440}",
    "s": "\u{455}", "x": "\u{445}", "y": "\u{443}", "v": "\u{3BD}", "A": "\u{410}", "B": "\u{412}", "C": "\u{421}",
    "E": "\u{415}", "H": "\u{41D}", "I": "\u{406}", "K": "\u{41A}", "M": "\u{41C}", "N": "\u{39D}", "O": "\u{41E}",
    "P": "\u{420}", "S": "\u{405}", "T": "\u{422}", "X": "\u{425}", "Y": "\u{4AE}", "女": "\u{2F25}", "人": "\u{2F08}",
    "大": "\u{2F24}", "小": "\u{2F29}", "子": "\u{2F26}", "黑": "\u{2FCA}", "白": "\u{2F69}", "心": "\u{2F3C}",
    "生": "\u{2F63}", "用": "\u{2F64}", "高": "\u{2FBC}", "长": "\u{2ED3}", "口": "\u{2F1D}", "手": "\u{2F3F}",
  ]

  private static let leet: [Unicode.Scalar: Unicode.Scalar] = [
    "a": "4", "A": "4", "b": "8", "B": "8", "e": "3", "E": "3", "g": "9", "i": "1", "I": "1", "l": "1", "o": "0",
    "O": "0", "s": "5", "S": "5", "t": "7", "T": "7", "z": "2", "Z": "2",
  ]
}
