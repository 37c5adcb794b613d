import Decoder
import Foundation
import TestSupport
import Testing
import Torch

/// What the PyTorch reference computed; see Tests/Goldens/README.md.
enum Goldens {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  static let folder = tests.appendingPathComponent("Goldens")
  static let seedling = base("seedling")

  /// An embedded base.
  static func base(_ name: String) -> URL {
    tests.deletingLastPathComponent().appendingPathComponent("Sources/accrete/Resources/base/\(name)")
  }

  static func tensors(_ name: String) throws -> SafetensorsFile {
    try SafetensorsFile(folder.appendingPathComponent(name + ".safetensors"))
  }

  static func json<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name + ".json")))
  }

  /// A tiny checkpoint; operations run on one thread, as the tests themselves run side by side.
  static func model(_ form: String = "tiny") throws -> DecoderModel {
    try TorchRuntime.setThreads(1)
    return try DecoderModel(folder: folder.appendingPathComponent(form))
  }
}

extension DecoderModel {
  /// Logits of one sequence. [time, vocabulary]
  func logits(of ids: [Int]) throws -> Tensor {
    try logits(hiddenStates(TokenBatch([ids]))).selected(0, 0)
  }
}

extension Scratch {
  /// Copies one of the tiny checkpoints here.
  func copy(_ form: String) throws {
    let source = Goldens.folder.appendingPathComponent(form)
    for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      try FileManager.default.copyItem(at: source.appendingPathComponent(name), to: url(name))
    }
  }

  /// Writes `config.json` of the tiny checkpoint with some keys replaced or, where nil, removed. Values are JSON texts.
  func writeConfiguration(_ changes: [String: String?]) throws {
    let url = Goldens.folder.appendingPathComponent("tiny/config.json")
    guard var keys = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] else {
      throw CocoaError(.fileReadCorruptFile)
    }
    for key in changes.keys { keys[key] = nil }
    let rest = String(decoding: try JSONSerialization.data(withJSONObject: keys), as: UTF8.self)
    let added = changes.compactMap { key, value in value.map { "\"\(key)\":\($0)," } }.joined()
    try write("{" + added + rest.dropFirst(), to: "config.json")
  }

  /// Writes `model.safetensors` of the tiny checkpoint after `change` to its tensors.
  func writeWeights(_ change: (inout [String: Tensor]) throws -> Void) throws {
    let source = try SafetensorsFile(Goldens.folder.appendingPathComponent("tiny/model.safetensors"))
    var tensors = try Dictionary(uniqueKeysWithValues: source.names.map { ($0, try source.tensor($0)) })
    try change(&tensors)
    try SafetensorsFile.write(tensors, to: url("model.safetensors"))
  }
}
