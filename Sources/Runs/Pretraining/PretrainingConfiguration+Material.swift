import Decoder
import Foundation
import Generation
import ModelConfiguration
import Planning
import Pretraining
import Records

extension PretrainingConfiguration {
  /// The sources in the order of their names, which is that of all results.
  /// - Throws: `CorpusError`.
  func textSources() throws -> [TextSource] {
    try sources.sorted { $0.key < $1.key }.map { name, files in
      try TextSource(
        name: name, files: files.map { URL(fileURLWithPath: $0) }, field: textField ?? TextSource.defaultField)
    }
  }

  /// The tokenizer of a folder, if the model is made for it.
  /// - Throws: `DecoderError.vocabularyMismatch(base:model:tokenizer:)`; `FileError`, `TokenizationError`, `CorpusError`.
  func corpusTokenizer(in folder: URL) throws -> CorpusTokenizer {
    let tokenizer = try CorpusTokenizer(folder: folder)
    let size = try decoder().vocabularySize
    guard Base.vocabulary(size, suits: tokenizer.vocabularySize) else {
      throw DecoderError.vocabularyMismatch(base: "model", model: size, tokenizer: tokenizer.vocabularySize)
    }
    return tokenizer
  }

  /// Windows of a micro-batch for windows of some length: as many tokens at a time as one of `sequenceLength` has.
  func microBatchSize(length: Int) -> Int { max(1, microBatch * sequenceLength / length) }

  /// Values of the model, and those that one token passes through: all but the routed experts that it does not visit.
  func parameters(_ sizes: [TrainableDecoder.WeightSize]) throws -> (all: Int, activated: Int) {
    let all = sizes.reduce(0) { $0 + $1.count }
    let routed = sizes.filter(\.isRouted).reduce(0) { $0 + $1.count }
    return (all, try all - routed + (decoder().moe.map { routed / $0.experts * $0.active } ?? 0))
  }

  /// What moves the weights.
  func optimizerOptions(routedRateFactor: Double) -> OptimizerOptions {
    OptimizerOptions(
      kind: optimizer, weightDecay: weightDecay, gradientClip: gradientClip, routedRateFactor: routedRateFactor)
  }

  /// The model with the weights of `base`; `nil` without one.
  /// - Throws: `DecoderError` where they do not fit, `FileError`, `TorchError`.
  func begunFromBase() throws -> TrainableDecoder? {
    try base.map {
      try TrainableDecoder(
        decoder(), from: URL(fileURLWithPath: $0), seed: seed, deviation: initializerRange)
    }
  }

  /// ρ: what the rate of routed experts is multiplied by.
  func routedRateFactor(_ shape: MoEShape?) throws -> Double {
    guard let shape else { return 1 }
    if let expertRate { return expertRate }
    return try SurgeRule.ratio(
      experts: shape.experts, active: shape.active, relativeBatch: SurgeRule.impliedRelativeBatch)
  }
}
