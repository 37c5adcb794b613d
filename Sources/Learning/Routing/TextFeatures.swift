public import Decoder
import Experts
public import Streams
public import Torch

/// What a router sees of a text: the mean over its tokens of the base's residual stream after some layers.
///
/// The base is frozen, so that the same text has the same features for ever.
public struct TextFeatures {
  private let model: DecoderModel
  private let layers: Int
  private let pad: Int
  private let tokenBudget = 2048

  public init(_ model: DecoderModel, layers: Int, pad: Int) {
    self.model = model
    self.layers = layers
    self.pad = pad
  }

  /// Features of the examples' texts, without instruction and cue; of the whole prompt where the text is empty. [rows, hidden]
  public func features(_ examples: [EncodedExample]) throws -> Tensor {
    try features(examples.map { $0.textIds.isEmpty ? $0.promptIds : $0.textIds })
  }

  /// Features of token sequences, each with at least one token. [rows, hidden]
  public func features(_ texts: [[Int]]) throws -> Tensor {
    guard !texts.isEmpty else { return try Tensor.zeros([0, model.configuration.hiddenSize], on: model.device) }
    return try withoutGradients {
      try Tensor.concatenated(
        TokenBudget(tokenBudget).groups(texts.map(\.count)).map { group in
          let batch = try TokenBatch(Array(texts[group]), pad: pad, on: model.device)
          return try PoolingWeights(batch).mean(model.earlyStates(batch, layers: layers))
        })
    }
  }
}
