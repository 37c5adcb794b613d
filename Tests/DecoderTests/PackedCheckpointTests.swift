import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

@testable import Decoder

/// Are bases in 4 and 8 bits what the formulas of those who publish them say, and is everything else refused?
@Suite struct PackedCheckpointTests {
  private static let forms = ["gptq", "gptq-v2", "awq"]

  private struct Sequences: Decodable { let ids: [[Int]] }

  private func expectLogits(_ model: DecoderModel, _ form: String, within tolerance: Double = 1e-4) throws {
    let goldens = try Goldens.tensors("packed")
    for (number, ids) in try Goldens.json(Sequences.self, "tiny-logits").ids.enumerated() {
      let distance = try difference(model.logits(of: ids), goldens.tensor("\(form).logits.\(number)"))
      #expect(distance < tolerance, "\(form).\(number) differs by \(distance)")
    }
  }

  @Test(arguments: forms) func logitsOfPackedCheckpoints(form: String) throws {
    let model = try Goldens.model("packed/\(form)")
    #expect(model.heldPrecision == .int4 && model.embedding.precision == .float32)
    #expect(try model.parameterCount == Goldens.model("tiny").parameterCount)
    let down = try #require(model.layers[1].feedForward.common).down
    #expect(try down.dequantized().isEqual(to: Goldens.tensors("packed").tensor("\(form).down")))
    try expectLogits(model, form)
    #expect(!model.suitsHalfProducts)
    #expect(throws: DecoderError.computeNeedsHalf(base: "b", held: "int4")) {
      try model.computing(.bfloat16, named: "b")
    }
  }

  /// What the codes stand for, held otherwise.
  @Test func otherPrecisions() throws {
    let folder = Goldens.folder.appendingPathComponent("packed/gptq")
    let own = try DecoderModel(folder: folder, precision: .int4)
    #expect(own.heldPrecision == .int4)
    let wide = try DecoderModel(folder: folder, precision: .float32)
    #expect(wide.heldPrecision == .float32)
    #expect(try own.logits(of: [5, 90, 11]).isEqual(to: wide.logits(of: [5, 90, 11])))
    #expect(try DecoderModel(folder: folder, precision: .bfloat16).suitsHalfProducts)
    #expect(throws: TorchError.self) {
      try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: .int4)
    }
  }

  @Test(arguments: [WeightMatrix.Precision.nf4, .fp8]) func logitsOfHeldOnes(precision: WeightMatrix.Precision) throws {
    let goldens = try Goldens.tensors("packed")
    let made = try WeightMatrix(goldens.tensor("weight"), precision: precision).dequantized()
    #expect(try made.isEqual(to: goldens.tensor("\(precision).weight")))
    try TorchRuntime.setThreads(1)
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: precision)
    #expect(model.heldPrecision == precision && model.embedding.precision == .float32)
    try expectLogits(model, precision.rawValue)
  }

  // MARK: What is refused

  private static let query = "model.layers.0.self_attn.q_proj"

  /// A copy of a packed checkpoint after changes to its tensors, or with other keys in `quantization_config`.
  private func changed(
    _ form: String, _ quantization: [String: Any] = [:], keys changed: [String: Any] = [:],
    _ change: (inout [String: Tensor]) throws -> Void = { _ in }
  ) throws -> Scratch {
    let folder = try Scratch()
    try folder.copy("packed/\(form)")
    let source = try SafetensorsFile(Goldens.folder.appendingPathComponent("packed/\(form)/model.safetensors"))
    var tensors = try Dictionary(uniqueKeysWithValues: source.names.map { ($0, try source.tensor($0)) })
    try change(&tensors)
    try SafetensorsFile.write(tensors, to: folder.url("model.safetensors"))
    let keys = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.url("config.json")))
    var configuration = try #require(keys as? [String: Any])
    let own = try #require(configuration["quantization_config"] as? [String: Any])
    configuration["quantization_config"] = own.merging(quantization) { $1 }
    configuration.merge(changed) { $1 }
    try JSONSerialization.data(withJSONObject: configuration).write(to: folder.url("config.json"))
    return folder
  }

  private func expectError(_ folder: Scratch, saying words: String...) {
    let error = #expect(throws: (any Error).self) { try DecoderModel(folder: folder.url) }
    let text = error.map { "\($0)" } ?? ""
    for word in words { #expect(text.contains(word), "\(text)") }
  }

  @Test(arguments: forms) func partsThatAreMissing(form: String) throws {
    for part in ["qzeros", "scales", "qweight"] {
      expectError(try changed(form) { $0["\(Self.query).\(part)"] = nil }, saying: Self.query)
    }
  }

  @Test(arguments: forms) func partsOfAnotherShapeOrType(form: String) throws {
    for part in ["qweight", "qzeros", "scales"] {
      let name = "\(Self.query).\(part)"
      expectError(try changed(form) { $0[name] = try $0[name]?.narrowed(1, from: 0, count: 1) }, saying: name, "shape")
      expectError(try changed(form) { $0[name] = try $0[name]?.unsqueezed(0) }, saying: name, "shape")
      expectError(try changed(form) { $0[name] = try $0[name]?.converted(to: .int64) }, saying: name, "int64")
    }
  }

  @Test func groupsOfGPTQ() throws {
    let name = "\(Self.query).g_idx"
    for wrong in [-1, 2, 1 << 30] {
      let folder = try changed("gptq") {
        $0[name] = try Tensor([Int](repeating: 0, count: 31) + [wrong]).converted(to: .int32)
      }
      expectError(folder, saying: name, "group \(wrong)", "0 to 1")
    }
    // Inputs have an order of their own, and nothing says which.
    expectError(try changed("gptq") { $0[name] = nil }, saying: name)
    expectError(try changed("gptq") { $0[name] = try $0[name]?.narrowed(0, from: 0, count: 8) }, saying: name)
  }

  @Test(arguments: forms, [0, -2, 1 << 21]) func sizesOfGroups(form: String, size: Int) throws {
    expectError(try changed(form, ["group_size": size]), saying: "quantization_config.group_size", "\(size)")
  }

  @Test func aSizeThatTheScalesDoNotHave() throws {
    for size in [8, 32, -1] { expectError(try changed("awq", ["group_size": size]), saying: "shape") }
  }

  @Test func aBiasThatTheModelDoesNotHave() throws {
    let name = "\(Self.query).bias"
    expectError(try changed("gptq") { $0[name] = try Tensor(repeating: 0.5, [32]) }, saying: name, "zeros")
    // Without biases it is the same model.
    let folder = try changed("gptq") { $0[name] = nil }
    #expect(try DecoderModel(folder: folder.url).parameterCount == Goldens.model("tiny").parameterCount)
  }

  @Test func matricesThatStayAsTheyWere() throws {
    let folder = try changed("awq") { tensors in
      for part in ["qweight", "qzeros", "scales"] { tensors["\(Self.query).\(part)"] = nil }
      tensors["\(Self.query).weight"] = try Tensor((0..<1024).map { Float($0 % 7) / 20 }, shape: [32, 32]).converted(
        to: .float16)
    }
    let model = try DecoderModel(folder: folder.url)
    #expect(model.layers[0].attention.query.precision == .float32)
    #expect(model.layers[1].attention.query.precision == .int4)
    #expect(try model.logits(of: [1, 2]).holdsFiniteNumbers())
  }

  private static let kept = [
    ("awq", #"{"modules_to_not_convert":["self_attn.q_proj","lm_head"]}"#), ("awq", #"{"zero_point":false}"#),
    ("gptq", #"{"modules_in_block_to_quantize":[["self_attn.k_proj"],["mlp.down_proj"]],"lm_head":false}"#),
    ("gptq-v2", #"{"format":"gptq_v2","pack_dtype":"int32","dynamic":{}}"#),
  ]

  /// The tensors say which matrices are packed: lists of modules, and whether zeros are symmetric, change no number.
  @Test(arguments: kept) func listsOfModules(form: String, text: String) throws {
    let keys = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let folder = try changed(form, keys)
    let model = try DecoderModel(folder: folder.url)
    #expect(model.layers[0].attention.query.precision == .int4)
    #expect(try model.logits(of: [5, 90, 11]).isEqual(to: Goldens.model("packed/\(form)").logits(of: [5, 90, 11])))
    let left = try changed(form, keys) { tensors in
      for part in ["qweight", "qzeros", "scales", "g_idx", "bias"] { tensors["\(Self.query).\(part)"] = nil }
      tensors["\(Self.query).weight"] = try Tensor(repeating: 0.25, [32, 32]).converted(to: .float16)
    }
    let other = try DecoderModel(folder: left.url)
    #expect(try other.layers[0].attention.query.dequantized().isEqual(to: Tensor(repeating: 0.25, [32, 32])))
    #expect(other.layers[0].attention.output.precision == .int4)
  }

  /// A matrix that is there in both forms is one too many.
  @Test(arguments: forms) func aMatrixInBothForms(form: String) throws {
    let name = "\(Self.query).weight"
    let folder = try changed(form) { $0[name] = try Tensor(repeating: 0.25, [32, 32]).converted(to: .float16) }
    expectError(folder, saying: "Unused: ", "\(Self.query).qweight")
  }

  /// GPTQModel's `lm_head: true`: inputs 0 to 7 of every eight have the codes 0 to 7, all zeros are 8.
  private static func packHead(_ tensors: inout [String: Tensor]) throws {
    tensors["lm_head.weight"] = nil
    tensors["lm_head.qweight"] = try Tensor([Int](repeating: 0x7654_3210, count: 4 * 96), shape: [4, 96])
      .converted(to: .int32)
    let zeros = Int(Int32(bitPattern: 0x8888_8888))
    tensors["lm_head.qzeros"] = try Tensor([Int](repeating: zeros, count: 12), shape: [1, 12]).converted(to: .int32)
    tensors["lm_head.scales"] = try Tensor(repeating: 0.125, [1, 96]).converted(to: .float16)
  }

  @Test func aPackedHead() throws {
    let folder = try changed("gptq-v2", ["lm_head": true], Self.packHead)
    let model = try DecoderModel(folder: folder.url)
    #expect(model.lmHead.precision == .int4 && model.embedding.precision == .float32)
    let row: [Float] = [-1, -0.875, -0.75, -0.625, -0.5, -0.375, -0.25, -0.125]
    let rows = (0..<96 * 4).flatMap { _ in row }
    #expect(try model.lmHead.dequantized().isEqual(to: Tensor(rows, shape: [96, 32])))
    #expect(try model.parameterCount == Goldens.model("tiny").parameterCount)
    let wide = try DecoderModel(folder: folder.url, precision: .float32)
    #expect(wide.lmHead.precision == .float32)
    #expect(try model.logits(of: [5, 90, 11]).isEqual(to: wide.logits(of: [5, 90, 11])))
    // The embedding is no head beside one of its own.
    let tied = try changed("gptq-v2", ["lm_head": true], keys: ["tie_word_embeddings": true], Self.packHead)
    expectError(tied, saying: "Unused: lm_head.qweight, lm_head.qzeros, lm_head.scales")
  }

  @Test func pretrainingFromThem() throws {
    let folder = Goldens.folder.appendingPathComponent("packed/awq")
    #expect(throws: DecoderError.packedBase(folder: folder.path, use: "pretrained from")) {
      try TrainableDecoder(Goldens.model("tiny").configuration, from: folder, seed: 0)
    }
  }

  @Test func thePlanSaysIt() throws {
    let products = try Goldens.model("packed/awq").plan.entries.first?.how
    #expect(products?.contains("int4 codes") == true)
  }
}
