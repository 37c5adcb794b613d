import Files
import Foundation
import ModelConfiguration
import Torch

/// The tensors of an MoE model that begins as a dense model: sparse upcycling (Komatsuzaki et al., arXiv 2212.05055).
///
/// The dense feed-forward block becomes the shared expert. Routed experts begin as parts of it with an output of zero, so that
/// the MoE model says what the dense model said until they learn:
///
///     gate_e = rows e·w, e·w + 1, … (mod the block's width) of gate;   up_e the same of up;   down_e = 0;   w the width of an expert
///
/// A router begins with initial values. Where the MoE model norms its heads and the dense one does not, a gain is the root mean square that
/// the projection's outputs have for inputs of unit variance. This keeps the size of the scores:
///
///     g = √( Σ (W_ij n_j)² / rows ),   n the gain of the norm before attention
///
/// Where the model shares keys and values across layers, those of layers that lose theirs are left out. The attention outputs of these
/// layers begin at zero, because their queries were trained for other keys.
struct UpcycledWeights: TensorSource {
  private let dense: WidenedWeights
  private let base: DecoderConfiguration
  private let target: DecoderConfiguration
  private let initial: InitialWeights

  /// Whether an MoE model that is asked for has to be made of this base.
  static func areNeeded(for target: DecoderConfiguration, from base: DecoderConfiguration) -> Bool {
    target.moe != nil && base.moe == nil
  }

  /// - Throws: `ConfigurationError.invalidValue` for an MoE model that the base cannot become.
  init(
    _ checkpoint: Checkpoint, _ base: DecoderConfiguration, becoming target: DecoderConfiguration,
    initial: InitialWeights
  ) throws {
    func require<Value: Equatable>(_ key: String, _ got: Value, _ wanted: Value) throws {
      guard got == wanted else {
        throw ConfigurationError.invalidValue(
          path: "model", key: key, got: "\(got)", allowed: "\(wanted), as the dense base has, to begin as that base")
      }
    }
    guard target.intermediateSize > 0 else {
      throw ConfigurationError.invalidValue(
        path: "model", key: "architectures", got: "\(target.family.architecture) without a shared expert",
        allowed: "a model with MoE blocks and a shared expert, which begins as the dense base's feed-forward block")
    }
    try require("vocab_size", target.vocabularySize, base.vocabularySize)
    try require("hidden_size", target.hiddenSize, base.hiddenSize)
    try require("intermediate_size", target.intermediateSize, base.intermediateSize)
    try require("num_hidden_layers", target.layers, base.layers)
    try require("num_attention_heads", target.heads, base.heads)
    try require("num_key_value_heads", target.kvHeads, base.kvHeads)
    try require("head_dim", target.headDim, base.headDim)
    try require("attention_bias", target.attentionBias, base.attentionBias)
    try require("tie_word_embeddings", target.tiedEmbeddings, base.tiedEmbeddings)
    if base.headNorm != nil {
      try require("norm of the heads", target.headNorm, base.headNorm)
      try require("norm of the heads", target.family.names.queryNorm, base.family.names.queryNorm)
    }
    try require("mlp_only_layers", target.denseLayers?.layers ?? [], [])
    try checkpoint.requireExactly(TensorNames(base, experts: .each).all)
    dense = WidenedWeights(checkpoint: checkpoint)
    (self.base, self.target, self.initial) = (base, target, initial)
  }

  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor {
    guard name.hasPrefix("model.layers."), let index = name.split(separator: ".").dropFirst(2).first,
      let layer = Int(index)
    else { return try dense.stored(name, shape, on: device) }
    let part = String(name.dropFirst(TensorNames.layer(layer, "").count))
    if part.hasPrefix("mlp.") { return try feedForward(part, layer, shape, name, device) }
    if base.headNorm == nil, let projection = normed(part) {
      return try Tensor(repeating: size(of: projection, layer), shape, on: device)
    }
    if part == "self_attn.o_proj.weight", target.keySources[layer] != layer, base.keySources[layer] == layer {
      return try Tensor.zeros(shape, on: device)
    }
    return try dense.stored(name, shape, on: device)
  }

  private func feedForward(
    _ part: String, _ layer: Int, _ shape: [Int], _ name: String, _ device: Device
  ) throws -> Tensor {
    let shared = target.family.names.common + "."
    if part.hasPrefix(shared) {
      return try dense.stored(TensorNames.layer(layer, "mlp." + part.dropFirst(shared.count)), shape, on: device)
    }
    // mlp.experts.E.PROJECTION.weight, or the router.
    let words = part.split(separator: ".")
    guard words.count == 5, words[1] == "experts", let expert = Int(words[2]) else {
      return try initial.stored(name, shape, on: device)
    }
    if words[3] == "down_proj" { return try Tensor.zeros(shape, on: device) }
    let width = base.intermediateSize
    // The rows first: a matrix is not widened as a whole for each expert.
    let whole = try dense.checkpoint.stored(
      TensorNames.layer(layer, "mlp.\(words[3]).weight"), [width, base.hiddenSize], on: device)
    let rows = (0..<shape[0]).map { (expert * shape[0] + $0) % width }
    return try whole.gathered(0, rows: Tensor(rows, on: device)).converted(to: .float32)
  }

  /// The projection whose outputs a head's norm is of; `nil` for other tensors.
  private func normed(_ part: String) -> String? {
    let names = target.family.names
    return switch part {
    case names.queryNorm + ".weight": "q_proj"
    case names.keyNorm + ".weight": "k_proj"
    default: nil
    }
  }

  /// The root mean square of a projection's outputs for normed inputs of unit variance.
  private func size(of projection: String, _ layer: Int) throws -> Double {
    let rows = (projection == "q_proj" ? base.heads : base.kvHeads) * base.headDim
    let weight = try dense.stored(
      TensorNames.layer(layer, "self_attn.\(projection).weight"), [rows, base.hiddenSize], on: .cpu)
    let gain = try dense.stored(TensorNames.layer(layer, "input_layernorm.weight"), [base.hiddenSize], on: .cpu)
    return try (weight * gain).norm().item() / Double(max(rows, 1)).squareRoot()
  }
}
