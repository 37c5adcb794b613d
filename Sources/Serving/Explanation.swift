import Decoder
import Files
public import Generation
import Learning
import Streams
public import TaskModels
import Tokenization
import Torch

/// Why a text got its answer: what each part of the combination says, and which tokens weigh in the closed-form head.
public struct Explanation: Sendable {
  /// One token of the text.
  public struct Token: Sendable, Encodable {
    public let text: String
    /// What it adds to the logit of each label, beside the mean over labels; the head's score is the sum over tokens.
    public let weights: [Double]
  }

  public let answer: TaskAnswer
  public let labels: [String]
  /// p of each label by the expert alone; `nil`: there is none.
  public let expert: [Double]?
  /// p of each label by the head alone; `nil`: there is none.
  public let ridge: [Double]?
  /// Weights of the parts; `nil` for free answers.
  public let combination: LabelCombination?
  /// Empty without a head.
  public let tokens: [Token]

  /// - Parameter text: The text.
  /// - Parameter served: The version that answers.
  /// - Parameter base: The base.
  /// - Throws: `StreamError`, `TorchError`.
  public init(_ text: String, by served: ServedTask, on base: Base) throws {
    let runner = served.runner
    answer = try served.predict(text)
    labels = runner.model.form.labels
    combination = runner.model.combination
    expert = answer.parts?.expert.map(LabelCombination.probabilities)
    ridge = answer.parts?.ridge.map(LabelCombination.probabilities)
    guard let head = runner.model.ridge else {
      tokens = []
      return
    }
    let ids = try runner.encoded(text).textIds
    guard !ids.isEmpty else {
      tokens = []
      return
    }
    let embeddings = try base.model.embedding.rows(Tensor(ids, on: base.model.device))  // [tokens, hidden]
    let contributions = try head.contributions(embeddings)
    tokens = try zip(ids, contributions).map { id, row in
      let mean = row.reduce(0, +) / Double(max(row.count, 1))
      return Token(
        text: try base.tokenizer.decode([id], skipSpecialTokens: false),
        weights: row.map { ($0 - mean) / Double(ids.count) })
    }
  }
}
