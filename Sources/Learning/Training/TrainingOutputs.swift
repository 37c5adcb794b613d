public import Decoder
public import Torch

/// What came out of the base in a training pass, for loss terms that need it: hidden states and logits with gradients, and the logits of
/// the same tokens under other experts.
///
/// Nothing is computed before it is asked for.
public final class TrainingOutputs {
  private let model: DecoderModel
  private let batch: TokenBatch
  private let positions: TokenIndices
  private let value: Tensor
  private var stateLeaf: Tensor?
  private var logitLeaf: Tensor?

  /// - Parameters:
  ///   - states: What came out. [positions, hidden]
  ///   - batch: What went in.
  ///   - positions: The packed tokens that were read.
  ///   - model: The base.
  public init(_ states: Tensor, of batch: TokenBatch, at positions: TokenIndices, model: DecoderModel) {
    (self.model, self.batch, self.positions, value) = (model, batch, positions, states)
  }

  /// The hidden states that the answer is read from, after the final norm: one for each answer token, or for each sequence under the output
  /// head `trained`. What flows back into them flows through the decoder to what trains. [positions, hidden]
  public func states() throws -> Tensor { try Self.leaf(&stateLeaf) { value } }

  /// The logits of these states over the vocabulary, with gradients. [positions, vocabulary]
  public func logits() throws -> Tensor {
    try Self.leaf(&logitLeaf) { try withoutGradients { try model.logits(value) } }
  }

  /// The logits at the same positions under other experts; `nil` is the base. Without gradients. [positions, vocabulary]
  public func logits(under experts: (any ExpertSelection)?) throws -> Tensor {
    try withoutGradients { try model.logits(model.packedStates(batch, experts: experts, at: positions)) }
  }

  /// What has flowed into ``states()``, also through ``logits()``; `nil`: nothing has. [positions, hidden]
  func gradient() throws -> Tensor? {
    // The product with the base's matrix is not recorded: its backward pass is here.
    let throughLogits = try logitLeaf?.gradient.map { try model.statesGradient(ofLogits: $0) }
    guard let direct = stateLeaf?.gradient else { return throughLogits }
    return try throughLogits.map { try direct + $0 } ?? direct
  }

  /// A tensor that collects a gradient, made once.
  private static func leaf(_ kept: inout Tensor?, _ make: () throws -> Tensor) throws -> Tensor {
    if let kept { return kept }
    let new = try make().detached()
    try new.requireGradient()
    kept = new
    return new
  }
}
