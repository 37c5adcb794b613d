import BenchmarkSupport
import Decoder
import Experts
import Foundation
import ModelConfiguration
import Randomness
import Torch

/// Does a request get the same bytes alone and in any company? Mixed requests in random orders against each of them alone.
struct InvarianceMode {
  private struct Facts: Encodable {
    let libtorch: String
    let instructionSet: String
    let threads: Int
    let weights: String
    let compute: ComputePrecision
    let requests: Int
    let orders: Int
    let newTokens: Int
    /// Answers, of all orders, that were not those of the request alone.
    let different: Int
    let seconds: Double
  }

  private let model: DecoderModel
  private let count: Int
  private let orders: Int
  private let tokens: Int

  init(_ arguments: CommandWords) throws {
    model = try arguments.model()
    count = try arguments.number("requests", or: 64)
    orders = try arguments.number("orders", or: 200)
    tokens = try arguments.number("new-tokens", or: 8)
  }

  private func requests() throws -> [DecodingSession.Request] {
    let all = try RandomExpert.prepared(
      16, ranks: [1, 2, 4, 8, 16, 64], projections: Projection.allCases, on: model)
    var stream = RandomStream(seed: 1, "requests")
    return (0..<count).map { number in
      let length = 1 + stream.below(min(200, model.configuration.maxPositions - tokens))
      let prompt = (0..<length).map { _ in stream.below(model.configuration.vocabularySize) }
      let options = GenerationOptions(
        maxTokens: tokens, temperature: number % 2 == 0 ? 0 : 1, seed: UInt64(number), stopsAtEnd: false)
      let expert = stream.below(all.count + 1)
      return DecodingSession.Request(prompt, options: options, expert: expert < all.count ? all[expert] : nil)
    }
  }

  /// - Parameter atOnce: how many requests join at each step.
  private func answers(_ requests: [DecodingSession.Request], _ order: [Int], atOnce: Int) throws -> [[Int]] {
    let session = DecodingSession(model)
    var (answers, owners) = ([[Int]](repeating: [], count: requests.count), [Int: Int]())
    var waiting = order[...]
    while !waiting.isEmpty || !session.isEmpty {
      for number in waiting.prefix(atOnce) { owners[try session.add(requests[number])] = number }
      waiting = waiting.dropFirst(atOnce)
      for event in try session.step() {
        if let owner = owners[event.sequence], let id = event.token { answers[owner].append(id) }
      }
    }
    return answers
  }

  func run() throws {
    let requests = try requests()
    var different = 0
    let seconds = try Stopwatch.seconds {
      let alone = try requests.indices.map { try answers([requests[$0]], [0], atOnce: 1)[0] }
      var stream = RandomStream(seed: 2, "orders")
      for _ in 0..<orders {
        var order = Array(requests.indices)
        stream.shuffle(&order)
        let together = try answers(requests, order, atOnce: 1 + stream.below(count))
        different += zip(together, alone).count { $0 != $1 }
      }
    }
    try JSONLine.say(
      Facts(
        libtorch: TorchRuntime.version, instructionSet: InstructionSet.current.rawValue, threads: TorchRuntime.threads,
        weights: model.layers[0].attention.query.precision.rawValue, compute: model.compute, requests: count,
        orders: orders, newTokens: tokens,
        different: different, seconds: seconds))
    guard different == 0 else { throw UsageError("\(different) answers depend on their company") }
  }
}
