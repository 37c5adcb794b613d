import Files
public import Foundation
public import Torch

extension DecoderModel {
  /// Loads a Hugging Face folder. Strict: every tensor of the files is used and every slot is filled.
  ///
  /// - Parameters:
  ///   - folder: with `config.json` and `model.safetensors` or a sharded index.
  ///   - device: where the weights go.
  ///   - precision: how the layers' matrices are held; nil: as the files have them, where that is bfloat16 on a CPU, else in
  ///     float32. Norms are float32 always; embedding and read-out are never int8.
  /// - Throws: ``DecoderError``, `TorchError`, `FileError`.
  public init(folder: URL, on device: Device = .cpu, precision: FrozenMatrix.Precision? = nil) throws {
    let configuration = try DecoderConfiguration(folder: folder)
    let checkpoint = try Checkpoint(folder: folder)
    let names = TensorNames(configuration)
    // Some writers store the tied read-out a second time; it must then be the embedding.
    let hasRedundantReadOut = configuration.tiedEmbeddings && checkpoint.contains(TensorNames.readOut)
    try checkpoint.requireExactly(names.all.union(hasRedundantReadOut ? [TensorNames.readOut] : []))

    let (hidden, inner) = (configuration.hiddenSize, configuration.intermediateSize)
    let queryWidth = configuration.heads * configuration.headDim
    let keyWidth = configuration.kvHeads * configuration.headDim
    func load(_ name: String, _ shape: [Int]) throws -> Tensor { try checkpoint.tensor(name, shape, on: device) }
    func matrix(_ name: String, _ shape: [Int], _ precision: FrozenMatrix.Precision?) throws -> FrozenMatrix {
      let stored = try checkpoint.stored(name, shape, on: device)
      let keeps = stored.dtype == .bfloat16 && device == .cpu
      return try FrozenMatrix(stored, precision: precision ?? (keeps ? .bfloat16 : .float32))
    }
    func matrix(_ name: String, _ shape: [Int]) throws -> FrozenMatrix { try matrix(name, shape, precision) }
    let tablePrecision = precision == .int8 ? nil : precision

    embedding = try matrix(TensorNames.embedding, [configuration.vocabularySize, hidden], tablePrecision)
    finalNorm = try load(TensorNames.finalNorm, [hidden])
    if configuration.tiedEmbeddings {
      if hasRedundantReadOut {
        let stored = try checkpoint.stored(TensorNames.readOut, [configuration.vocabularySize, hidden], on: device)
        guard try stored.isEqual(to: checkpoint.stored(TensorNames.embedding, stored.shape, on: device)) else {
          throw DecoderError.tensorNamesDiffer(folder: folder.path, missing: [], unused: [TensorNames.readOut])
        }
      }
      readOut = embedding
    } else {
      readOut = try matrix(TensorNames.readOut, [configuration.vocabularySize, hidden], tablePrecision)
    }
    layers = try (0..<configuration.layers).map { index in
      func name(_ part: String) -> String { TensorNames.layer(index, part) }
      return DecoderLayer(
        attentionNorm: try load(name("input_layernorm"), [hidden]),
        attention: Attention(
          query: try matrix(name("self_attn.q_proj"), [queryWidth, hidden]),
          key: try matrix(name("self_attn.k_proj"), [keyWidth, hidden]),
          value: try matrix(name("self_attn.v_proj"), [keyWidth, hidden]),
          output: try matrix(name("self_attn.o_proj"), [hidden, queryWidth]),
          heads: configuration.heads, kvHeads: configuration.kvHeads, headDim: configuration.headDim),
        feedForwardNorm: try load(name("post_attention_layernorm"), [hidden]),
        feedForward: FeedForward(
          gate: try matrix(name("mlp.gate_proj"), [inner, hidden]),
          up: try matrix(name("mlp.up_proj"), [inner, hidden]),
          down: try matrix(name("mlp.down_proj"), [hidden, inner])))
    }
    rotary = try RotaryEmbedding(
      headDim: configuration.headDim, theta: configuration.ropeTheta, on: device)
    self.configuration = configuration
    digest = checkpoint.digest
  }
}

/// Names of the tensors of a Llama checkpoint.
struct TensorNames {
  static let embedding = "model.embed_tokens.weight"
  static let finalNorm = "model.norm.weight"
  static let readOut = "lm_head.weight"
  private static let layerParts = [
    "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
    "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
  ]

  static func layer(_ index: Int, _ part: String) -> String { "model.layers.\(index).\(part).weight" }

  let all: Set<String>

  init(_ configuration: DecoderConfiguration) {
    var names: Set<String> = [Self.embedding, Self.finalNorm]
    if !configuration.tiedEmbeddings { names.insert(Self.readOut) }
    for index in 0..<configuration.layers {
      for part in Self.layerParts { names.insert(Self.layer(index, part)) }
    }
    all = names
  }
}
