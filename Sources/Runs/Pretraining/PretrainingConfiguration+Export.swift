import Decoder
import Files
import Foundation
import ModelConfiguration
import Records

extension PretrainingConfiguration {
  /// The model's shape in the long stage, and what its `config.json` says then.
  func longModel() throws -> JSONValue {
    guard longTokens > 0, case .object(var members) = model else { return model }
    members["max_position_embeddings"] = .number(
      Double(max(members["max_position_embeddings"]?.integer ?? 0, longSequenceLength)))
    guard let longAlpha else { return .object(members) }
    let shape = try decoder()
    // Of two forms one would be read: the older stays.
    members["rope_parameters"] = nil
    if shape.family.readsAlpha {
      members["rope_theta"] = .number(shape.ropeTheta)
      members["rope_scaling"] = .object(["alpha": .number(longAlpha), "factor": .number(1), "type": .text("dynamic")])
    } else {
      members["rope_theta"] = .number(RopeScaling.theta(shape.ropeTheta, alpha: longAlpha, headDim: shape.headDim))
      members["rope_scaling"] = nil
    }
    return .object(members)
  }

  /// Refuses an α on top of another scaling, which it would replace.
  func checkLongAlpha(_ shape: DecoderConfiguration) throws {
    guard longTokens > 0, longAlpha != nil else { return }
    switch shape.ropeScaling {
    case .none, .ntkAlpha: return
    case .linear, .llama3, .yarn:
      throw RunError.invalidConfiguration(
        key: PretrainingFile.CodingKeys.longAlpha.rawValue,
        got: "there, beside a model whose rope_scaling is of another kind",
        allowed: "a model without rope_scaling, or with Hunyuan's alpha: two scalings of one RoPE are not defined")
    }
  }

  /// Refuses a mixture that transformers' class for it would compute otherwise.
  func checkMixtureClass(_ shape: DecoderConfiguration) throws {
    guard shape.family == .hunyuanMixture else { return }
    let wrong: String? =
      if let mixture = shape.mixture {
        if shape.keyLayers.count != shape.layers {
          "cross-layer attention (use_cla)"
        } else if shape.intermediateSize != mixture.width {
          "routed experts \(mixture.width) wide beside \(shape.intermediateSize) of a shared one"
        } else {
          nil
        }
      } else {
        "one expert (num_experts)"
      }
    guard let wrong else { return }
    throw RunError.invalidConfiguration(
      key: "model",
      got: "\(shape.family.architecture) with \(wrong), which transformers' class of that name does not have",
      allowed:
        "HunYuanForCausalLM; or several routed experts as wide as one shared expert, without cross-layer attention")
  }

  /// `config.json` of the base: what a reader would otherwise fill in from its own defaults is written out, and a RoPE that only some
  /// readers know is written as one that all do.
  ///
  /// - Parameters:
  ///   - end: the token that ends a document.
  ///   - beginning: the token that a text begins with.
  ///   - padding: the token that fills rows.
  /// - Throws: `FileError`, `DecoderError`.
  func exportedModel(end: Int, beginning: Int, padding: Int) throws -> JSONValue {
    let model = try longModel()
    guard case .object(var members) = model else { return model }
    let shape = try DecoderConfiguration(data: JSONFile.encode(model), path: "model")
    func set(_ key: String, _ value: Int) { members[key] = .number(Double(value)) }
    members["architectures"] = .list([.text(shape.family.architecture)])
    members["model_type"] = .text(shape.family.modelType)
    set("vocab_size", shape.vocabularySize)
    set("num_key_value_heads", shape.kvHeads)
    set("head_dim", shape.headDim)
    members["attention_head_dim"] = nil
    set("max_position_embeddings", shape.maxPositions)
    members["rms_norm_eps"] = .number(shape.normEpsilon)
    members["hidden_act"] = .text("silu")
    members["tie_word_embeddings"] = .boolean(shape.tiedEmbeddings)
    if ![.mistral, .qwen2].contains(shape.family) {
      members["attention_bias"] = .boolean(shape.attentionBias != .none)
    }
    switch shape.family {
    // Its default in transformers is a window.
    case .mistral: members["sliding_window"] = members["sliding_window"] ?? .null
    case .hunyuanMixture:
      // Its class knows one number for all layers.
      if let mixture = shape.mixture {
        set("num_experts", mixture.experts)
        set("moe_topk", mixture.active)
      }
    case .llama, .qwen2, .qwen3, .hunyuanDense, .hunyuan: break
    }
    members["rope_theta"] = .number(shape.ropeTheta)
    if case .object(var rope) = members["rope_parameters"] {
      rope["rope_theta"] = members["rope_theta"]
      members["rope_parameters"] = .object(rope)
    }
    members["torch_dtype"] = .text("bfloat16")
    if members["dtype"] != nil { members["dtype"] = .text("bfloat16") }
    for (key, id) in [("eos_token_id", end), ("bos_token_id", beginning), ("pad_token_id", padding)] { set(key, id) }
    return .object(members)
  }
}

extension ModelFamily {
  /// Whether transformers' class, or the family's own code, reads `alpha` of a RoPE.
  fileprivate var readsAlpha: Bool {
    switch self {
    case .hunyuanDense, .hunyuanMixture, .hunyuan: true
    case .llama, .mistral, .qwen2, .qwen3: false
    }
  }

  /// `model_type`, by which transformers finds the class.
  fileprivate var modelType: String {
    switch self {
    case .llama: "llama"
    case .mistral: "mistral"
    case .qwen2: "qwen2"
    case .qwen3: "qwen3"
    case .hunyuanDense: "hunyuan_v1_dense"
    case .hunyuanMixture: "hunyuan_v1_moe"
    case .hunyuan: "hunyuan"
    }
  }
}
