/// SARI: how well a simplification keeps, deletes and adds what the reference does (Xu et al., 2016), in percent.
///
/// Texts become lower case and tokens (`13a` of machine translation), and those n-grams for n = 1 to 4. With s, c, r how
/// often an n-gram stands in source, prediction and reference:
///
/// * keep: precision = mean over n-grams with min(s, c) > 0 of min(s, c, r) / min(s, c);
///   recall = Σ min(s, c, r) / Σ min(s, r); F = 2 p r / (p + r);
/// * delete: precision = mean over n-grams with s > c of max(0, s − c − r) / (s − c);
/// * add: of the different n-grams that are not in the source; precision = those in both / those in the prediction,
///   recall = those in both / those in the reference, F as above.
///
/// 0/0 is 1. SARI = 100 · mean over n of (keep + delete + add) / 3.
///
/// `legacy` is the same with the source that the published code passes: the whole prompt with its English instruction, whose words a
/// prediction is praised for deleting. There, an empty prediction is a sentence of one empty word. `clean` is for a source that is the text
/// alone, and a blank prediction scores 0. The caller gives the source.
public struct SARI: AnswerScorer {
  /// `sari`.
  public let name = "sari"
  /// Which rule for blank predictions is meant.
  public let column: ScoreColumn
  /// The mean of three.
  public let formula = "100 · mean over n = 1…4 of (F_keep + P_delete + F_add) / 3"
  /// 0…100.
  public let range = 0.0...100.0

  /// Chooses the column.
  ///
  /// - Parameter column: `legacy` or `clean`.
  public init(_ column: ScoreColumn) { self.column = column }

  /// SARI of one answer.
  ///
  /// - Parameters:
  ///   - prediction: What the model wrote.
  ///   - reference: The right answer.
  ///   - source: The text to simplify; for `legacy` with the instruction.
  public func score(prediction: String, reference: String, source: String) -> Double {
    if column == .clean, prediction.stripped.isEmpty { return 0 }
    var vocabulary = WordNumbers()
    var grams = GramCounts(
      source: Self.tokens(source, &vocabulary), prediction: Self.tokens(prediction, &vocabulary),
      reference: Self.tokens(reference, &vocabulary))
    var sum = grams.keep + grams.delete + grams.add
    for _ in 2...4 {
      grams = grams.lengthened()
      sum += grams.keep + grams.delete + grams.add
    }
    return 100 * sum / 12
  }

  /// The numbers of the tokens; a text without any has one empty token.
  private static func tokens(_ text: String, _ vocabulary: inout WordNumbers) -> [Int] {
    let tokens = WesternTokens.tokens(of: text)
    return vocabulary.numbers(of: tokens.isEmpty ? [[]] : tokens)
  }
}
