/// The share of answers that begin with the right letter: ScienceQA, whose answers are a letter and an explanation.
///
/// `legacy` compares the first code points alone, so that "Because" is a B. The published code stops with an error at
/// an empty prediction; here it is wrong. `clean` takes the first code point of the stripped text, or the one after an
/// opening parenthesis, and only if no letter or digit follows it.
public struct FirstCharacter: AnswerScorer {
  /// `first-character`.
  public let name = "first-character"
  /// What is taken for the answer's letter.
  public let column: ScoreColumn
  /// 0…1.
  public let range = 0.0...1.0

  /// Chooses the column.
  ///
  /// - Parameter column: `legacy` or `clean`.
  public init(_ column: ScoreColumn) { self.column = column }

  /// Which answers count.
  public var formula: String {
    switch column {
    case .legacy: "right / all; right: prediction[0] == reference[0]"
    case .clean: "right / all; right: the same letter stands alone at the beginning of both"
    }
  }

  /// 1 for a right letter, else 0.
  ///
  /// - Parameters:
  ///   - prediction: What the model wrote.
  ///   - reference: The right answer.
  ///   - source: Not looked at.
  public func score(prediction: String, reference: String, source: String = "") -> Double {
    guard let answer = letter(of: prediction), let right = letter(of: reference) else { return 0 }
    return answer == right ? 1 : 0
  }

  private func letter(of text: String) -> Unicode.Scalar? {
    guard column == .clean else { return text.unicodeScalars.first }
    var rest = text.stripped.unicodeScalars[...]
    if rest.first == "(" { rest = rest.dropFirst() }
    guard let letter = rest.first else { return nil }
    if let next = rest.dropFirst().first, Self.isOfAWord(next) { return nil }
    return letter
  }

  private static func isOfAWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: scalar.properties.numericType != nil
    }
  }
}
