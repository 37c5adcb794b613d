import Decoder
import Files
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

/// Is every configuration that would compute something else refused, by its key?
@Suite struct ConfigurationErrorTests {
  struct Unsupported: CustomTestStringConvertible, Sendable {
    let key: String
    let value: String
    let reported: String
    let got: String
    var testDescription: String { "\(key): \(value)" }

    init(_ key: String, _ value: String, _ reported: String? = nil, got: String) {
      (self.key, self.value, self.reported, self.got) = (key, value, reported ?? key, got)
    }
  }

  @Test(arguments: [
    Unsupported("mlp_bias", "true", got: "true"),
    Unsupported("hidden_act", "\"gelu\"", got: "gelu"),
    Unsupported(
      "rope_scaling", #"{"type":"dynamic","factor":2.0,"alpha":50.0}"#, "rope_scaling.alpha", got: "50.0"),
    Unsupported("rope_scaling", #"{"rope_type":"longrope","factor":8}"#, "rope_scaling.rope_type", got: "longrope"),
    Unsupported("rope_parameters", #"{"rope_type":"default","factor":2}"#, "rope_parameters.factor", got: "2.0"),
    Unsupported("partial_rotary_factor", "0.5", got: "0.5"),
    Unsupported("quantization_config", #"{"bits":4}"#, got: "without quant_method"),
    Unsupported(
      "quantization_config", #"{"quant_method":"bitsandbytes","load_in_4bit":true}"#,
      "quantization_config.quant_method", got: "bitsandbytes"),
    Unsupported(
      "quantization_config", #"{"quant_method":"compressed-tensors","format":"float-quantized"}"#,
      "quantization_config.quant_method", got: "compressed-tensors"),
    Unsupported(
      "quantization_config", #"{"quant_method":"gptq","bits":8,"group_size":128}"#, "quantization_config.bits", got: "8"
    ),
    Unsupported(
      "quantization_config", #"{"quant_method":"gptq","bits":3,"group_size":128}"#, "quantization_config.bits", got: "3"
    ),
    Unsupported(
      "quantization_config", #"{"quant_method":"gptq","group_size":128}"#, "quantization_config.bits", got: "missing"
    ),
    Unsupported(
      "quantization_config", #"{"quant_method":"gptq","bits":4,"group_size":128,"pack_dtype":"int16"}"#,
      "quantization_config.pack_dtype", got: "int16"),
    Unsupported(
      "quantization_config", #"{"quant_method":"awq","w_bit":8,"q_group_size":128}"#, "quantization_config.bits",
      got: "8"),
    Unsupported(
      "quantization_config", #"{"quant_method":"gptq","bits":4,"group_size":128,"checkpoint_format":"marlin"}"#,
      "quantization_config.checkpoint_format", got: "marlin"),
    Unsupported(
      "quantization_config", #"{"quant_method":"gptq","bits":4,"group_size":128,"format":"bitblas"}"#,
      "quantization_config.checkpoint_format", got: "bitblas"),
    Unsupported(
      "quantization_config", #"{"quant_method":"gptq","bits":4,"group_size":128,"is_marlin_format":true}"#,
      "quantization_config.is_marlin_format", got: "true"),
    Unsupported(
      "quantization_config", #"{"quant_method":"gptq","bits":4,"group_size":128,"dynamic":{"-:.*mlp.*":{}}}"#,
      "quantization_config.dynamic", got: "1 rules"),
    Unsupported(
      "quantization_config", #"{"quant_method":"awq","bits":4,"group_size":128,"version":"gemv"}"#,
      "quantization_config.version", got: "gemv"),
  ])
  func unsupported(option: Unsupported) throws {
    let folder = try Scratch()
    try folder.writeConfiguration([option.key: option.value])
    let error = #expect(throws: ConfigurationError.self) { try DecoderConfiguration(folder: folder.url) }
    guard case .unsupportedOption(let path, let key, let got, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == folder.url("config.json").path && key == option.reported && got == option.got)
  }

  @Test(arguments: ["rope_scaling", "hidden_act", "attention_bias", "mlp_bias", "rope_parameters", "head_dim"])
  func nullMeansTheDefault(key: String) throws {
    let folder = try Scratch()
    try folder.writeConfiguration([key: "null"])
    let tiny = try DecoderConfiguration(folder: Goldens.folder.appendingPathComponent("tiny"))
    #expect(try DecoderConfiguration(folder: folder.url) == tiny)
  }

  @Test func unknownArchitecture() throws {
    let folder = try Scratch()
    for (value, got) in [("[\"GPT2LMHeadModel\"]", "GPT2LMHeadModel"), ("[]", "none"), ("null", "none")] {
      try folder.writeConfiguration(["architectures": value])
      #expect(
        throws: ConfigurationError.unknownArchitecture(
          path: folder.url("config.json").path, got: got, supported: ModelFamily.allCases.map(\.architecture))
      ) { try DecoderConfiguration(folder: folder.url) }
    }
  }

  struct Absurd: CustomTestStringConvertible, Sendable {
    let changes: [String: String?]
    let key: String
    var testDescription: String { changes.map { "\($0): \($1 ?? "missing")" }.joined(separator: ", ") }

    init(_ key: String, _ value: String?) { (changes, self.key) = ([key: value], key) }
    init(_ changes: [String: String?], _ key: String) { (self.changes, self.key) = (changes, key) }
  }

  @Test(arguments: [
    Absurd("vocab_size", "0"), Absurd("vocab_size", "-96"), Absurd("vocab_size", "4194305"), Absurd("vocab_size", nil),
    Absurd("hidden_size", "0"), Absurd("hidden_size", "9223372036854775807"), Absurd("hidden_size", nil),
    Absurd("intermediate_size", "-1"), Absurd("intermediate_size", "null"),
    Absurd("num_hidden_layers", "0"), Absurd("num_hidden_layers", "1000000"),
    Absurd("num_attention_heads", "0"), Absurd("num_attention_heads", "3"),
    Absurd("num_key_value_heads", "3"), Absurd("num_key_value_heads", "0"), Absurd("num_key_value_heads", "8"),
    Absurd("max_position_embeddings", "0"), Absurd("max_position_embeddings", "4000000000"),
    Absurd("head_dim", "7"), Absurd("head_dim", "-8"),
    Absurd(["head_dim": nil, "hidden_size": "2"], "head_dim"),
    Absurd("rms_norm_eps", "0"), Absurd("rms_norm_eps", "-1e-5"), Absurd("rms_norm_eps", "1"),
    Absurd("rope_theta", "0"), Absurd("rope_theta", "-10000"),
    Absurd("eos_token_id", "96"), Absurd("eos_token_id", "[0,-1]"), Absurd("pad_token_id", "-1"),
  ])
  func absurd(value: Absurd) throws {
    let folder = try Scratch()
    try folder.writeConfiguration(value.changes)
    let error = #expect(throws: ConfigurationError.self) { try DecoderConfiguration(folder: folder.url) }
    guard case .invalidValue(_, let key, _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(key == value.key || value.changes.keys.contains("num_attention_heads"))
  }

  @Test(arguments: [
    "", "{", "nonsense", "[]", "\"text\"", "null",
    #"{"architectures":["LlamaForCausalLM"],"vocab_size":"many"}"#,
    #"{"architectures":["LlamaForCausalLM"],"vocab_size":1e30}"#,
    #"{"architectures":["LlamaForCausalLM"],"vocab_size":1.5}"#,
    #"{"architectures":"LlamaForCausalLM"}"#,
    #"{"architectures":["LlamaForCausalLM"],"rope_scaling":"linear"}"#,
    String(repeating: "[", count: 10_000),
    "{\"architectures\":" + String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000) + "}",
    String(repeating: "{\"a\":", count: 10_000),
  ])
  func notTheJSONThatWasExpected(text: String) throws {
    let folder = try Scratch()
    try folder.write(text, to: "config.json")
    let error = #expect(throws: FileError.self) { try DecoderConfiguration(folder: folder.url) }
    guard case .malformedJSON(let path, let reason)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == folder.url("config.json").path && !reason.isEmpty)
  }

  @Test func noConfiguration() throws {
    let folder = try Scratch()
    #expect {
      try DecoderModel(folder: folder.url)
    } throws: {
      if case ConfigurationError.notAModel(let path, "an empty folder", _) = $0 {
        path == folder.url.path
      } else {
        false
      }
    }
  }

  @Test func endTokensOfTheGenerationConfigurationWin() throws {
    let folder = try Scratch()
    try folder.writeConfiguration([:])
    try folder.write(#"{"eos_token_id":[7,9]}"#, to: "generation_config.json")
    let configuration = try DecoderConfiguration(folder: folder.url)
    #expect(configuration.endTokens == [7, 9] && configuration.padToken == 3)
    try folder.write(#"{"eos_token_id":"end"}"#, to: "generation_config.json")
    #expect(throws: FileError.self) { try DecoderConfiguration(folder: folder.url) }
  }

  /// An id outside of the vocabulary is named with the file that it stands in.
  @Test(arguments: [
    ("eos_token_id", #"{"eos_token_id":[7,96]}"#, "96"), ("pad_token_id", #"{"pad_token_id":-1}"#, "-1"),
  ]) func idsOfTheGenerationConfiguration(key: String, text: String, got: String) throws {
    let folder = try Scratch()
    try folder.writeConfiguration([:])
    try folder.write(text, to: "generation_config.json")
    #expect(
      throws: ConfigurationError.invalidValue(
        path: folder.url("generation_config.json").path, key: key, got: got, allowed: "0 to 95")
    ) { try DecoderConfiguration(folder: folder.url) }
    // The other key is that of config.json.
    try folder.writeConfiguration(["eos_token_id": "97"])
    try folder.write(#"{"pad_token_id":1}"#, to: "generation_config.json")
    #expect(
      throws: ConfigurationError.invalidValue(
        path: folder.url("config.json").path, key: "eos_token_id", got: "97", allowed: "0 to 95")
    ) { try DecoderConfiguration(folder: folder.url) }
  }
}
