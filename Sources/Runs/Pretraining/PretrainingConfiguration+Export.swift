import Decoder
import Files
import Foundation
import ModelConfiguration
import Records

extension PretrainingConfiguration {
  /// The model's shape in the long stage, and what its `config.json` says then.
  func longModel() throws -> JSONTree {
    guard longTokens > 0, case .object = model else { return model }
    var long = model
    long["max_position_embeddings"] = .integer(
      max(model["max_position_embeddings"]?.integer ?? 0, longSequenceLength))
    guard let longAlpha else { return long }
    let shape = try decoder()
    // Of two forms one would be read: the older stays.
    long["rope_parameters"] = nil
    if shape.family.readsAlpha {
      long["rope_theta"] = .number(shape.ropeTheta)
      long["rope_scaling"] = .object(["alpha": .number(longAlpha), "factor": .integer(1), "type": .text("dynamic")])
    } else {
      long["rope_theta"] = .number(RopeScaling.theta(shape.ropeTheta, alpha: longAlpha, headDim: shape.headDim))
      long["rope_scaling"] = nil
    }
    return long
  }

  /// Refuses an α on top of another scaling, which it would replace.
  func checkLongAlpha(_ shape: DecoderConfiguration) throws {
    guard longTokens > 0, longAlpha != nil else { return }
    switch shape.ropeScaling {
    case .none, .ntkAlpha: return
    case .linear, .llama3, .yarn:
      throw RunError.invalidConfiguration(
        key: Self.name(of: \.longAlpha),
        got: "there, beside a model whose rope_scaling is of another kind",
        allowed: "a model without rope_scaling, or with Hunyuan's alpha: two scalings of one RoPE are not defined")
    }
  }

  /// Refuses a model that transformers' class for it would compute otherwise.
  func checkMoEClass(_ shape: DecoderConfiguration) throws {
    guard let fault = shape.family.unlikeItsClass(shape) else { return }
    throw RunError.invalidConfiguration(key: "model", got: fault.got, allowed: fault.allowed)
  }

  /// `config.json` of the base: what a reader would otherwise fill in from its own defaults is written out, and a RoPE that only some
  /// readers know is written as one that all do.
  ///
  /// - Parameters:
  ///   - end: The token that ends a document.
  ///   - beginning: The token that a text begins with.
  ///   - padding: The token that pads sequences.
  /// - Throws: `FileError`, `DecoderError`.
  func exportedModel(end: Int, beginning: Int, padding: Int) throws -> JSONTree {
    var model = try longModel()
    guard case .object = model else { return model }
    let shape = try DecoderConfiguration(data: JSONFile.encode(model), path: "model")
    func set(_ key: String, _ value: Int) { model[key] = .integer(value) }
    model["architectures"] = .list([.text(shape.family.architecture)])
    model["model_type"] = .text(shape.family.modelType)
    set("vocab_size", shape.vocabularySize)
    set("num_key_value_heads", shape.kvHeads)
    set("head_dim", shape.headDim)
    model["attention_head_dim"] = nil
    set("max_position_embeddings", shape.maxPositions)
    model["rms_norm_eps"] = .number(shape.normEpsilon)
    model["hidden_act"] = .text(shape.activation.rawValue)
    model["tie_word_embeddings"] = .boolean(shape.tiedEmbeddings)
    model = shape.family.completed(model, for: shape)
    model["rope_theta"] = .number(shape.ropeTheta)
    model["rope_parameters"]?["rope_theta"] = .number(shape.ropeTheta)
    model["torch_dtype"] = .text("bfloat16")
    if model["dtype"] != nil { model["dtype"] = .text("bfloat16") }
    for (key, id) in [("eos_token_id", end), ("bos_token_id", beginning), ("pad_token_id", padding)] { set(key, id) }
    return model
  }
}
