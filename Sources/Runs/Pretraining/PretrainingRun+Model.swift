import Decoder
import Files
import Foundation
import Planning
import Pretraining
public import Records
import Tokenization
import Torch

extension PretrainingRun {
  /// Writes the base and the metrics.
  func finish() throws {
    try writeModel()
    let tokens =
      manifest.steps * configuration.batch * configuration.sequenceLength
      + manifest.longSteps * configuration.longWindows * configuration.longSequenceLength
    let seconds = try folder.secondsSpent()
    let metrics = PretrainingMetrics(
      scaling: measurements.last.map { last in
        ScalingRun.Record(
          activatedParameters: manifest.activatedParameters, parameters: manifest.parameters, tokens: tokens,
          flops: 6 * Double(manifest.activatedParameters) * Double(tokens), heldOutNatsPerToken: last.natsPerToken,
          heldOutBitsPerByte: last.bitsPerByte, seed: Int(clamping: configuration.seed))
      },
      diverged: try divergence(), tokens: tokens, heldOut: measurements, seconds: seconds,
      tokensPerSecond: Double(tokens) / max(seconds, 1e-9),
      peakResidentBytes: ProcessMemory.peakResidentBytes, baseDigest: try Checkpoint(folder: folder.model).digest)
    try JSONFile.write(metrics, to: folder.metrics)
    if let diverged = metrics.diverged { report(.diverged(diverged)) }
  }

  /// By the held-out loss; where nothing is held out by the training loss, whose end is the mean of the last steps.
  private func divergence() throws -> PretrainingMetrics.Divergence? {
    if let first = measurements.first, let last = measurements.last {
      return PretrainingMetrics.Divergence("held-out", first: first.natsPerToken, last: last.natsPerToken)
    }
    var (first, recent): (Double?, [Double]) = (nil, [])
    try EventLines.read(PretrainingReport.self, from: folder.events) { event in
      guard let loss = event.terms["task"] else { return }
      first = first ?? loss
      recent = recent.suffix(9) + [loss]
    }
    guard let first, !recent.isEmpty else { return nil }
    return PretrainingMetrics.Divergence(
      "training", first: first, last: recent.reduce(0, +) / Double(recent.count))
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
    let special = try SpecialTokens(folder: material.tokenizerFolder, tokenizer: material.tokenizer.tokenizer)
    let end = manifest.endToken
    // A text begins behind the end of another where the tokenizer has no token for its beginning.
    let (beginning, padding) = (special.beginning?.id ?? end, special.padding?.id ?? end)
    try JSONFile.write(
      configuration.exportedModel(end: end, beginning: beginning, padding: padding),
      to: folder.inside(folder.model("config.json")))
    let ids = [("eos_token_id", end), ("bos_token_id", beginning), ("pad_token_id", padding)]
    try JSONFile.write(
      JSONTree.object(ids.map { JSONTree.Member($0, .integer($1)) }),
      to: folder.inside(folder.model("generation_config.json")))
    for name in [
      "tokenizer.json", BPETokenizer.tiktokenName, "tokenizer_config.json", "special_tokens_map.json",
      "added_tokens.json", "chat_template.jinja",
    ] {
      let file = material.tokenizerFolder.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      try AtomicFile.write(MappedFile(file).data(), to: folder.inside(folder.model(name)))
    }
  }
}

extension RunFolder {
  func model(_ name: String) -> URL { model.appendingPathComponent(name) }
}
