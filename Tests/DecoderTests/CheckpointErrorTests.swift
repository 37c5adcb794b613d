import Decoder
import Files
import Foundation
import ModelConfiguration
import TestSupport
import Testing
import Torch

/// Is a checkpoint that does not fit refused, with what is wrong?
@Suite struct CheckpointErrorTests {
  let folder: Scratch

  init() throws {
    try TorchRuntime.setThreads(1)
    folder = try Scratch()
  }

  private func expect(_ error: DecoderError, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(throws: error, sourceLocation: sourceLocation) { try DecoderModel(folder: folder.url) }
  }

  @Test func missingAndUnusedTensorsAreBothListed() throws {
    try folder.writeConfiguration([:])
    try folder.writeWeights { tensors in
      tensors["model.layers.7.mlp.up_proj.weight"] = tensors.removeValue(forKey: "model.layers.1.mlp.up_proj.weight")
      tensors["model.norm.weight"] = nil
      tensors["model.layers.0.self_attn.q_proj.bias"] = try Tensor.zeros([32])
    }
    expect(
      .tensorNamesDiffer(
        folder: folder.url.path, missing: ["model.layers.1.mlp.up_proj.weight", "model.norm.weight"],
        unused: ["model.layers.0.self_attn.q_proj.bias", "model.layers.7.mlp.up_proj.weight"]))
  }

  @Test func theMessageNamesThem() {
    let error = DecoderError.tensorNamesDiffer(folder: "f", missing: ["a", "b"], unused: (0..<12).map { "u\($0)" })
    #expect(error.description.contains("Missing: a, b. Unused: u0, u1, u2, u3, u4, u5, u6, u7, u8, u9, … and 2 more."))
  }

  @Test func aLayerMoreThanTheConfigurationHas() throws {
    try folder.copy("tiny")
    try FileManager.default.removeItem(at: folder.url("config.json"))
    try folder.writeConfiguration(["num_hidden_layers": "1"])
    let error = #expect(throws: DecoderError.self) { try DecoderModel(folder: folder.url) }
    guard case .tensorNamesDiffer(_, let missing, let unused)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(missing.isEmpty && unused.count == 9 && unused.allSatisfy { $0.hasPrefix("model.layers.1.") })
  }

  @Test func wrongShape() throws {
    try folder.writeConfiguration([:])
    try folder.writeWeights { $0["model.layers.0.mlp.gate_proj.weight"] = try Tensor.zeros([48, 31]) }
    expect(
      .tensorShapeDiffers(
        file: folder.url("model.safetensors").path, name: "model.layers.0.mlp.gate_proj.weight", expected: [48, 32],
        got: [48, 31]))
  }

  @Test func truncatedFile() throws {
    try folder.copy("tiny")
    let data = try Data(contentsOf: folder.url("model.safetensors"))
    try data.dropLast(100).write(to: folder.url("model.safetensors"))
    #expect(throws: TorchError.self) { try DecoderModel(folder: folder.url) }
  }

  /// A header as other writers have it: no metadata written as null, white space before the object, members that nobody knows. The
  /// same model to the last bit.
  @Test func headersOfOtherWriters() throws {
    try folder.copy("tiny")
    let ids = [1, 5, 9, 33, 2, 7]
    let before = try DecoderModel(folder: folder.url).logits(of: ids)
    let file = folder.url("model.safetensors")
    let bytes = try Data(contentsOf: file)
    let length = Int(bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
    var header = try #require(
      try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any])
    for (name, value) in header {
      guard var entry = value as? [String: Any] else { continue }
      if name != "__metadata__" { entry["strides"] = [1, NSNull()] }
      header[name] = entry
    }
    header["__metadata__"] = NSNull()
    let text = Data(" \n".utf8) + (try JSONSerialization.data(withJSONObject: header)) + Data(" ".utf8)
    var count = UInt64(text.count).littleEndian
    try (withUnsafeBytes(of: &count) { Data($0) } + text + bytes[(8 + length)...]).write(to: file)
    #expect(try DecoderModel(folder: folder.url).logits(of: ids).isEqual(to: before))
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func aNumberThatIsNone(value: Float) throws {
    try folder.writeConfiguration([:])
    try folder.writeWeights { $0["model.norm.weight"] = try Tensor([Float](repeating: value, count: 32)) }
    #expect(
      throws: TorchError.notFinite(
        path: folder.url("model.safetensors").path, name: "model.norm.weight", element: 0)
    ) { try DecoderModel(folder: folder.url) }
  }

  /// float32 has larger numbers than bfloat16, whose largest is 0x7F7F.
  @Test func aNumberThatBFloat16CannotHold() throws {
    let name = "model.layers.1.self_attn.q_proj.weight"
    func write(_ value: Float) throws {
      try folder.writeWeights { tensors in
        let shape = try #require(tensors[name]?.shape)
        var values = [Float](repeating: 0, count: shape.reduce(1, *))
        values[values.count - 1] = value
        tensors[name] = try Tensor(values, shape: shape)
      }
    }
    try folder.writeConfiguration([:])
    let largest = Float(bitPattern: 0x7F7F_0000)
    // Half of a step above the largest one is rounded to infinity.
    let above = Float(bitPattern: 0x7F7F_8000)
    for value in [above, -above, .greatestFiniteMagnitude] {
      try write(value)
      let error = DecoderError.weightTooLarge(
        file: folder.url("model.safetensors").path, name: name, type: .bfloat16, largest: "3.3895e38")
      #expect(throws: error) { try DecoderModel(folder: folder.url, precision: .bfloat16) }
      #expect(error.description.hasSuffix("cannot: its largest is 3.3895e38. Use --weights float32."))
      for precision in [nil, WeightMatrix.Precision.float32, .int8] {
        _ = try DecoderModel(folder: folder.url, precision: precision)
      }
    }
    for value in [largest, -largest, above.nextDown] {
      try write(value)
      let held = try DecoderModel(folder: folder.url, precision: .bfloat16).layers[1].attention.query
      #expect(try held.dequantized().abs().maximum().item() == Double(largest))
    }
  }

  @Test func aNumberThatFloat32CannotHold() throws {
    try folder.writeConfiguration([:])
    for name in ["model.norm.weight", "model.layers.0.mlp.down_proj.weight"] {
      try folder.writeWeights { tensors in
        let shape = try #require(tensors[name]?.shape)
        let huge = try Tensor(repeating: 1e38, shape).converted(to: .float64)
        tensors[name] = try huge * huge
      }
      expect(
        .weightTooLarge(
          file: folder.url("model.safetensors").path, name: name, type: .float32, largest: "3.4028e38"))
    }
  }

  /// Weights may be finite, and what is computed with them not.
  @Test func resultsThatAreNone() throws {
    try folder.writeConfiguration([:])
    try folder.writeWeights { tensors in
      for name in ["model.norm.weight", "lm_head.weight"] {
        tensors[name] = try tensors[name].map { try Tensor([Float](repeating: 1e38, count: $0.count), shape: $0.shape) }
      }
    }
    let model = try DecoderModel(folder: folder.url)
    #expect(throws: DecoderError.resultNotFinite(what: "the logits of the next token")) {
      try model.generate(after: [1, 2])
    }
    #expect(throws: DecoderError.resultNotFinite(what: "them")) {
      try DecoderModel.requireFinite(model.logits(of: [1, 2]), "them")
    }
  }

  @Test func noWeights() throws {
    try folder.writeConfiguration([:])
    expect(.noWeights(folder: folder.url.path))
  }

  @Test func tiedEmbeddings() throws {
    try folder.writeConfiguration(["tie_word_embeddings": "true"])
    // A second copy of the LM head is accepted if it is the embedding.
    try folder.writeWeights { _ in }
    expect(.tensorNamesDiffer(folder: folder.url.path, missing: [], unused: ["lm_head.weight"]))
    try folder.writeWeights { $0["lm_head.weight"] = $0["model.embed_tokens.weight"] }
    let twice = try DecoderModel(folder: folder.url)
    try folder.writeWeights { $0["lm_head.weight"] = nil }
    let once = try DecoderModel(folder: folder.url)
    #expect(try once.logits(of: [1, 2]).isEqual(to: twice.logits(of: [1, 2])))
    #expect(try once.lmHead.dequantized().isEqual(to: once.embedding.dequantized()))
  }

  @Test func rotaryFrequenciesOfOldWritersAreNoSurprise() throws {
    try folder.writeConfiguration([:])
    try folder.writeWeights { $0["model.layers.0.self_attn.rotary_emb.inv_freq"] = try Tensor.zeros([4]) }
    #expect(try DecoderModel(folder: folder.url).logits(of: [1]).shape == [1, 96])
  }

  // MARK: Shards

  private var index: URL { folder.url("model.safetensors.index.json") }

  /// Rewrites the index of the sharded checkpoint.
  private func writeIndex(_ change: (inout [String: String]) -> Void) throws {
    try folder.copy("tiny-sharded")
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: index)) as? [String: Any]
    var map = try #require(object?["weight_map"] as? [String: String])
    change(&map)
    try JSONSerialization.data(withJSONObject: ["weight_map": map]).write(to: index)
  }

  @Test func anIndexThatNestsWithoutEnd() throws {
    try writeIndex { _ in }
    for text in [
      String(repeating: "[", count: 10_000), "{\"weight_map\":" + String(repeating: "{\"a\":", count: 10_000),
    ] {
      try folder.write(text, to: index.lastPathComponent)
      #expect(throws: FileError.malformedJSON(path: index.path, reason: "nested deeper than 64 levels")) {
        try DecoderModel(folder: folder.url)
      }
    }
  }

  @Test func anIndexThatNamesAMissingTensor() throws {
    try writeIndex { $0["model.extra.weight"] = "model-00001-of-00002.safetensors" }
    expect(.invalidIndex(path: index.path, reason: "tensor `model.extra.weight` is in no shard"))
  }

  @Test func anIndexThatForgetsATensor() throws {
    try writeIndex { $0["model.norm.weight"] = nil }
    expect(
      .invalidIndex(
        path: index.path,
        reason: "tensor `model.norm.weight` is in model-00002-of-00002.safetensors, not where the index says"))
  }

  @Test func anIndexThatNamesTheWrongShard() throws {
    try writeIndex { $0["model.norm.weight"] = "model-00001-of-00002.safetensors" }
    expect(
      .invalidIndex(
        path: index.path,
        reason: "tensor `model.norm.weight` is in model-00002-of-00002.safetensors, not where the index says"))
  }

  @Test(arguments: [
    "../model.safetensors", "/etc/passwd", "a/b.safetensors", ".hidden.safetensors", "weights.bin", "",
    // What the operating system calls ends at a NUL: this would be the folder itself.
    "\u{0}.safetensors", "a\n.safetensors", String(repeating: "n", count: 256) + ".safetensors",
  ])
  func anIndexThatLeavesTheFolder(name: String) throws {
    try writeIndex { $0["model.norm.weight"] = name }
    expect(.invalidIndex(path: index.path, reason: "it names a file `\(name)` that is not a shard of this folder"))
  }

  @Test func aTensorInTwoShards() throws {
    try folder.copy("tiny-sharded")
    let shard = folder.url("model-00002-of-00002.safetensors")
    let file = try SafetensorsFile(shard)
    var tensors = try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.tensor($0)) })
    tensors["lm_head.weight"] = try Tensor.zeros([96, 32])
    try SafetensorsFile.write(tensors, to: shard)
    expect(.invalidIndex(path: index.path, reason: "tensor `lm_head.weight` is in two shards"))
  }

  @Test func aShardThatIsNotThere() throws {
    try folder.copy("tiny-sharded")
    let shard = folder.url("model-00002-of-00002.safetensors")
    try FileManager.default.removeItem(at: shard)
    #expect(throws: FileError.notFound(path: shard.path)) { try DecoderModel(folder: folder.url) }
  }

  @Test func anIndexThatIsNoIndex() throws {
    try folder.writeConfiguration([:])
    for text in ["", "[]", "{}", "{\"weight_map\":{\"a\":1}}", "{\"weight_map\""] {
      try folder.write(text, to: "model.safetensors.index.json")
      let error = #expect(throws: FileError.self) { try DecoderModel(folder: folder.url) }
      guard case .malformedJSON(let path, _)? = error else {
        Issue.record("\(text): \(String(describing: error))")
        continue
      }
      #expect(path == index.path)
    }
  }
}
