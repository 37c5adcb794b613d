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

  public init(layers: Int, seesInstruction: Bool) {
    self.layers = layers
    self.seesInstruction = seesInstruction
  }
}

/// What a router sees of a request: the mean over its tokens of the base's residual stream after some layers.
///
/// The base is frozen, so that the same request has the same features for ever.
public struct RequestFeatures {
  private let model: DecoderModel
  private let view: RequestView
  private let pad: Int
  private let tokenBudget = 2048

  public init(_ model: DecoderModel, view: RequestView, pad: Int) {
    self.model = model
    self.view = view
    self.pad = pad
  }

  /// Features of the examples' prompts, or of their texts; of the whole prompt where a text is empty. [rows, hidden]
  public func features(_ examples: [EncodedExample]) throws -> Tensor {
    try features(examples.map { view.seesInstruction || $0.textIds.isEmpty ? $0.promptIds : $0.textIds })
  }

  /// Features of token sequences, each with at least one token. [rows, hidden]
  public func features(_ requests: [[Int]]) throws -> Tensor {
    guard !requests.isEmpty else { return try Tensor.zeros([0, model.configuration.hiddenSize], on: model.device) }
    return try withoutGradients {
      try Tensor.concatenated(
        TokenBudget(tokenBudget).groups(requests.map(\.count)).map { group in
          let batch = try TokenBatch(Array(requests[group]), pad: pad, on: model.device)
          return try PoolingWeights(batch).mean(model.earlyStates(batch, layers: view.layers))
        })
    }
  }
}
