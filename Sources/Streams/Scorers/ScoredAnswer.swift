/// One answer of a model beside the right one.
public struct ScoredAnswer: Sendable, Equatable {
  /// What the model wrote, without the prompt and the end token, nothing else removed.
  public let prediction: String

  /// The right answer as the data has it.
  public let reference: String

  /// What the model was given.
  public let source: String

  /// Puts an answer beside the right one.
  ///
  /// - Parameters:
  ///   - prediction: What the model wrote.
  ///   - reference: The right answer.
  ///   - source: What the model was given; only a simplification is scored with it.
  public init(prediction: String, reference: String, source: String = "") {
    self.prediction = prediction
    self.reference = reference
    self.source = source
  }
}
