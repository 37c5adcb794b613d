import ModelConfiguration
import Torch

/// Makes the layers of a model from the tensors of its checkpoint.
struct LayerLoader {
  let configuration: DecoderConfiguration
  let source: any TensorSource
  let device: Device
  /// How matrices are held; nil: as the files have them, where that is bfloat16 on a CPU, else in float32.
  let precision: WeightMatrix.Precision?
  let experts: TensorNames.ExpertForm

  private var hidden: Int { configuration.hiddenSize }

  /// A vector or another small tensor, in float32.
  func vector(_ name: String, _ shape: [Int]) throws -> Tensor {
    try source.converted(source.stored(name, shape, on: device), name, to: .float32)
  }

  func matrix(_ name: String, _ shape: [Int], _ precision: WeightMatrix.Precision?) throws -> WeightMatrix {
    try held(source.stored(name, shape, on: device), name, precision)
  }

  private func held(_ stored: Tensor, _ name: String, _ precision: WeightMatrix.Precision?) throws -> WeightMatrix {
    let keeps = stored.dtype == .bfloat16 && device == .cpu
    let precision = precision ?? (keeps ? .bfloat16 : .float32)
    // int8 is made of float32.
    let type: DType = precision == .bfloat16 ? .bfloat16 : .float32
    return try WeightMatrix(source.converted(stored, name, to: type), precision: precision)
  }

  func layer(_ index: Int) throws -> DecoderLayer {
    func name(_ part: String) -> String { TensorNames.layer(index, part) }
    return DecoderLayer(
      attentionNorm: try vector(name("input_layernorm.weight"), [hidden]),
      attention: try attention(index),
      feedForwardNorm: try vector(name("post_attention_layernorm.weight"), [hidden]),
      feedForward: try feedForward(index))
  }

  // MARK: Attention

  private func attention(_ index: Int) throws -> Attention {
    let queryWidth = configuration.heads * configuration.headDim
    let keyWidth = configuration.kvHeads * configuration.headDim
    func matrix(_ projection: String, _ shape: [Int]) throws -> WeightMatrix {
      try self.matrix(TensorNames.layer(index, "self_attn.\(projection).weight"), shape, precision)
    }
    let source = configuration.keySources[index]
    return Attention(
      query: try matrix("q_proj", [queryWidth, hidden]),
      own: source == index
        ? Attention.KeysAndValues(
          key: try matrix("k_proj", [keyWidth, hidden]), value: try matrix("v_proj", [keyWidth, hidden])) : nil,
      output: try matrix("o_proj", [hidden, queryWidth]),
      heads: configuration.heads, kvHeads: configuration.kvHeads, headDim: configuration.headDim,
      biases: try biases(index, query: queryWidth, key: keyWidth, hasKeys: source == index),
      norm: try headNorm(index), source: source, window: configuration.windows[index])
  }

  private func biases(_ index: Int, query: Int, key: Int, hasKeys: Bool) throws -> AttentionBiases? {
    let kind = configuration.attentionBias
    guard kind != .none else { return nil }
    func bias(_ projection: String, _ width: Int) throws -> Tensor {
      try vector(TensorNames.layer(index, "self_attn.\(projection).bias"), [width])
    }
    return AttentionBiases(
      query: try bias("q_proj", query), key: hasKeys ? try bias("k_proj", key) : nil,
      value: hasKeys ? try bias("v_proj", key) : nil, output: kind == .all ? try bias("o_proj", hidden) : nil)
  }

  private func headNorm(_ index: Int) throws -> HeadNorm? {
    guard let order = configuration.headNorm else { return nil }
    let names = configuration.family.headNormNames
    func gain(_ name: String) throws -> Tensor {
      try vector(TensorNames.layer(index, "self_attn.\(name).weight"), [configuration.headDim])
    }
    return try HeadNorm(order, query: gain(names.query), key: gain(names.key))
  }

  // MARK: Feed-forward

  private func feedForward(_ index: Int) throws -> FeedForwardBlock {
    guard let mixture = configuration.mixture else {
      return .dense(try block(index, "mlp", configuration.intermediateSize))
    }
    let shared = configuration.intermediateSize
    return .mixture(
      Mixture(
        shape: mixture, shared: shared > 0 ? try block(index, "mlp.shared_mlp", shared) : nil,
        router: try vector(TensorNames.layer(index, "mlp.gate.wg.weight"), [mixture.experts, hidden]),
        experts: try routed(index, mixture)))
  }

  private func block(_ index: Int, _ prefix: String, _ width: Int) throws -> FeedForward {
    func name(_ projection: String) -> String { TensorNames.layer(index, "\(prefix).\(projection).weight") }
    return FeedForward(
      gate: try matrix(name("gate_proj"), [width, hidden], precision),
      up: try matrix(name("up_proj"), [width, hidden], precision),
      down: try matrix(name("down_proj"), [hidden, width], precision))
  }

  private func routed(_ index: Int, _ mixture: MixtureShape) throws -> [FeedForward] {
    let width = mixture.width
    switch experts {
    case .each: return try (0..<mixture.experts).map { try block(index, "mlp.experts.\($0)", width) }
    case .fused:
      let bothName = TensorNames.layer(index, TensorNames.fusedGateUp)
      let downName = TensorNames.layer(index, TensorNames.fusedDown)
      let both = try source.stored(bothName, [mixture.experts, 2 * width, hidden], on: device)
      let down = try source.stored(downName, [mixture.experts, hidden, width], on: device)
      return try (0..<mixture.experts).map { expert in
        let own = try both.selected(0, expert)
        return FeedForward(
          gate: try held(own.narrowed(0, from: 0, count: width), bothName, precision),
          up: try held(own.narrowed(0, from: width, count: width), bothName, precision),
          down: try held(down.selected(0, expert), downName, precision))
      }
    }
  }
}
