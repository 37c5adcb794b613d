import Decoder
import Files
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Experts

/// Is everything refused that a plain expert does not compute, by the name of what is wrong?
@Suite struct PEFTRefusalTests {
  let model: DecoderModel
  let scratch: Scratch

  init() throws {
    model = try Goldens.model()
    scratch = try Scratch()
  }

  /// The message with which a folder is refused.
  private func refusal(_ folder: URL, sourceLocation: SourceLocation = #_sourceLocation) -> String {
    do {
      _ = try LowRankExpert(peft: folder, for: model.configuration)
      Issue.record("it was taken", sourceLocation: sourceLocation)
      return ""
    } catch {
      #expect(error is PEFTError || error is FileError || error is TorchError, sourceLocation: sourceLocation)
      #expect(!"\(error)".contains("\n") && "\(error)".count < 1200, sourceLocation: sourceLocation)
      return "\(error)"
    }
  }

  @Test(arguments: [
    ("peft_type", "\"LOHA\""), ("peft_type", "null"), ("use_dora", "true"), ("fan_in_fan_out", "true"),
    ("modules_to_save", "[\"lm_head\"]"), ("rank_pattern", "{\"q_proj\":2}"), ("alpha_pattern", "{\"q_proj\":2}"),
    ("layers_to_transform", "[0]"), ("layers_to_transform", "0"), ("bias", "\"all\""), ("bias", "\"lora_only\""),
    ("lora_bias", "true"), ("init_lora_weights", "\"pissa\""), ("init_lora_weights", "\"pissa_niter_4\""),
    ("init_lora_weights", "\"olora\""), ("init_lora_weights", "\"loftq\""), ("init_lora_weights", "\"corda\""),
    ("layer_replication", "[[0,2]]"), ("trainable_token_indices", "[1]"), ("exclude_modules", "[\"0.mlp.gate_proj\"]"),
    ("exclude_modules", "\".*\""), ("exclude_modules", "7"), ("layers_to_transform", "[0,1.5]"),
    ("layers_pattern", "\"h\""), ("target_parameters", "[\"x\"]"), ("task_type", "\"SEQ_CLS\""),
    ("alora_invocation_tokens", "[1]"), ("use_qalora", "true"), ("use_bdlora", "{\"nblocks\":1}"),
    ("use_something_new", "true"), ("new_number", "0"), ("target_modules", "\"q_proj\""),
    ("target_modules", "\".*_proj\""), ("target_modules", "[]"), ("target_modules", "\"(?!x).*gate_proj\""),
    ("target_modules", "\"(\""), ("target_modules", "\"(a{900}){900}\""), ("target_modules", "\".*0.*gate_proj\""),
    ("target_modules", "[\"lm_head\"]"),
    ("target_modules", "[\"gate_proj\",\"up_proj\",\"mlp.q_proj\"]"), ("target_modules", "[1]"),
    ("target_modules", "[\"xdown_proj\"]"), ("target_modules", "[\"model.layers.0.mlp.down_proj\"]"),
    ("target_modules", "[\"model.layers.00.mlp.down_proj\",\"model.layers.1.mlp.down_proj\"]"),
    ("target_modules", "[\"model.layers.9.mlp.down_proj\",\"down_proj\"]"), ("target_modules", "{}"),
    ("target_modules", "[\"x.model.layers.0.mlp.down_proj\"]"), ("target_modules", "null"), ("r", "null"),
    ("r", "0"), ("r", "-4"), ("r", "4097"), ("r", "1e300"), ("r", "4.5"), ("r", "\"4\""), ("r", "true"),
    ("lora_alpha", "0"), ("lora_alpha", "-1"), ("lora_alpha", "\"16\""), ("lora_alpha", "null"),
    ("lora_dropout", "1"), ("lora_dropout", "-0.1"), ("lora_dropout", "\"0\""), ("use_rslora", "1"),
    ("use_rslora", "\"true\""),
  ])
  func aKeyIsNamed(key: String, value: String) throws {
    let folder = try Adapters.copy(in: scratch)
    try Adapters.edit(folder, [key: value])
    let text = refusal(folder)
    #expect(text.contains("`\(key)`") && text.contains("adapter_config.json"), "\(text)")
  }

  @Test(arguments: ["peft_type", "r", "lora_alpha", "target_modules"]) func aKeyIsMissing(key: String) throws {
    let folder = try Adapters.copy(in: scratch)
    try Adapters.edit(folder, [key: nil])
    #expect(refusal(folder).contains("`\(key)` is missing"))
  }

  @Test(arguments: [
    "", "{", "[]", "null", "{\"r\":1e999}", "{\"r\":NaN}", "{\"r\":4,\"r\":4}",
    String(repeating: "[", count: 100_000), "{\"a\":" + String(repeating: "[", count: 200) + "}", "\u{0}\u{1}\u{2}",
  ])
  func noConfiguration(text: String) throws {
    let folder = try Adapters.copy(in: scratch)
    try Data(text.utf8).write(to: folder.appendingPathComponent("adapter_config.json"))
    #expect(refusal(folder).contains("adapter_config.json"))
  }

  @Test func aHostileKeyStaysOnOneLine() throws {
    let folder = try Adapters.copy(in: scratch)
    let long = String(repeating: "x", count: 100_000)
    try Adapters.edit(folder, ["\(long)": "\"\\u001b[31m\\n\(long)\""])
    #expect(!refusal(folder).unicodeScalars.contains { $0.value < 32 })
  }

  @Test(arguments: ["\u{2028}", "\u{2029}", "\u{85}", "\u{202E}"])
  func aSeparatorInAKeyStaysOnOneLine(separator: String) throws {
    let folder = try Adapters.copy(in: scratch)
    try Adapters.edit(folder, ["a\(separator)b": "1"])
    let text = refusal(folder)
    #expect(text.contains("is 1, which is not supported") && text == text.onOneLine)
  }

  @Test func aConfigurationTooLargeIsNotParsed() throws {
    let folder = try Adapters.copy(in: scratch)
    try Data(repeating: 32, count: 5 << 20).write(to: folder.appendingPathComponent("adapter_config.json"))
    #expect(refusal(folder).contains("limit"))
  }

  @Test func tensorsAreAllUsedAndAllThere() throws {
    let folder = try Adapters.copy(in: scratch)
    let good = try Adapters.tensors(folder)
    let name = "base_model.model.model.layers.1.mlp.up_proj.lora_A.weight"
    func spoiled(_ change: (inout [String: Tensor]) throws -> Void) throws -> String {
      var tensors = good
      try change(&tensors)
      try Adapters.write(tensors, to: folder)
      return refusal(folder)
    }
    #expect(try spoiled { $0[name] = nil }.contains("Missing: \"\(name)\""))
    #expect(try spoiled { $0["lm_head.weight"] = try .zeros([1]) }.contains("Unused: \"lm_head.weight\""))
    #expect(try spoiled { $0["a\n\u{1B}[31m"] = try .zeros([1]) }.contains("\"a\\n\\u{1B}[31m\""))
    // A slot that two names claim.
    #expect(
      try spoiled { $0[name.replacingOccurrences(of: "A.weight", with: "A.default.weight")] = $0[name] }
        .contains("Unused: \"\(name)\""))
    #expect(try spoiled { $0[name] = try .zeros([5, 32]) }.contains("shape [5, 32], expected [6, 32]"))
    #expect(try spoiled { $0[name] = try .zeros([6, 32], .float64) }.contains("float64"))
    #expect(try spoiled { $0[name] = try .zeros([6, 32], .int8) }.contains("int8"))
    for value in [Double.infinity, -.infinity, .nan] {
      #expect(try spoiled { $0[name] = try Tensor(repeating: value, [6, 32]) }.contains(name))
    }
    #expect(try spoiled { $0 = [:] }.contains("Missing"))
  }

  /// Another base: other widths, another number of layers.
  @Test func anAdapterOfAnotherBase() throws {
    var base = model.configuration
    base.layers = 3
    #expect(throws: PEFTError.self) { try LowRankExpert(peft: Adapters.folder("rslora"), for: base) }
    base.layers = 1
    #expect(throws: PEFTError.self) { try LowRankExpert(peft: Adapters.folder("rslora"), for: base) }
    base = model.configuration
    base.intermediateSize = 64
    #expect(throws: PEFTError.self) { try LowRankExpert(peft: Adapters.folder("rslora"), for: base) }
  }

  @Test func truncatedAndCorruptedTensors() throws {
    let folder = try Adapters.copy(in: scratch)
    let url = folder.appendingPathComponent("adapter_model.safetensors")
    let whole = try Data(contentsOf: url)
    for length in [0, 1, 7, 8, 9, 100, 1000, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: url)
      #expect(refusal(folder).contains("adapter_model.safetensors"), "\(length) bytes")
    }
    try (whole + Data([0])).write(to: url)
    #expect(refusal(folder).contains("adapter_model.safetensors"))
    var huge = whole
    huge.replaceSubrange(0..<8, with: [255, 255, 255, 255, 255, 255, 255, 127])
    try huge.write(to: url)
    #expect(refusal(folder).contains("adapter_model.safetensors"))
  }

  /// Every number is finite, and products of them are not.
  @Test func productsBeyondFloat() throws {
    let folder = try Adapters.copy(in: scratch)
    let tensors = try Adapters.tensors(folder)
    try Adapters.write(try tensors.mapValues { try ($0 * 0 + 1e38).converted(to: .float32) }, to: folder)
    #expect(refusal(folder).contains("is beyond float32"))
    let plain = try Adapters.copy(in: scratch, as: "plain")
    for alpha in ["1e300", "1e40"] {
      try Adapters.edit(plain, ["lora_alpha": alpha])
      #expect(refusal(plain).contains("within float32") && refusal(plain).contains("lora_alpha"))
    }
    try Adapters.edit(plain, ["lora_alpha": "64"])
    #expect(throws: Never.self) { try LowRankExpert(peft: plain, for: model.configuration) }
  }

  @Test func foldersThatAreNoAdapters() throws {
    #expect(refusal(scratch.url("nowhere")).contains("adapter_config.json is missing"))
    let folder = try Adapters.copy(in: scratch)
    let tensors = folder.appendingPathComponent("adapter_model.safetensors")
    try FileManager.default.moveItem(at: tensors, to: folder.appendingPathComponent("adapter_model.bin"))
    #expect(refusal(folder).contains("pickle"))
    try FileManager.default.createDirectory(at: tensors, withIntermediateDirectories: false)
    #expect(refusal(folder).contains("not a regular file"))
  }

  @Test(arguments: ["adapter_config.json", "adapter_model.safetensors"]) func aLinkOutOfTheFolder(file: String) throws {
    let folder = try Adapters.copy(in: scratch)
    let link = folder.appendingPathComponent(file)
    try FileManager.default.moveItem(at: link, to: scratch.url(file))
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "../\(file)")
    #expect(refusal(folder).contains("outside of its folder"))
    // A link to a file of the same folder leads nowhere else.
    try FileManager.default.removeItem(at: link)
    try FileManager.default.moveItem(at: scratch.url(file), to: folder.appendingPathComponent("real"))
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "real")
    #expect(throws: Never.self) { try LowRankExpert(peft: folder, for: model.configuration) }
  }
}
