import Foundation
import TestSupport
import Testing
import Torch

@testable import Decoder
@testable import ModelConfiguration

/// Which θ and which scaling a `config.json` means, said in old keys, new ones and both, in every family: against transformers
/// (Scripts/reference/rope.py).
@Suite struct RopeTests {
  struct File: Decodable {
    let ids: [Int]
    let cases: [Case]
    let logits: [Row]
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let family: String
    let name: String
    let said: Said
    let frequencies: [Float]
    let factor: Double
    var testDescription: String { "\(family): \(name)" }
  }

  struct Row: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let said: Said
    let last: [Float]
    var testDescription: String { name }
  }

  /// Keys and values as JSON texts.
  struct Said: Decodable, Sendable {
    let keys: [String: String]

    init(from decoder: any Decoder) throws {
      let members = try decoder.singleValueContainer().decode([String: Value].self)
      keys = try members.mapValues { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
    }
  }

  enum Value: Codable {
    case null
    case flag(Bool)
    case number(Double)
    case text(String)
    case object([String: Value])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else {
        self = .object(try container.decode([String: Value].self))
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .null: try container.encodeNil()
      case .flag(let flag): try container.encode(flag)
      case .number(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      case .object(let members): try container.encode(members)
      }
    }
  }

  static let file = try? Goldens.json(File.self, "rope")

  @Test func thereAreManyConfigurations() { #expect(Self.file?.cases.count == 455 && Self.file?.logits.count == 8) }

  @Test(arguments: file?.cases ?? []) func frequenciesAreThoseOfTransformers(_ golden: Case) throws {
    let folder = try Scratch()
    let shape: [String: String?] = [
      "architectures": "[\"\(golden.family)\"]", "hidden_size": "32", "num_attention_heads": "2",
      "num_key_value_heads": "2", "head_dim": "16", "max_position_embeddings": "64", "num_experts": "1",
      "num_experts_per_tok": "1", "rope_theta": nil,
    ]
    try folder.writeConfiguration(shape.merging(golden.said.keys.mapValues { $0 }) { $1 })
    // Of other families transformers' classes leave `alpha` out without a word; that is not what its writer meant.
    if !golden.family.hasPrefix("HunYuan"), golden.name.hasSuffix("dynamic with alpha") {
      #expect(throws: ConfigurationError.self) { try DecoderConfiguration(folder: folder.url) }
      return
    }
    let configuration = try DecoderConfiguration(folder: folder.url)
    let got = configuration.ropeScaling.frequencies(theta: configuration.ropeTheta, headDim: configuration.headDim)
    try #require(got.count == golden.frequencies.count)
    for (one, other) in zip(got, golden.frequencies) { #expect(abs(one - other) <= 2e-6 * other) }
    #expect(abs(configuration.ropeScaling.attentionFactor - golden.factor) < 1e-6)
  }

  @Test(arguments: file?.logits ?? []) func logitsAreThoseOfTransformers(_ golden: Row) throws {
    let folder = try Scratch()
    try folder.copy("tiny")
    try folder.writeConfiguration(
      (["rope_theta": nil] as [String: String?]).merging(golden.said.keys.mapValues { $0 }) { $1 })
    try TorchRuntime.setThreads(1)
    let model = try DecoderModel(folder: folder.url)
    let ids = try #require(Self.file?.ids)
    let last = try model.logits(of: ids).selected(0, ids.count - 1)
    #expect(try difference(last, Tensor(golden.last, shape: [golden.last.count])) < 2e-4)
  }

  @Test(arguments: [
    (#"{"full_attention":{"rope_type":"default","rope_theta":5e5}}"#, "rope_parameters.full_attention"),
    (#"{"rope_type":"longrope","short_factor":[1],"long_factor":[2]}"#, "rope_parameters.rope_type"),
    (#"{"rope_type":"default","partial_rotary_factor":0.5}"#, "partial_rotary_factor"),
    (#"{"rope_type":"ntk_alpha","alpha":50}"#, "rope_parameters.rope_type"),
  ]) func whatIsNotComputedIsRefusedByItsKey(rope: String, key: String) throws {
    let folder = try Scratch()
    try folder.writeConfiguration(["rope_parameters": rope])
    let error = #expect(throws: ConfigurationError.self) { try DecoderConfiguration(folder: folder.url) }
    guard case .unsupportedOption(_, key, _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  /// What a class takes where a key is missing, which is not what it takes where it is null.
  @Test func whatIsMissingIsWhatTheClassSays() throws {
    func read(_ family: String, _ changes: [String: String?]) throws -> DecoderConfiguration {
      let folder = try Scratch()
      try folder.writeConfiguration(changes.merging(["architectures": "[\"\(family)\"]"]) { $1 })
      return try DecoderConfiguration(folder: folder.url)
    }
    #expect(try read("MistralForCausalLM", ["sliding_window": nil]).windows == [4096, 4096])
    #expect(try read("MistralForCausalLM", ["sliding_window": "null"]).windows == [nil, nil])
    let eight: [String: String?] = ["num_attention_heads": "16", "num_key_value_heads": nil, "head_dim": "2"]
    #expect(try read("MistralForCausalLM", eight).kvHeads == 8)
    #expect(try read("LlamaForCausalLM", eight).kvHeads == 16)
    #expect(try read("MistralForCausalLM", eight.merging(["num_key_value_heads": "null"]) { $1 }).kvHeads == 16)
    #expect(try read("Qwen3ForCausalLM", ["head_dim": nil]).headDim == 128)
    #expect(try read("LlamaForCausalLM", ["head_dim": nil]).headDim == 8)
    #expect(try read("Qwen2ForCausalLM", ["max_position_embeddings": nil]).maxPositions == 32_768)
  }
}
