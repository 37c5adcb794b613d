public import Decoder
import Experts
import ModelConfiguration
public import Streams
public import Torch

/// What a router looks at.
public struct RequestView: Sendable, Hashable {
  /// How many layers of the base the features come from; 0: the embedding.
  public let layers: Int
  /// Whether instruction and cue are seen, as they come with a request; otherwise the text alone, as if nobody said what to do
  /// with it.
  public let seesInstruction: Bool
  /// How many numbers a request becomes (`RequestProjection`); `nil`: as many as the base's hidden states have.
  public let width: Int?

  public init(layers: Int, seesInstruction: Bool, width: Int? = nil) {
    self.layers = layers
    self.seesInstruction = seesInstruction
    self.width = width
  }
}

/// What a router sees of a request: the mean over its tokens of the base's residual stream after some layers.
///
/// The base is frozen, so that the same request has the same features for ever; on the CPU to the last bit, whatever it is looked at with.
public struct RequestFeatures {
  private let model: DecoderModel
  private let view: RequestView
  private let projection: RequestProjection?

  public init(_ model: DecoderModel, view: RequestView) {
    self.model = model
    self.view = view
    projection = view.width.flatMap { RequestProjection(from: model.configuration.hiddenSize, to: $0) }
  }

  /// Features of the examples' prompts, or of their texts; of the whole prompt where a text is empty. [sequences, hidden], or the view's
  /// width
  public func features(_ examples: [EncodedExample]) throws -> Tensor {
    try features(examples.map { view.seesInstruction || $0.textIds.isEmpty ? $0.promptIds : $0.textIds })
  }

  /// A task's sums, with what is usual for each length of text.
  ///
  /// - Parameter requests: The tokens of each of its texts.
  /// - Throws: `TorchError`; ``LearningError/unsupported(what:fix:)`` without texts.
  public func sums(_ requests: [[Int]]) throws -> TaskSums {
    try TaskSums(texts(requests), beginnings: beginnings(Array(requests.prefix(Self.mostBeginnings))))
  }

  /// So many texts show how the distance depends on the length, the first ones.
  private static let mostBeginnings = 64

  /// What is seen of the first tokens of texts, of those numbers that enough texts have. [texts, width] each
  private func beginnings(_ requests: [[Int]]) throws -> [(tokens: Int, means: Tensor)] {
    var (parts, lengths): ([Tensor], [Int]) = ([], [])
    for group in TokenBudget.standard.groups(requests.map(\.count)) {
      let sequences = Array(requests[group])
      let cuts = sequences.indices.flatMap { sequence in
        LengthLaw.ladder.prefix { $0 <= sequences[sequence].count }.map { (sequence: sequence, tokens: $0) }
      }
      let batch = try TokenBatch(sequences, on: model.device, rounding: model.rounding)
      let means = try withoutGradients {
        // [cuts, hidden]: what comes later in a text changes nothing of its first tokens.
        let means = try PoolingWeights(beginnings: cuts, of: batch).mean(model.earlyStates(batch, layers: view.layers))
        return try projection?.projected(means) ?? means
      }
      parts.append(means)
      lengths += cuts.map(\.tokens)
    }
    guard !parts.isEmpty else { return [] }
    let all = try Tensor.concatenated(parts)
    return try LengthLaw.ladder.compactMap { length in
      let indices = lengths.indices.filter { lengths[$0] == length }
      guard indices.count >= LengthLaw.leastTexts else { return nil }
      return (length, try all.gathered(0, rows: Tensor(indices, on: all.device)))
    }
  }

  /// Features of token sequences with the number of their tokens.
  public func texts(_ requests: [[Int]]) throws -> TextFeatures {
    try TextFeatures(features(requests), tokens: requests.map(\.count))
  }

  /// Features of token sequences, each with at least one token. [sequences, hidden], or the view's width
  public func features(_ requests: [[Int]]) throws -> Tensor {
    let hidden = model.configuration.hiddenSize
    guard !requests.isEmpty else { return try Tensor.zeros([0, projection?.width ?? hidden], on: model.device) }
    return try withoutGradients {
      let means = try Tensor.concatenated(
        TokenBudget.standard.groups(requests.map(\.count)).map { group in
          let batch = try TokenBatch(Array(requests[group]), on: model.device, rounding: model.rounding)
          guard model.hasBatchInvariantPass else {
            return try PoolingWeights(batch).mean(model.earlyStates(batch, layers: view.layers))
          }
          return try Self.means(model.batchInvariantEarlyStates(batch, layers: view.layers), batch.lengths)
        })  // [sequences, hidden]
      return try projection?.projected(means) ?? means
    }
  }

  /// The mean over the tokens of each sequence, each by itself. `states`: [tokens, hidden] → [sequences, hidden]
  private static func means(_ states: Tensor, _ lengths: [Int]) throws -> Tensor {
    var start = 0
    return try Tensor.concatenated(
      lengths.map { length in
        defer { start += length }
        return try states.narrowed(0, from: start, count: length).sum(0).unsqueezed(0) * (1 / Double(length))
      })
  }
}
