import BenchmarkSupport
import Decoder
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Records
import Streams
import Torch

/// How fast is a test set scored? ``Evaluator`` over given rows with one LoRA expert.
struct ScoreMode {
  private struct Facts: Encodable {
    let libtorch: String
    let threads: Int
    let compute: ComputePrecision
    let predictions: [Int]
  }

  private struct Figures: Encodable {
    let examples: Int
    let seconds: Double
    let peakRssBytes: Int
  }

  private let model: DecoderModel
  private let experts: LowRankSelection
  private let examples: [EncodedExample]
  private let labels: [[Int]]

  init(_ arguments: CommandWords) throws {
    let material = try ScoringMaterial.read(arguments.file("material"))
    model = try arguments.model()
    experts = LowRankSelection(try ExpertFile.read(arguments.file("expert"), for: model.configuration))
    labels = material.labels
    examples = try material.examples()
  }

  func run() throws {
    // The first pass warms up, and says what the other side's answers are compared with.
    try JSONLine.say(
      Facts(
        libtorch: TorchRuntime.version, threads: TorchRuntime.threads, compute: model.compute,
        predictions: try score().map(\.predicted)))
    while try Rounds.next() != nil {
      let seconds = try Stopwatch.seconds { _ = try score() }
      try JSONLine.say(
        Figures(examples: examples.count, seconds: seconds, peakRssBytes: ProcessMemory.peakResidentBytes))
    }
  }

  private func score() throws -> [Prediction] {
    try Evaluator(model)
      .predictions(examples, labels: labels, head: nil, experts: experts)
  }
}
