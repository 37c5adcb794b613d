import Decoder
import Experts
import Foundation
import TestSupport
import Testing
import Torch

/// Adapters that PEFT wrote for the tiny checkpoint; see Tests/Goldens/README.md.
enum Adapters {
  static let names = ["rslora", "all-projections", "half"]
  /// Where they plug in is said by a pattern, by layers, by what is left out.
  static let selections = ["pattern", "layers", "excluded", "pattern-excluded"]
  /// One of each rank that a batch of inference mixes.
  static let ranks = ["rank-1", "rank-4", "rank-8", "rank-16", "rank-64"]

  static func folder(_ name: String) -> URL { Goldens.folder.appendingPathComponent("peft/\(name)") }

  /// A copy of an adapter that a test may spoil.
  static func copy(_ name: String = "rslora", in scratch: Scratch, as target: String = "adapter") throws -> URL {
    try FileManager.default.copyItem(at: folder(name), to: scratch.url(target))
    return scratch.url(target)
  }

  /// Rewrites keys of a copy's configuration; a value of nil takes the key out. `members` are JSON text.
  static func edit(_ folder: URL, _ members: [String: String?]) throws {
    let url = folder.appendingPathComponent("adapter_config.json")
    var object = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    for (key, value) in members {
      object[key] = try value.map {
        try JSONSerialization.jsonObject(with: Data($0.utf8), options: [.fragmentsAllowed])
      }
    }
    try JSONSerialization.data(withJSONObject: object).write(to: url)
  }

  /// Writes other tensors into a copy.
  static func write(_ tensors: [String: Tensor], to folder: URL) throws {
    try SafetensorsFile.write(tensors, to: folder.appendingPathComponent("adapter_model.safetensors"))
  }

  static func tensors(_ folder: URL) throws -> [String: Tensor] {
    let file = try SafetensorsFile(folder.appendingPathComponent("adapter_model.safetensors"))
    return try Dictionary(uniqueKeysWithValues: file.names.map { ($0, try file.tensor($0).cloned()) })
  }
}

extension StoredExpert.Base {
  init(_ model: DecoderModel) { self.init(model.declared, digest: model.digest, tokenizerDigest: nil) }
}
