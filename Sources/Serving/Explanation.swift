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
  /// A token of the text, or the tokens of one character.
  public struct Token: Sendable, Encodable {
    public let text: String
    /// What it adds to the logit of each label, less the mean over labels (not subtracted where there may be several labels); the head's score
    /// is the sum over tokens.
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
  /// Weights and threshold of each label, where there may be several; `nil` for others.
  public let labelSets: LabelSetCombination?
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
    labelSets = runner.model.labelSets
    expert = answer.parts?.expert.map(LabelCombination.probabilities)
    ridge = answer.parts?.ridge.map(LabelCombination.probabilities)
    guard let head = runner.model.ridge else {
      tokens = []
      return
    }
    let ids = try runner.encoded(runner.model.form.asking(text)).textIds
    guard !ids.isEmpty else {
      tokens = []
      return
    }
    let embeddings = try base.model.embedded(Tensor(ids, on: base.model.device))  // [tokens, hidden]
    let contributions = try head.contributions(embeddings)
    let weights = contributions.map { row in
      // Of several labels each is a question of its own.
      let mean = runner.model.labelSets == nil ? row.reduce(0, +) / Double(max(row.count, 1)) : 0
      return row.map { ($0 - mean) / Double(ids.count) }
    }
    tokens = try Self.pieces(ids, weights) { try base.tokenizer.decode($0, skipSpecialTokens: false) }
  }

  /// Tokens that are parts of one character stand together, with the sum of what they add.
  private static func pieces(
    _ ids: [Int], _ weights: [[Double]], decode: ([Int]) throws -> String
  ) rethrows -> [Token] {
    // No character has more bytes than this.
    let longest = 4
    var (pieces, waiting, sum) = ([Token](), [Int](), [Double]())
    for (id, own) in zip(ids, weights) {
      waiting.append(id)
      sum = sum.isEmpty ? own : zip(sum, own).map(+)
      let text = try decode(waiting)
      guard !text.unicodeScalars.contains("\u{FFFD}") || waiting.count >= longest else { continue }
      pieces.append(Token(text: text, weights: sum))
      (waiting, sum) = ([], [])
    }
    if !waiting.isEmpty { pieces.append(Token(text: try decode(waiting), weights: sum)) }
    return pieces
  }
}
