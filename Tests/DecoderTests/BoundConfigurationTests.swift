import Files
import Foundation
import Testing

@testable import Decoder
@testable import ModelConfiguration

/// Is everything that a configuration says part of what runs and experts are bound to?
@Suite struct BoundConfigurationTests {
  private func all() throws -> DecoderConfiguration {
    var configuration = try Goldens.model("tiny").declared
    (configuration.padToken, configuration.headNorm) = (3, .afterRotation)
    configuration.moe = MoEShape(experts: 4, active: 2, width: 8, renormalizes: true)
    (configuration.queryScalar, configuration.localRope) = (24, LocalRope(theta: 10_000, scaling: .none))
    configuration.denseLayers = DenseLayers(layers: [1], width: 12)
    configuration.packed = PackedWeights(form: .gptq, groupSize: 128, ordersInputs: true, zerosAreLessOne: true)
    return configuration
  }

  /// A field without a key would be left out in silence.
  @Test func everyFieldHasAKey() throws {
    let configuration = try all()
    let fields = Mirror(reflecting: configuration).children.count
    #expect(DecoderConfiguration.CodingKeys.allCases.count == fields)
    #expect(
      try JSONFile.decode([String: JSONTree].self, from: JSONFile.encode(configuration), path: "x").count == fields)
  }

  /// What was recorded before a family had more to say has the same keys, and so the same bytes.
  @Test func otherFamiliesWriteNothingOfWhatIsNotTheirs() throws {
    let recorded = try JSONFile.decode(
      [String: JSONTree].self, from: JSONFile.encode(Goldens.model("tiny").declared), path: "x")
    #expect(
      recorded.keys.sorted() == [
        "architectures", "attention_bias", "cla_share_factor", "eos_token_id", "head_dim", "hidden_size",
        "intermediate_size", "max_position_embeddings", "num_attention_heads", "num_hidden_layers",
        "num_key_value_heads", "pad_token_id", "rms_norm_eps", "rope_scaling", "rope_theta", "sliding_window",
        "tie_word_embeddings", "vocab_size",
      ])
    #expect(recorded["architectures"] == .text("LlamaForCausalLM"))
  }

  @Test func anUnknownFamilyIsRefused() throws {
    for family in ModelFamily.allCases {
      #expect(try JSONFile.decode(ModelFamily.self, from: JSONFile.encode(family), path: "x") == family)
    }
    #expect {
      try JSONFile.decode(ModelFamily.self, from: Data(#""GPT2LMHeadModel""#.utf8), path: "x")
    } throws: { "\($0)".contains("GPT2LMHeadModel") && "\($0)".contains("Qwen3MoeForCausalLM") }
  }

  @Test func whatIsReadAgainIsTheSame() throws {
    var configuration = try all()
    let yarn = RopeScaling.YaRN(
      factor: 4, original: 128, betaFast: 32, betaSlow: 1, attentionFactor: 1.1, truncates: true)
    for scaling in [
      .none, .linear(factor: 3), .ntkAlpha(1000), .llama3(factor: 8, low: 1, high: 4, original: 64), .yarn(yarn),
    ] as [RopeScaling] {
      configuration.ropeScaling = scaling
      let again = try JSONFile.decode(DecoderConfiguration.self, from: JSONFile.encode(configuration), path: "x")
      #expect(again == configuration)
    }
  }
}
