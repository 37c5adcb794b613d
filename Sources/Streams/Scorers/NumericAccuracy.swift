/// The share of answers that are the right number, however it is written.
///
/// The first line of the stripped prediction, without one final full stop, and the stripped reference are read as decimal numbers: a sign,
/// digits with or without thousands commas, a fraction. Two numbers are the same if all their digits are: `1,000`, `1000.0` and `+1000`
/// are, `4.17` and `4.171` are not. No binary rounding takes part, so numbers may have any length. Where the reference is not a number, the
/// two texts must be the same.
public struct NumericAccuracy: AnswerScorer {
  /// `numeric-accuracy`.
  public let name = "numeric-accuracy"
  /// `clean`: the published code compares numbers as texts, see ``Accuracy``.
  public let column = ScoreColumn.clean
  /// Which answers count.
  public let formula = "right / all; right: the same decimal number, or the same stripped text"
  /// 0…1.
  public let range = 0.0...1.0

  /// Makes the scorer.
  public init() {}

  /// 1 for a right answer, else 0.
  ///
  /// - Parameters:
  ///   - prediction: What the model wrote.
  ///   - reference: The right answer.
  ///   - source: Not looked at.
  public func score(prediction: String, reference: String, source: String = "") -> Double {
    let answer = Self.firstLine(of: prediction)
    let right = Array(reference.stripped.unicodeScalars)
    guard !answer.isEmpty, !right.isEmpty else { return 0 }
    if let number = DecimalNumber(right) { return DecimalNumber(answer) == number ? 1 : 0 }
    return answer == Self.withoutStop(right) ? 1 : 0
  }

  private static func firstLine(of text: String) -> [Unicode.Scalar] {
    let line = text.stripped.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
    return withoutStop(Array(String(line).stripped.unicodeScalars))
  }

  private static func withoutStop(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
    text.last == "." ? Array(text.dropLast()) : text
  }
}

/// A decimal number as its digits, so that equal numbers have equal values whatever their length.
struct DecimalNumber: Equatable {
  private let isNegative: Bool
  /// The digits before the point without leading zeros.
  private let whole: [Unicode.Scalar]
  /// The digits after the point without trailing zeros.
  private let fraction: [Unicode.Scalar]

  /// Reads a number; `nil` if the text is none.
  init?(_ text: [Unicode.Scalar]) {
    var rest = text[...]
    let sign = rest.first
    if sign == "-" || sign == "+" { rest = rest.dropFirst() }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let before = parts.first, let digits = Self.digits(grouped: before) else { return nil }
    let after = parts.count == 2 ? parts[1] : []
    guard after.allSatisfy(Self.isDigit), !digits.isEmpty || !after.isEmpty else { return nil }
    whole = Array(digits.drop { $0 == "0" })
    fraction = Array(after.reversed().drop { $0 == "0" }.reversed())
    // There is one zero.
    isNegative = sign == "-" && !(whole.isEmpty && fraction.isEmpty)
  }

  /// The digits of a whole part: without commas, or with one before every three digits; `nil` if it is neither.
  private static func digits(grouped text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar]? {
    let groups = text.split(separator: ",", omittingEmptySubsequences: false)
    guard groups.allSatisfy({ $0.allSatisfy(isDigit) }), let first = groups.first else { return nil }
    guard groups.count == 1 || ((1...3).contains(first.count) && groups.dropFirst().allSatisfy { $0.count == 3 })
    else { return nil }
    return groups.flatMap { $0 }
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
