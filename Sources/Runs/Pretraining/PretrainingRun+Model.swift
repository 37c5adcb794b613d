import Decoder
public import Files
import Foundation
public import Pretraining
import Tokenization
import Torch

/// `metrics.json` of a pretraining run.
public struct PretrainingMetrics: Sendable, Codable, Equatable {
  /// What a scaling law is fitted to.
  public var scaling: ScalingRun.Record
  public var heldOut: [HeldOutMeasurement]
  public var heldOutFormula = "mean of −ln p(next token) over the first held-out windows of each source"
  public var seconds: Double
  public var tokensPerSecond: Double
  public var peakResidentBytes: Int
  /// SHA-256 over the weight files of `model`.
  public var baseDigest: Digest
}

extension PretrainingRun {
  /// Writes the base and the metrics.
  func finish() throws {
    try writeModel()
    guard let last = measurements.last else { return }
    let tokens =
      manifest.steps * configuration.batch * configuration.sequenceLength
      + manifest.longSteps * configuration.longWindows * configuration.longSequenceLength
    let seconds = try folder.secondsSpent()
    let metrics = PretrainingMetrics(
      scaling: ScalingRun.Record(
        activatedParameters: manifest.activatedParameters, parameters: manifest.parameters, tokens: tokens,
        flops: 6 * Double(manifest.activatedParameters) * Double(tokens), heldOutNatsPerToken: last.natsPerToken,
        heldOutBitsPerByte: last.bitsPerByte, seed: Int(clamping: configuration.seed)),
      heldOut: measurements, seconds: seconds, tokensPerSecond: Double(tokens) / max(seconds, 1e-9),
      peakResidentBytes: ProcessMemory.peakResidentBytes, baseDigest: try Checkpoint(folder: folder.model).digest)
    try JSONFile.write(metrics, to: folder.metrics)
  }

  /// The results of a complete run.
  /// - Throws: `FileError` while there are none.
  public func metrics() throws -> PretrainingMetrics {
    try JSONFile.read(PretrainingMetrics.self, from: folder.metrics)
  }

  /// The base in Hugging Face's form, weights in bfloat16: what was learned, rounded.
  private func writeModel() throws {
    try RunFolder.makeFolder(folder.model)
    let weights = try Dictionary(
      uniqueKeysWithValues: trainer.decoder.weights.map { ($0.name, try $0.tensor.detached().converted(to: .bfloat16)) }
    )
    try SafetensorsFile.write(weights, metadata: ["format": "pt"], to: folder.inside(folder.model("model.safetensors")))
    guard case .object(var members) = configuration.longModel() else { return }
    members["torch_dtype"] = .text("bfloat16")
    members["eos_token_id"] = .number(Double(manifest.endToken))
    try JSONFile.write(JSONValue.object(members), to: folder.inside(folder.model("config.json")))
    try JSONFile.write(
      JSONValue.object(["eos_token_id": .number(Double(manifest.endToken))]),
      to: folder.inside(folder.model("generation_config.json")))
    for name in ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"] {
      let file = material.tokenizerFolder.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      try AtomicFile.write(MappedFile(file).data(), to: folder.inside(folder.model(name)))
    }
  }
}

extension RunFolder {
  func model(_ name: String) -> URL { model.appendingPathComponent(name) }
}
