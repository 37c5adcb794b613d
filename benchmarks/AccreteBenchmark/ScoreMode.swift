import BenchmarkSupport
import Decoder
import Experts
import Files
import Foundation
import Learning
import ModelConfiguration
import Streams
import Torch

/// How fast is a test set scored? As `predict` and `evaluate` score it: given rows with one LoRA expert.
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
  private let expert: LowRankExpert
  private let examples: [EncodedExample]
  private let labels: [[Int]]

  init(_ arguments: CommandWords) throws {
    let material = try ScoringMaterial.read(arguments.file("material"))
    model = try arguments.model()
    expert = try ExpertFile.read(arguments.file("expert"), for: model.configuration)
    labels = material.labels
    examples = try material.examples()
  }

  func run() throws {
    // The first pass warms up, and says what the other side's answers are compared with.
    try JSONLine.say(
      Facts(
        libtorch: TorchRuntime.version, threads: TorchRuntime.threads, compute: model.compute,
        predictions: try score()))
    while try Rounds.next() != nil {
      let seconds = try Stopwatch.seconds { _ = try score() }
      try JSONLine.say(
        Figures(examples: examples.count, seconds: seconds, peakRssBytes: ProcessMemory.peakResidentBytes))
    }
  }

  /// The label that is most probable for each row, the first of equal ones.
  private func score() throws -> [Int] {
    let own = expert
    return try Evaluator(model).scores(examples, .labels(labels), expert: { PreparedExpert(own) }).map { scores in
      scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }
  }
}
