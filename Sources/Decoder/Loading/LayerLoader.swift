import ModelConfiguration
import Torch

/// Makes the layers of a model from the tensors of its checkpoint.
struct LayerLoader {
  let configuration: DecoderConfiguration
  let source: any TensorSource
  let device: Device
  /// How the layers' matrices are held; `nil`: as the files have them, where that is codes, or bfloat16 on a CPU, else in float32.
  let precision: WeightMatrix.Precision?
  let experts: TensorNames.ExpertForm

  private var hidden: Int { configuration.hiddenSize }
  private var names: LayerNames { configuration.family.names }

  /// A vector or another small tensor, in float32.
  func vector(_ name: String, _ shape: [Int]) throws -> Tensor {
    try source.converted(source.stored(name, shape, on: device), name, to: .float32)
  }

  func matrix(_ name: String, _ shape: [Int], _ precision: WeightMatrix.Precision?) throws -> WeightMatrix {
    if let format = configuration.packed, let codes = try source.packed(name, shape, as: format) {
      return try held(codes, precision)
    }
    return try held(source.stored(name, shape, on: maker(of: precision)), name, precision)
  }

  /// Where a matrix is made: integers and codes on the CPU, so that they are the same for every device.
  private func maker(of precision: WeightMatrix.Precision?) -> Device {
    precision.map(\.includesEmbedding) ?? true ? device : .cpu
  }

  /// As the file has it, or in another precision what its codes stand for.
  private func held(_ codes: CodedMatrix, _ precision: WeightMatrix.Precision?) throws -> WeightMatrix {
    let matrix = WeightMatrix(codes)
    guard let precision else { return try matrix.moved(to: device) }
    let stored = try matrix.dequantized().moved(to: maker(of: precision))
    return try WeightMatrix(stored, precision: precision).moved(to: device)
  }

  private func held(_ stored: Tensor, _ name: String, _ precision: WeightMatrix.Precision?) throws -> WeightMatrix {
    let keeps = stored.dtype == .bfloat16 && (device == .cpu || isSmaller)
    let precision = precision ?? (keeps ? .bfloat16 : .float32)
    // Integers and codes are made of float32.
    let type: DType = precision == .bfloat16 ? .bfloat16 : .float32
    return try WeightMatrix(source.converted(stored, name, to: type), precision: precision).moved(to: device)
  }

  /// Whether the layers' matrices are held in 8 bits or less: then the others are not made larger than the files have them.
  private var isSmaller: Bool { precision.map { !$0.includesEmbedding } ?? (configuration.packed != nil) }

  func layer(_ index: Int) throws -> DecoderLayer {
    DecoderLayer(
      attentionNorm: try gain(index, names.attentionNorm, hidden),
      attention: try attention(index),
      attentionOutputNorm: try names.attentionOutputNorm.map { try gain(index, $0, hidden) },
      feedForwardNorm: try gain(index, names.feedForwardNorm, hidden),
      feedForward: try feedForward(index),
      feedForwardOutputNorm: try names.feedForwardOutputNorm.map { try gain(index, $0, hidden) })
  }

  /// What a norm of a layer multiplies by. [width]
  private func gain(_ index: Int, _ name: String, _ width: Int) throws -> Tensor {
    try gain(TensorNames.layer(index, name + ".weight"), width)
  }

  /// The same of any norm. In float32, as families with gains 1 + w compute them.
  func gain(_ name: String, _ width: Int) throws -> Tensor {
    let stored = try vector(name, [width])
    let offset = configuration.family.gainOffset
    return offset == 0 ? stored : try stored + offset
  }

  /// What embeddings are multiplied by: √hidden in the type in which the checkpoint has them, as transformers rounds it.
  func embeddingScale() throws -> Double? {
    guard configuration.family.scalesEmbedding else { return nil }
    let type = try source.stored(TensorNames.embedding, [configuration.vocabularySize, hidden], on: device).dtype
    let exact = try Tensor([Float(hidden).squareRoot()])
    return try exact.converted(to: type ?? .float32).converted(to: .float32).item()
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
    guard let order = configuration.headNorm else {
      guard configuration.queryScalar == nil else {
        throw ConfigurationError.unsupportedOption(
          path: "model", key: "query_pre_attn_scalar", got: "there", supported: "with norms over heads only")
      }
      return nil
    }
    let query = try gain(index, names.queryNorm, configuration.headDim)
    // Attention divides scores by √headDim. Another divisor is a part of the queries' gain.
    let factor = configuration.queryScalar.map { (Double(configuration.headDim) / $0).squareRoot() } ?? 1
    return try HeadNorm(
      order, query: factor == 1 ? query : query * factor,
      key: gain(index, names.keyNorm, configuration.headDim))
  }

  // MARK: Feed-forward

  private func feedForward(_ index: Int) throws -> FeedForwardBlock {
    let shared = configuration.commonWidth(ofLayer: index)
    guard let moe = configuration.moe(ofLayer: index) else { return .dense(try block(index, "mlp", shared)) }
    return .moe(
      try MoEBlock(
        shape: moe, shared: shared > 0 ? try block(index, names.common, shared) : nil,
        router: try vector(TensorNames.layer(index, names.router + ".weight"), [moe.experts, hidden]),
        experts: try routed(index, moe)))
  }

  private func block(_ index: Int, _ prefix: String, _ width: Int) throws -> FeedForward {
    func name(_ projection: String) -> String { TensorNames.layer(index, "\(prefix).\(projection).weight") }
    return FeedForward(
      gate: try matrix(name("gate_proj"), [width, hidden], precision),
      up: try matrix(name("up_proj"), [width, hidden], precision),
      down: try matrix(name("down_proj"), [hidden, width], precision), activation: configuration.activation)
  }

  private func routed(_ index: Int, _ moe: MoEShape) throws -> [FeedForward] {
    let width = moe.width
    switch experts {
    case .each: return try (0..<moe.experts).map { try block(index, "mlp.experts.\($0)", width) }
    case .fused:
      let bothName = TensorNames.layer(index, TensorNames.fusedGateUp)
      let downName = TensorNames.layer(index, TensorNames.fusedDown)
      let both = try source.stored(bothName, [moe.experts, 2 * width, hidden], on: maker(of: precision))
      let down = try source.stored(downName, [moe.experts, hidden, width], on: maker(of: precision))
      return try (0..<moe.experts).map { expert in
        let own = try both.selected(0, expert)
        return FeedForward(
          gate: try held(own.narrowed(0, from: 0, count: width), bothName, precision),
          up: try held(own.narrowed(0, from: width, count: width), bothName, precision),
          down: try held(down.selected(0, expert), downName, precision), activation: configuration.activation)
      }
    }
  }
}
