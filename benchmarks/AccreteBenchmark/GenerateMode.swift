import Decoder
import Experts
import Files
import Foundation
import Runs
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
  private let experts: LowRankSelection
  private let prompts: [[Int]]
  private let count: Int

  init(_ arguments: Arguments) throws {
    prompts = try JSONFile.read(Material.self, from: arguments.file("material")).prompts
    model = try DecoderModel(folder: arguments.file("base"))
    experts = LowRankSelection(try ExpertFile.read(arguments.file("expert"), for: model.configuration))
    count = try arguments.number("new-tokens", or: 64)
  }

  func run() throws {
    try Rounds.say(
      Facts(libtorch: TorchRuntime.version, threads: TorchRuntime.threads, generated: try generate(prompts)))
    while let rows = try Rounds.next() {
      let batch = Array(prompts.prefix(rows))
      let seconds = try Rounds.seconds { _ = try generate(batch) }
      try Rounds.say(
        Figures(
          rows: batch.count, tokens: batch.count * count, seconds: seconds,
          peakRssBytes: ProcessMemory.peakResidentBytes))
    }
  }

  /// The most probable token again and again, `count` times for every row, end tokens or not: so that the work is fixed.
  private func generate(_ batch: [[Int]]) throws -> [[Int]] {
    try withoutGradients {
      let cache = KeyValueCache()
      var input = batch
      var produced = [[Int]](repeating: [], count: batch.count)
      for _ in 0..<count {
        let tokens = try TokenBatch(input, pad: 0)
        let hidden = try model.hiddenStates(tokens, experts: experts, cache: cache)  // [batch, time, hidden]
        let last = try hidden.narrowed(1, from: tokens.time - 1, count: 1)
          .reshaped([batch.count, model.configuration.hiddenSize])
        let next = try model.logits(last).argmax(-1).integers()
        for (row, id) in next.enumerated() { produced[row].append(id) }
        input = next.map { [$0] }
      }
      return produced
    }
  }
}
