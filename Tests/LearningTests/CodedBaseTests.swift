import Decoder
import Foundation
import ModelConfiguration
import Records
import TestSupport
import Testing
import Torch

@testable import Learning

/// Does learning on a base in codes do, bit for bit, what it does on float32 of what the codes stand for?
@Suite struct CodedBaseTests {
  private func step(_ method: String, _ model: DecoderModel) throws -> (loss: [String: Double], gradients: Tensor) {
    let learner = try TinyTasks.method(method, model, dropout: 0)
    _ = try learner.begin(TinyTasks.identities[0])
    let training = try TinyTasks.training(TinyTasks.identities[1], model, learner, options: options(clip: 0))
    // Values at which everything has a gradient.
    try withoutGradients {
      let noise = try Tensor(uninitialized: [training.parameters.count])
      try Generator(seed: 2).fillNormal(noise, deviation: 0.05)
      try training.parameters.values.addInPlace(noise)
    }
    let report = try #require(try training.step())
    return (report.terms, try training.parameters.gradients.cloned())
  }

  /// The tiny checkpoint with the projections that a model holds, as float32.
  private func wide(_ model: DecoderModel, _ source: String) throws -> Scratch {
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

  @Test(arguments: ["sequential", "moe-cl"], ["nf4", "fp8", "packed/gptq", "packed/awq"])
  func stepsAreThoseOfWhatTheCodesStandFor(method: String, form: String) throws {
    try TorchRuntime.setThreads(1)
    let precision = WeightMatrix.Precision(rawValue: form)
    let source = precision == nil ? form : "tiny"
    let coded = try DecoderModel(folder: Goldens.folder.appendingPathComponent(source), precision: precision)
    #expect(coded.heldPrecision == precision ?? .int4)
    let folder = try wide(coded, source)
    let exact = try DecoderModel(folder: folder.url)
    #expect(exact.heldPrecision == .float32)
    let (one, other) = (try step(method, coded), try step(method, exact))
    #expect(one.loss == other.loss)
    #expect(try one.gradients.isEqual(to: other.gradients))
  }
}
