public import Decoder
import Experts
public import Streams
public import Torch

/// What a router looks at.
public struct RequestView: Sendable, Hashable {
  /// How many layers of the base the features come from; 0: the embedding.
  public let layers: Int
  /// Whether instruction and cue are seen, as they come with a request; otherwise the text alone, as if nobody said what to do
  /// with it.
  public let seesInstruction: Bool
  /// How many numbers a request becomes (`RequestProjection`); nil: as many as the base's hidden states have.
  public let width: Int?

  public init(layers: Int, seesInstruction: Bool, width: Int? = nil) {
    self.layers = layers
    self.seesInstruction = seesInstruction
    self.width = width
  }
}

/// What a router sees of a request: the mean over its tokens of the base's residual stream after some layers.
///
/// The base is frozen, so that the same request has the same features for ever.
public struct RequestFeatures {
  private let model: DecoderModel
  private let view: RequestView
  private let pad: Int
  private let projection: RequestProjection?
  private let tokenBudget = 2048

  public init(_ model: DecoderModel, view: RequestView, pad: Int) {
    self.model = model
    self.view = view
    self.pad = pad
    projection = view.width.flatMap { RequestProjection(from: model.configuration.hiddenSize, to: $0) }
  }

  /// Features of the examples' prompts, or of their texts; of the whole prompt where a text is empty. [rows, hidden]
  public func features(_ examples: [EncodedExample]) throws -> Tensor {
    try features(examples.map { view.seesInstruction || $0.textIds.isEmpty ? $0.promptIds : $0.textIds })
  }

  /// Features of token sequences, each with at least one token. [rows, hidden], or the view's width
  public func features(_ requests: [[Int]]) throws -> Tensor {
    let hidden = model.configuration.hiddenSize
    guard !requests.isEmpty else { return try Tensor.zeros([0, projection?.width ?? hidden], on: model.device) }
    return try withoutGradients {
      let means = try Tensor.concatenated(
        TokenBudget(tokenBudget).groups(requests.map(\.count)).map { group in
          let batch = try TokenBatch(Array(requests[group]), pad: pad, on: model.device)
          return try PoolingWeights(batch).mean(model.earlyStates(batch, layers: view.layers))
        })  // [rows, hidden]
      return try projection?.projected(means) ?? means
    }
  }
}
