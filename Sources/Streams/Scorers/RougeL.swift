/// ROUGE-L: how much of two texts is one longest common subsequence of words, as the harmonic mean of both shares.
///
/// `legacy` is what `rouge` 1.0.1 makes of it, which the published numbers come from. A text is cut into sentences at every full stop and
/// those into words at white space; a sentence of white space alone has one empty word. Then words are counted as sets. P and R are the
/// sets of all words of prediction and reference. U is the set of words in the longest common subsequence of any sentence of one with any
/// of the other. p = |U| / |P|, r = |U| / |R|, F = 2 p r / (p + r + 1e-8). So the order of sentences and repeated words do not matter. An
/// empty text scores 0; so does one of full stops alone, at which the original stops with an error.
///
/// `clean` is the usual definition on whole texts: with n and m words, however often they stand, and a longest common
/// subsequence of l words, F = 2 l / (n + m). Words are what stands between white space; a text without any scores 0.
public struct RougeL: AnswerScorer {
  /// `rouge-l`.
  public let name = "rouge-l"
  /// Which definition is meant.
  public let column: ScoreColumn
  /// 0…1.
  public let range = 0.0...1.0

  /// Chooses the column.
  ///
  /// - Parameter column: `legacy` or `clean`.
  public init(_ column: ScoreColumn) { self.column = column }

  /// The harmonic mean.
  public var formula: String {
    switch column {
    case .legacy: "2 p r / (p + r + 1e-8); p = |U| / |P|, r = |U| / |R|, sets of words, U: union of sentences' LCS"
    case .clean: "2 |LCS| / (n + m) on words"
    }
  }

  /// The harmonic mean for one answer.
  ///
  /// - Parameters:
  ///   - prediction: What the model wrote.
  ///   - reference: The right answer.
  ///   - source: Not looked at.
  /// - Throws: ``ScoringError/tooLarge(_:)`` for texts of hundreds of thousands of words.
  public func score(prediction: String, reference: String, source: String = "") throws -> Double {
    try column == .legacy ? legacy(prediction, reference) : clean(prediction, reference)
  }

  private func clean(_ prediction: String, _ reference: String) throws -> Double {
    var vocabulary = WordNumbers()
    let one = vocabulary.numbers(of: CodePoints.words(prediction.unicodeScalars))
    let other = vocabulary.numbers(of: CodePoints.words(reference.unicodeScalars))
    guard !one.isEmpty, !other.isEmpty else { return 0 }
    try requireSteps(CommonSubsequence.steps(rows: [one.count], columns: [other.count]), one.count, other.count)
    return Double(2 * CommonSubsequence(other).length(with: one)) / Double(one.count + other.count)
  }

  private func legacy(_ prediction: String, _ reference: String) throws -> Double {
    var vocabulary = WordNumbers()
    let one = Self.sentences(of: prediction, &vocabulary)
    let other = Self.sentences(of: reference, &vocabulary)
    let (words, otherWords) = (Set(one.joined()), Set(other.joined()))
    guard !words.isEmpty, !otherWords.isEmpty else { return 0 }
    let steps = CommonSubsequence.steps(rows: one.map(\.count), columns: other.map(\.count))
    try requireSteps(steps, one.count, other.count)
    var union: Set<Int> = []
    for columns in other {
      let table = CommonSubsequence(columns)
      for rows in one { union.formUnion(table.positions(in: rows).map { rows[$0] }) }
    }
    let (p, r) = (Double(union.count) / Double(words.count), Double(union.count) / Double(otherWords.count))
    return 2 * ((p * r) / (p + r + 1e-8))
  }

  /// The words of every sentence; of equal sentences one, since only the union counts.
  private static func sentences(of text: String, _ vocabulary: inout WordNumbers) -> [[Int]] {
    var seen: Set<[Int]> = []
    return text.unicodeScalars.split(separator: ".").compactMap { sentence in
      let words = CodePoints.words(sentence)
      let numbers = vocabulary.numbers(of: words.isEmpty ? [[]] : words)
      return seen.insert(numbers).inserted ? numbers : nil
    }
  }

  private func requireSteps(_ steps: Int, _ one: Int, _ other: Int) throws {
    guard steps > ScoringError.mostSteps else { return }
    let what = column == .legacy ? "sentences" : "words"
    throw ScoringError.tooLarge(name, got: "\(one) \(what) in the prediction and \(other) in the reference")
  }
}
