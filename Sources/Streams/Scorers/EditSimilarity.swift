/// How alike two lines of code are, in percent: Py150.
///
/// Both sides first get their literals back: `<NUM_LIT>` becomes 0, `<STR_LIT>` and `<CHAR_LIT>` nothing,
/// `<NUM_LIT:7>` 7 and so on. Then with n and m characters of which M match, the score is 100 · 2 M / (n + m).
///
/// `legacy` is `fuzz.ratio` of fuzzywuzzy without python-Levenshtein. The literals are replaced one after the other. M is what `difflib`
/// finds: the longest common block, then the same on both sides of it, with its rule for frequent characters in 200 or more. The score is
/// rounded to a whole number, halves to the even one. It is 0 if one side is empty. `clean` replaces every literal once, strips both sides,
/// takes the longest common subsequence for M and does not round; two empty sides are alike.
public struct EditSimilarity: AnswerScorer {
  /// `edit-similarity`.
  public let name = "edit-similarity"
  /// How matching characters are found.
  public let column: ScoreColumn
  /// 0…100.
  public let range = 0.0...100.0

  /// Chooses the column.
  ///
  /// - Parameter column: `legacy` or `clean`.
  public init(_ column: ScoreColumn) { self.column = column }

  /// The share of matching characters.
  public var formula: String {
    switch column {
    case .legacy: "round(100 · 2 M / (n + m)), M: characters in difflib's matching blocks, literals restored"
    case .clean: "100 · 2 |LCS| / (n + m) on characters, literals restored, stripped"
    }
  }

  /// The share in percent for one answer.
  ///
  /// - Parameters:
  ///   - prediction: What the model wrote.
  ///   - reference: The right answer.
  ///   - source: Not looked at.
  /// - Throws: ``ScoringError/tooLarge(_:)`` for texts of a hundred thousand characters and more.
  public func score(prediction: String, reference: String, source: String = "") throws -> Double {
    try column == .legacy ? legacy(prediction, reference) : clean(prediction, reference)
  }

  private func legacy(_ prediction: String, _ reference: String) throws -> Double {
    let one = try CodeLiterals.restoredInTurn(prediction, scorer: name)
    let other = try CodeLiterals.restoredInTurn(reference, scorer: name)
    if one.isEmpty || other.isEmpty { return 0 }
    if one == other { return 100 }
    var blocks = MatchingBlocks(Self.numbers(one), Self.numbers(other), scorer: name)
    let ratio = try Double(2 * blocks.matched()) / Double(one.count + other.count)
    return (100 * ratio).rounded(.toNearestOrEven)
  }

  private func clean(_ prediction: String, _ reference: String) throws -> Double {
    let (one, other) = (restored(prediction), restored(reference))
    if one.isEmpty || other.isEmpty { return one.isEmpty && other.isEmpty ? 100 : 0 }
    let steps = CommonSubsequence.steps(rows: [one.count], columns: [other.count])
    guard steps <= ScoringError.mostSteps else {
      throw ScoringError.tooLarge(name, got: "\(one.count) and \(other.count) characters")
    }
    return 100 * Double(2 * CommonSubsequence(other).length(with: one)) / Double(one.count + other.count)
  }

  private func restored(_ text: String) -> [Int] {
    var code = String.UnicodeScalarView()
    code.append(contentsOf: CodeLiterals.restoredOnce(text))
    return Self.numbers(String(code).stripped.unicodeScalars)
  }

  private static func numbers(_ text: some Sequence<Unicode.Scalar>) -> [Int] { text.map { Int($0.value) } }
}
