public import Files
public import Foundation
import ModelConfiguration
import Torch

/// The weight files of a Hugging Face folder: one file, or shards with an index.
///
/// Counts what is taken, so that a tensor nobody used and a slot nobody filled are errors and not surprises.
public struct Checkpoint: TensorSource {
  public let folder: URL
  /// SHA-256 over the digests of the weight files, in order of their names.
  public let digest: Digest
  private let files: [SafetensorsFile]
  private let owner: [String: Int]

  /// Tensors that some checkpoints carry although they follow from the configuration.
  private static func isDerived(_ name: String) -> Bool { name.hasSuffix(".rotary_emb.inv_freq") }

  /// Whether a name is that of a file in the folder itself: an untrusted index must not open others.
  private static func isShard(_ name: String) -> Bool {
    !name.hasPrefix(".") && name.hasSuffix(".safetensors") && name.utf8.count <= 255
      && name.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "/") && $0 != 0x7F }
  }

  /// The index of the largest checkpoints known (a trillion weights) has 15 MB.
  private static let indexLimit = 32 << 20

  /// - Throws: ``DecoderError``, `TorchError.malformedSafetensors`, `TorchError.notFinite` for a tensor that holds an infinite
  ///   value or NaN, `FileError`.
  public init(folder: URL) throws {
    self.folder = folder
    let single = folder.appendingPathComponent("model.safetensors")
    let index = folder.appendingPathComponent("model.safetensors.index.json")
    let urls: [URL]
    var expected: [String: String]?
    if FileManager.default.fileExists(atPath: single.path) {
      urls = [single]
    } else if FileManager.default.fileExists(atPath: index.path) {
      let map = try JSONFile.read(ShardIndex.self, from: index, limit: Self.indexLimit).weightMap
      for name in map.values where !Self.isShard(name) {
        throw DecoderError.invalidIndex(
          path: index.path, reason: "it names a file `\(name)` that is not a shard of this folder")
      }
      urls = Set(map.values).sorted().map { folder.appendingPathComponent($0) }
      expected = map
    } else {
      if let other = ModelFolder.otherWeights(folder) { throw other }
      throw DecoderError.noWeights(folder: folder.path)
    }
    files = try urls.map { try SafetensorsFile($0) }
    var owner: [String: Int] = [:]
    for (number, file) in files.enumerated() {
      for name in file.names where !Self.isDerived(name) {
        guard owner.updateValue(number, forKey: name) == nil else {
          throw DecoderError.invalidIndex(path: index.path, reason: "tensor `\(name)` is in two shards")
        }
        if let expected, expected[name] != file.url.lastPathComponent {
          throw DecoderError.invalidIndex(
            path: index.path, reason: "tensor `\(name)` is in \(file.url.lastPathComponent), not where the index says")
        }
      }
    }
    if let missing = expected?.keys.filter({ owner[$0] == nil && !Self.isDerived($0) }).min() {
      throw DecoderError.invalidIndex(path: index.path, reason: "tensor `\(missing)` is in no shard")
    }
    self.owner = owner
    digest = Digest(of: Data(try files.map { try $0.digestOfFiniteNumbers().description }.joined(separator: "\n").utf8))
  }

  /// Numbers in all tensors, those left out that follow from the configuration, and scales of packed ones.
  var parameterCount: Int {
    owner.reduce(0) {
      $0 + (files[$1.value].shape(of: $1.key)?.reduce(1, *) ?? 0) * PackedParts.numbers(ofElement: $1.key)
    }
  }

  /// Whether names in the files and names that a model wants are the same.
  /// - Throws: ``DecoderError/tensorNamesDiffer(folder:missing:unused:)`` with both lists.
  func requireExactly(_ wanted: Set<String>) throws {
    let present = Set(owner.keys)
    guard present == wanted else {
      throw DecoderError.tensorNamesDiffer(
        folder: folder.path, missing: wanted.subtracting(present).sorted(),
        unused: present.subtracting(wanted).sorted())
    }
  }

  func contains(_ name: String) -> Bool { owner[name] != nil }

  /// Whether a name is that of a tensor with the gate and up projections of all routed experts of a layer.
  package static func isFused(_ name: String) -> Bool { name.hasSuffix("." + TensorNames.fusedGateUp) }

  /// Whether a layer's routed experts are in one tensor.
  var hasFusedExperts: Bool { owner.keys.contains(where: Self.isFused) }

  func location(of name: String) -> String { owner[name].map { files[$0].url.path } ?? folder.path }

  /// A tensor as the file has it, checked for its shape.
  func stored(_ name: String, _ shape: [Int], on device: Device) throws -> Tensor {
    let tensor = try stored(name)
    guard tensor.shape == shape else {
      throw DecoderError.tensorShapeDiffers(
        file: location(of: name), name: name, expected: shape, got: tensor.shape)
    }
    return try tensor.moved(to: device)
  }

  /// A tensor as the file has it.
  func stored(_ name: String) throws -> Tensor {
    guard let number = owner[name] else {
      throw DecoderError.tensorNamesDiffer(folder: folder.path, missing: [name], unused: [])
    }
    return try files[number].tensor(name)
  }
}

private struct ShardIndex: Decodable {
  let weightMap: [String: String]

  private enum CodingKeys: String, CodingKey {
    case weightMap = "weight_map"
  }
}
