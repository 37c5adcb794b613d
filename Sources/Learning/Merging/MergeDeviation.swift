/// How far a static merge is from the dual expert that it stands for, over some rows.
public struct MergeDeviation: Sendable, Codable, Equatable {
  /// Prompts that both were asked.
  public var rows: Int
  /// Logits compared: the whole vocabulary after each prompt's last token.
  public var logits: Int
  /// The largest and the mean |difference| of a logit.
  public var maxLogitDifference: Double
  public var meanLogitDifference: Double
  /// The share of rows whose most probable next token is another one.
  public var changedNextTokens: Double
  /// The same of the predicted label, and both accuracies; `nil` where the rows have no labels.
  public var labels: Labels?

  /// What became of the labels that a task's rows have.
  public struct Labels: Sendable, Codable, Equatable {
    public var changedPredictions: Double
    /// Of the dual expert.
    public var dualAccuracy: Double
    public var mergedAccuracy: Double

    private enum CodingKeys: String, CodingKey {
      case changedPredictions
      /// As exported folders have it.
      case dualAccuracy = "mixtureAccuracy"
      case mergedAccuracy
    }

    public init(changedPredictions: Double, dualAccuracy: Double, mergedAccuracy: Double) {
      self.changedPredictions = changedPredictions
      self.dualAccuracy = dualAccuracy
      self.mergedAccuracy = mergedAccuracy
    }
  }
}
