/// The families of models whose checkpoints can be read.
public enum ModelFamily: String, Sendable, CaseIterable, Codable {
  /// Llama 2, 3, 3.1, 3.2, 3.3 and what is built like them.
  case llama = "LlamaForCausalLM"
  case mistral = "MistralForCausalLM"
  /// Qwen 2 and 2.5.
  case qwen2 = "Qwen2ForCausalLM"
  case qwen3 = "Qwen3ForCausalLM"
  /// Hunyuan 0.5B to 7B.
  case hunyuanDense = "HunYuanDenseV1ForCausalLM"
  /// Hunyuan-A13B.
  case hunyuanMixture = "HunYuanMoEV1ForCausalLM"
  /// Hunyuan-Large, and the dense 7B of the same time.
  case hunyuan = "HunYuanForCausalLM"

  /// Hugging Face's class name.
  public var architecture: String { rawValue }

  var isHunyuan: Bool { [.hunyuanDense, .hunyuanMixture, .hunyuan].contains(self) }

  /// When heads are normed; where a configuration can say no, it is asked (`use_qk_norm`).
  var headNorm: HeadNormOrder? {
    switch self {
    case .llama, .mistral, .qwen2: nil
    case .qwen3: .beforeRotation
    case .hunyuanDense, .hunyuanMixture, .hunyuan: .afterRotation
    }
  }

  /// Names of the norms over heads.
  package var headNormNames: (query: String, key: String) {
    isHunyuan ? ("query_layernorm", "key_layernorm") : ("q_norm", "k_norm")
  }

  // What transformers' classes take where a file has no such key at all.

  var missingKeyHeads: Int? {
    switch self {
    case .mistral: 8
    case .qwen2, .qwen3: 32
    case .llama, .hunyuanDense, .hunyuanMixture, .hunyuan: nil
    }
  }

  var missingHeadDim: Int? { self == .qwen3 ? 128 : nil }

  var missingPositions: Int {
    switch self {
    case .mistral: 131_072
    case .qwen2, .qwen3: 32_768
    case .llama, .hunyuanDense, .hunyuanMixture, .hunyuan: 2048
    }
  }
}
