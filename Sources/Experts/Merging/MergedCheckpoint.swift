// A base with one expert folded into its matrices, for programs that know no adapters:
//
//     W' = W + (α / r) B A        in float32, then rounded to what the file holds

import Decoder
import Files
public import Foundation
public import Torch

/// Writes a base with an expert folded in as a folder of Hugging Face's form.
public enum MergedCheckpoint {
  /// What was written.
  public struct Summary: Sendable, Codable {
    /// Matrices that the expert changes.
    public let matrices: Int
    /// What these are held in.
    public let dtype: String
    /// The largest ‖rounded − exact‖ / ‖(α / r) B A‖ (Frobenius) of these matrices: how much of the expert rounding took. 0: nothing.
    public let largestRounding: Double
  }

  /// - Parameters:
  ///   - expert: What is folded in.
  ///   - base: The base's folder.
  ///   - folder: It must not exist yet; nothing is left of it if this throws.
  ///   - dtype: What all weights are held in; `nil`: what each tensor of the base is held in.
  /// - Throws: `FileError`, `TorchError`, `DecoderError`; ``ExpertError``.
  public static func write(
    _ expert: LowRankExpert, into base: URL, to folder: URL, dtype: DType? = nil
  ) throws -> Summary {
    let files = try names(in: base)
    let shards = try files.filter { $0.hasSuffix(".safetensors") }.map { name in
      (name: name, file: try SafetensorsFile(base.appendingPathComponent(name)))
    }
    var changes = try matrices(of: expert)
    let count = changes.count
    try require(Set(changes.keys), in: shards.flatMap { $0.file.names }, of: base)
    var (worst, held) = (0.0, dtype)
    try NewFolder.make(folder) { partial in
      for (shard, file) in shards {
        var tensors: [String: Tensor] = [:]
        for name in file.names {
          let stored = try file.tensor(name)
          guard let change = changes.removeValue(forKey: name) else {
            tensors[name] =
              try dtype.map { isFloat(stored) ? try converted(stored, to: $0, name, of: file) : stored } ?? stored
            continue
          }
          let type = dtype ?? stored.dtype ?? .float32
          let delta = try change.b.converted(to: .float32).matmul(change.a.converted(to: .float32)) * change.scaling
          let exact = try stored.converted(to: .float32) + delta  // [out, in]
          let rounded = try converted(exact, to: type, name, of: file)
          let lost: Double = try (rounded.converted(to: .float32) - exact).norm().item()
          let size: Double = try delta.norm().item()
          if size > 0 { worst = max(worst, lost / size) }
          held = held ?? type
          tensors[name] = rounded
        }
        try SafetensorsFile.write(tensors, metadata: ["format": "pt"], to: partial.appendingPathComponent(shard))
      }
      for name in files where !name.hasSuffix(".safetensors") {
        let target = partial.appendingPathComponent(name)
        try FileManager.default.copyItem(at: base.appendingPathComponent(name).resolvingSymlinksInPath(), to: target)
        if name == "config.json", let dtype { try state(dtype, in: target) }
      }
    }
    return Summary(matrices: count, dtype: held?.rawValue ?? "", largestRounding: worst)
  }

  /// The pair of each matrix that changes, by the name of the base's tensor.
  private static func matrices(of expert: LowRankExpert) throws -> [String: LowRankPair] {
    var changes: [String: LowRankPair] = [:]
    for position in expert.positions where position.side == .a {
      let b = FactorPosition(layer: position.layer, site: position.site, side: .b)
      let name = PEFTNames.module(position.site, layer: position.layer, expert.feedForwardPath) + ".weight"
      changes[name] = LowRankPair(
        a: try expert.factor(at: position), b: try expert.factor(at: b), scaling: expert.shape.scaling)
    }
    return changes
  }

  /// Refuses a base that lacks matrices that the expert changes, or has them packed.
  private static func require(_ changed: Set<String>, in names: [String], of base: URL) throws {
    guard !names.contains(where: Checkpoint.isPacked) else {
      throw DecoderError.packedBase(folder: base.path, use: "merged into")
    }
    guard let missing = changed.subtracting(names).min() else { return }
    guard !PEFTNames.isRouted(missing) || !names.contains(where: Checkpoint.isFused) else {
      throw DecoderError.fusedExperts(folder: base.path, use: "merged into")
    }
    throw ExpertError.missingTensor(where: base.path, name: missing)
  }

  /// A tensor in the type in which it is written. No number may become infinite.
  private static func converted(
    _ tensor: Tensor, to type: DType, _ name: String, of file: SafetensorsFile
  ) throws -> Tensor {
    let result = try tensor.converted(to: type)
    guard try result.holdsFiniteNumbers() else {
      throw ExpertError.weightTooLarge(file: file.url.path, name: name, type: type)
    }
    return result
  }

  private static func isFloat(_ tensor: Tensor) -> Bool {
    [DType.float32, .float64, .float16, .bfloat16].contains { $0 == tensor.dtype }
  }

  /// What belongs to a model: its weights, configurations, tokenizer and templates.
  private static func names(in base: URL) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: base.path).sorted().filter { name in
        guard !name.hasPrefix(".") else { return false }
        return [".json", ".safetensors", ".txt", ".model", ".tiktoken", ".jinja"].contains(where: name.hasSuffix)
      }
    } catch {
      throw FileError.notFound(path: base.path)
    }
  }

  /// Writes what the weights are held in into a configuration: whoever reads it converts to that.
  private static func state(_ dtype: DType, in file: URL) throws {
    var configuration = try JSONFile.decode(JSONTree.self, from: JSONFile.contents(of: file), path: file.path)
    guard case .object = configuration else {
      throw FileError.malformedJSON(path: file.path, reason: "it is not an object")
    }
    let key = configuration["torch_dtype"] != nil ? "torch_dtype" : "dtype"
    configuration[key] = .text(dtype.rawValue)
    try JSONFile.write(configuration, to: file)
  }
}
