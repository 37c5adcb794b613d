import BenchmarkSupport
import Decoder
import Experts
import Files
import Foundation
import Torch

/// How fast is greedy generation? A fixed number of new tokens for batches of prompts of one length.
struct GenerateMode {
  private struct Material: Decodable {
    let prompts: [[Int]]
  }

  private struct Facts: Encodable {
    let libtorch: String
    let threads: Int
    /// The new tokens of every prompt.
    let generated: [[Int]]
  }

  private struct Figures: Encodable {
    let rows: Int
    /// New tokens of all rows; the prompt's are not counted, but their time is.
    let tokens: Int
    let seconds: Double
    let peakRssBytes: Int
  }

  private let model: DecoderModel
  /// Of the rows, one after the other and again from the first; none: the base alone.
  private let experts: [PreparedExpert]
  private let prompts: [[Int]]
  private let count: Int

  init(_ arguments: CommandWords) throws {
    prompts = try JSONFile.read(Material.self, from: arguments.file("material")).prompts
    model = try arguments.model()
    let distinct = try arguments.number("distinct", or: 0)
    if distinct > 0 {
      experts = try RandomExpert.prepared(
        distinct, ranks: [8], projections: [.gate, .up, .down], on: model)
    } else {
      let shape = model.configuration
      experts =
        try arguments.optionalFile("expert").map {
          [PreparedExpert(try ExpertFile.read($0, for: shape))]
        } ?? []
    }
    count = try arguments.number("new-tokens", or: 64)
  }

  func run() throws {
    try JSONLine.say(
      Facts(libtorch: TorchRuntime.version, threads: TorchRuntime.threads, generated: try generate(prompts)))
    while let rows = try Rounds.next() {
      let batch = Array(prompts.prefix(rows))
      let seconds = try Stopwatch.seconds { _ = try generate(batch) }
      try JSONLine.say(
        Figures(
          rows: batch.count, tokens: batch.count * count, seconds: seconds,
          peakRssBytes: ProcessMemory.peakResidentBytes))
    }
  }

  /// The most probable token again and again, `count` times for every row, end tokens or not: so that the work is fixed.
  private func generate(_ batch: [[Int]]) throws -> [[Int]] {
    let options = GenerationOptions(maxTokens: count, stopsAtEnd: false)
    return try model.generate(
      batch.enumerated().map { row, prompt in
        DecodingSession.Request(
          prompt, options: options, expert: experts.isEmpty ? nil : experts[row % experts.count])
      })
  }
}
