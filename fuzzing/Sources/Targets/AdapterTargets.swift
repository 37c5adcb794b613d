import Decoder
import Experts
import Files
import Foundation
import ModelConfiguration
import Torch

let adapterTargets: [FuzzTarget] = [
  // PEFT's adapter_config.json, beside the tensors that it asks for.
  FuzzTarget("peft") { input in
    let expert = try readAdapter(input)
    let shape = expert.shape
    try Finding.unless((1...4096).contains(shape.rank), "a rank of \(shape.rank)")
    try Finding.unless(shape.alpha > 0 && shape.scaling.isFinite, "a strength of \(shape.alpha)")
    try Finding.unless((0..<1).contains(shape.dropout), "a dropout of \(shape.dropout)")
    try Finding.unless(
      !shape.projections.isEmpty && Set(shape.projections).count == shape.projections.count,
      "projections \(shape.projections)")
    try Finding.unless(
      expert.pairs.count == base.layers
        && expert.pairs.enumerated().allSatisfy { Set($1.keys) == Set(shape.sites(on: base, layer: $0)) },
      "pairs that are not those of the shape")
    try requireRoundTrip(expert)
  }
]

/// Reads the adapter of a configuration. Beside it lies a file without tensors first, then the tensors that are asked for: the
/// errors name them and their shape.
private func readAdapter(_ configuration: Data) throws -> LowRankExpert {
  bare.write(configuration, to: "adapter_config.json")
  do {
    return try LowRankExpert(peft: bare.url, for: base)
  } catch PEFTError.tensorNamesDiffer(_, let names, let unused) {
    try Finding.unless(!names.isEmpty && unused.isEmpty, "tensors without a place in a file without tensors")
    full.write(configuration, to: "adapter_config.json")
    do {
      return try readAdapter(names, rank: 1)
    } catch PEFTError.shapeDiffers(_, _, let expected, _) {
      let rank = expected.min() ?? 0
      // A larger one is accepted in the same way, and only takes longer.
      guard rank < width else { return try LowRankExpert(peft: full.url, for: base) }
      let read = try Finding.unlessDone("an adapter of the shape that was asked for") {
        do {
          return Result<LowRankExpert, PEFTError>.success(try readAdapter(names, rank: rank))
        } catch let error as PEFTError {
          // A strength of 1e308 makes every adapter infinite.
          guard case .overflows = error else { throw error }
          return .failure(error)
        }
      }
      return try read.get()
    }
  }
}

private func readAdapter(_ names: [String], rank: Int) throws -> LowRankExpert {
  var tensors: [String: Tensor] = [:]
  for name in names {
    tensors[name] = try Tensor.zeros(name.contains(".lora_A.") ? [rank, width] : [width, rank])
  }
  try SafetensorsFile.write(tensors, to: full["adapter_model.safetensors"])
  return try LowRankExpert(peft: full.url, for: base)
}

/// What was read, is stored and is read again has the same shape.
private func requireRoundTrip(_ expert: LowRankExpert) throws {
  try Finding.unlessDone("storing an expert that was read, and reading it again") {
    let digest = Digest(of: Data())
    let archive = try ExpertArchive.write(
      expert, name: "again", method: "per-task", baseDigest: digest, baseConfiguration: base,
      tokenizerDigest: digest, promptDigest: nil, to: again.url)
    let read = try StoredExpert(
      again.url, for: StoredExpert.Base(base, digest: digest, tokenizerDigest: digest))
    try Finding.unless(read.archive == archive, "another archive: \(archive)")
    try Finding.unless(read.expert.shape == expert.shape, "another shape: \(read.expert.shape) of \(expert.shape)")
  }
}

/// All widths of the base, so that each factor has one and its rank.
private let width = 16

private let base: DecoderConfiguration = {
  let workFolder = WorkFolder("peft-base")
  let text = """
    {"model_type": "llama", "hidden_size": \(width), "intermediate_size": \(width), "num_hidden_layers": 2,
     "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "vocab_size": 16, "hidden_act": "silu",
     "max_position_embeddings": 64, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": true,
     "architectures": ["LlamaForCausalLM"], "eos_token_id": 0, "pad_token_id": 1}
    """
  workFolder.write(Data(text.utf8), to: "config.json")
  do {
    return try DecoderConfiguration(folder: workFolder.url)
  } catch {
    Finding("the fuzzer's own base: \(error)").stop()
  }
}()

private let bare: WorkFolder = {
  let workFolder = WorkFolder("peft-bare")
  workFolder.write(Data([2, 0, 0, 0, 0, 0, 0, 0] + Array("{}".utf8)), to: "adapter_model.safetensors")
  return workFolder
}()

private let full = WorkFolder("peft-full")
private let again = WorkFolder("peft-again")
