import Decoder
import Foundation
import TestSupport
import Testing
import Torch

extension Goldens {
  /// The tiny checkpoint with the projections that a model holds, as float32.
  static func widened(_ model: DecoderModel, _ source: String) throws -> Scratch {
    let folder = try Scratch()
    try folder.copy(Goldens.folder.appendingPathComponent("tiny/config.json"), as: "config.json")
    let file = try SafetensorsFile(Goldens.folder.appendingPathComponent("\(source)/model.safetensors"))
    var tensors: [String: Tensor] = [:]
    for name in file.names
    where ["_layernorm.weight", "norm.weight", "embed_tokens.weight", "lm_head.weight"].contains(where: name.hasSuffix)
    {
      tensors[name] = try file.tensor(name)
    }
    for (index, layer) in model.layers.enumerated() {
      let block = try #require(layer.feedForward.common)
      let own = try #require(layer.attention.own)
      for (name, matrix) in [
        ("self_attn.q_proj", layer.attention.query), ("self_attn.k_proj", own.key), ("self_attn.v_proj", own.value),
        ("self_attn.o_proj", layer.attention.output), ("mlp.gate_proj", block.gate), ("mlp.up_proj", block.up),
        ("mlp.down_proj", block.down),
      ] {
        tensors["model.layers.\(index).\(name).weight"] = try matrix.dequantized()
      }
    }
    try SafetensorsFile.write(tensors, to: folder.url("model.safetensors"))
    return folder
  }
}
