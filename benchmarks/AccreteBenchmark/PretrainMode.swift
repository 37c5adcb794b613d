import BenchmarkSupport
import Decoder
import Files
import Foundation
import ModelConfiguration
import Pretraining
import Records
import Torch

/// How fast is a base pretrained? Whole steps (gradients, clipping, optimizer) on tokens that both sides make by one formula.
struct PretrainMode {
  private struct Facts: Encodable {
    let libtorch: String
    let threads: Int
    let parameters: Int
    /// Of the first step, before anything was moved: both sides draw the same initial values.
    let firstLoss: Double
  }

  private struct Figures: Encodable {
    let steps: Int
    let tokens: Int
    let seconds: Double
    let loss: Double
    let peakRssBytes: Int
  }

  private let trainer: BaseTrainer
  private let rows: Int
  /// Rows of a micro-batch.
  private let part: Int
  private let length: Int
  private let vocabulary: Int

  init(_ arguments: CommandWords) throws {
    let file = try arguments.file("config")
    let configuration = try DecoderConfiguration(data: Data(contentsOf: file), path: file.path)
    let kind = try OptimizerKind(rawValue: arguments.text("optimizer"))
    guard let kind else { throw UsageError("--optimizer: adamw or muon expected") }
    trainer = try BaseTrainer(
      TrainableDecoder(configuration, seed: 0), optimizer: OptimizerOptions(kind: kind, routedRateFactor: 0.5),
      routing: RoutingRule(), seed: 0)
    let rows = try arguments.number("rows", or: 16)
    let part = try arguments.number("micro-batch", or: rows)
    guard part > 0, rows % part == 0 else { throw UsageError("--micro-batch: a divisor of --rows expected") }
    (self.rows, self.part) = (rows, part)
    length = try arguments.number("length", or: 256)
    vocabulary = configuration.vocabularySize
  }

  func run() throws {
    let first = try step()
    try JSONLine.say(
      Facts(
        libtorch: TorchRuntime.version, threads: TorchRuntime.threads, parameters: trainer.parameterCount,
        firstLoss: first.loss))
    _ = try step()
    while let steps = try Rounds.next() {
      var loss = Double.nan
      let seconds = try Stopwatch.seconds { for _ in 0..<steps { loss = try step().loss } }
      try JSONLine.say(
        Figures(
          steps: steps, tokens: steps * rows * length, seconds: seconds, loss: loss,
          peakRssBytes: ProcessMemory.peakResidentBytes))
    }
  }

  private func step() throws -> PretrainingReport {
    let start = trainer.step * rows * (length + 1)
    let windows = (0..<rows).map { row in
      (0...length).map { position in Self.token(start + row * (length + 1) + position, of: vocabulary) }
    }
    let parts = stride(from: 0, to: rows, by: part).map { Array(windows[$0..<$0 + part]) }
    return try trainer.advance(microBatches: parts, rate: 1e-3, stage: "main")
  }

  /// Scattered, and the same in every language: ⌊(n · 2654435761 mod 2³²) / 2⁸⌋ mod vocabulary.
  private static func token(_ number: Int, of vocabulary: Int) -> Int {
    Int((UInt32(truncatingIfNeeded: number) &* 2_654_435_761) >> 8) % vocabulary
  }
}
