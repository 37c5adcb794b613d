import Foundation
import Testing

@testable import Tokenization

/// What Python's `tokenizers` trains on small texts (`Scripts/goldens/tokenizer_training_goldens.py`).
struct TrainingGoldens: Decodable {
  struct Case: Decodable {
    let texts: String
    let size: Int
    let special: [String]
    let minimum: Int
    let longest: Int?
    let pattern: String
    /// From the 257th on.
    let tokens: [String]
    /// How many.
    let merges: Int
    /// Of the whole `tokenizer.json`.
    let sha256: String

    var options: BPETrainer.Options {
      BPETrainer.Options(
        vocabularySize: size, specialTokens: special, minimumFrequency: minimum, maxTokenLength: longest,
        pattern: pattern)
    }
  }

  struct Lines: Decodable {
    let `case`: Int
    /// Of the ids of each line.
    let digests: [UInt32]
  }

  let texts: [String: [String]]
  let cases: [Case]
  let lines: Lines

  static let count = 23

  static func read() throws -> TrainingGoldens {
    let url = try #require(
      Bundle.module.url(forResource: "training_goldens", withExtension: "json", subdirectory: "Resources"))
    return try JSONDecoder().decode(TrainingGoldens.self, from: Data(contentsOf: url))
  }

  func trained(_ golden: Case) throws -> TrainedTokenizer {
    var trainer = try BPETrainer(golden.options)
    for text in try #require(texts[golden.texts]) { try trainer.add(text) }
    return try trainer.train()
  }
}
