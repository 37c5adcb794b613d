import Decoder
public import Files
public import Foundation
import Torch

/// A learned expert on disk: PEFT's two files, and `expert.json` with what it is bound to.
public struct ExpertArchive: Sendable, Equatable, Codable {
  public var name: String
  /// The method that learned it. A dedicated expert of MoE-CL is served together with that run's shared expert and gates.
  public var method: String
  public var shape: LowRankShape
  public var baseDigest: Digest
  public var tokenizerDigest: Digest
  public var promptDigest: Digest
  /// SHA-256 of `adapter_model.safetensors`.
  public var tensorsDigest: Digest
  /// Its size.
  public var bytes: Int

  static let tensorsFile = "adapter_model.safetensors"
  static let configurationFile = "adapter_config.json"
  static let archiveFile = "expert.json"

  /// Stores an expert.
  ///
  /// - Returns: the archive as written.
  /// - Throws: ``ExpertError/unsafeName(_:)``, `FileError`.
  public static func write(
    _ expert: LowRankExpert, name: String, method: String, baseDigest: Digest, tokenizerDigest: Digest,
    promptDigest: Digest, to folder: URL
  ) throws -> ExpertArchive {
    guard isSafe(name) else { throw ExpertError.unsafeName(name) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch CocoaError.fileWriteOutOfSpace {
      throw FileError.diskFull(path: folder.path)
    } catch {
      throw FileError.notWritable(path: folder.path, reason: error.localizedDescription)
    }
    let url = folder.appendingPathComponent(tensorsFile)
    let digest = try SafetensorsFile.write(expert.peftTensors, metadata: ["format": "pt"], to: url)
    try JSONFile.write(PEFTConfiguration(expert.shape), to: folder.appendingPathComponent(configurationFile))
    let archive = ExpertArchive(
      name: name, method: method, shape: expert.shape, baseDigest: baseDigest, tokenizerDigest: tokenizerDigest,
      promptDigest: promptDigest, tensorsDigest: digest, bytes: try MappedFile(url).bytes.count)
    try JSONFile.write(archive, to: folder.appendingPathComponent(archiveFile))
    return archive
  }

  /// The digest that an expert's `adapter_model.safetensors` would have.
  public static func tensorsDigest(of expert: LowRankExpert) throws -> Digest {
    try SafetensorsFile.digest(of: expert.peftTensors, metadata: ["format": "pt"])
  }

  /// A name that is a plain file name.
  static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 128 && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
      }
  }
}

/// PEFT's `adapter_config.json` for a plain LoRA.
private struct PEFTConfiguration: Encodable {
  let peftType = "LORA"
  let taskType = "CAUSAL_LM"
  let r: Int
  let loraAlpha: Double
  let loraDropout: Double
  let targetModules: [String]
  let bias = "none"
  let inferenceMode = true
  let fanInFanOut = false
  let useRslora = false
  let useDora = false

  private enum CodingKeys: String, CodingKey {
    case peftType = "peft_type"
    case taskType = "task_type"
    case r
    case loraAlpha = "lora_alpha"
    case loraDropout = "lora_dropout"
    case targetModules = "target_modules"
    case bias
    case inferenceMode = "inference_mode"
    case fanInFanOut = "fan_in_fan_out"
    case useRslora = "use_rslora"
    case useDora = "use_dora"
  }

  init(_ shape: LowRankShape) {
    r = shape.rank
    loraAlpha = shape.alpha
    loraDropout = shape.dropout
    targetModules = shape.projections.map(\.rawValue)
  }
}

extension LowRankExpert {
  /// The tensors under the names that PEFT gives them.
  var peftTensors: [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (layer, row) in pairs.enumerated() {
      for (projection, pair) in row {
        let block = [.gate, .up, .down].contains(projection) ? "mlp" : "self_attn"
        let module = "base_model.model.model.layers.\(layer).\(block).\(projection.rawValue)"
        result["\(module).lora_A.weight"] = pair.a
        result["\(module).lora_B.weight"] = pair.b
      }
    }
    return result
  }
}
