import Experts
import Foundation
import ModelConfiguration
import Randomness
import TestSupport
import Testing
import Torch

@testable import Decoder

/// Does a request get the same bytes alone and in any company?
@Suite(.serialized) struct SessionTests {
  private struct Answer: Equatable {
    var ids: [Int] = []
    /// The logits that each token was chosen from are not seen from outside; what is drawn from them at a high temperature is.
    var ended = false
  }

  private static let families = ["tiny", "families/qwen3", "families/hunyuan-moe", "families/gemma3"]

  private static func requests(_ model: DecoderModel, count: Int, seed: UInt64) throws -> [DecodingSession.Request] {
    var stream = RandomStream(seed: seed, "requests")
    let routed = model.configuration.moe != nil
    let experts = try (0..<8).map { number in
      // Mixed ranks, and different projections.
      let projections = number % 2 == 0 ? Projection.allCases : [.query, .value]
      let shape = try LowRankShape(
        rank: [1, 2, 4, 8, 3, 16, 5, 64][number], alpha: 8, dropout: 0, projections: projections,
        routed: routed && number % 2 == 0)
      return PreparedExpert(try randomExpert(shape, on: model.configuration, seed: UInt64(number)))
    }
    return (0..<count).map { number in
      let length = min([1, 3, 17, 30, 64, 65, 90][stream.below(7)], model.configuration.maxPositions - 9)
      let prompt = (0..<length).map { _ in stream.below(model.configuration.vocabularySize) }
      let options = GenerationOptions(
        maxTokens: 8, temperature: number % 3 == 0 ? 0 : 1.5, topK: number % 5 == 0 ? 20 : 0,
        repetitionPenalty: number % 7 == 0 ? 1.2 : 1, seed: UInt64(number), stopsAtEnd: number % 2 == 0)
      let expert = stream.below(9)
      return DecodingSession.Request(
        prompt, options: options, expert: expert == 8 ? nil : experts[expert], choice: number % 4)
    }
  }

  /// - Parameter order: which request joins when, several at each step.
  private static func answers(
    _ model: DecoderModel, _ requests: [DecodingSession.Request], order: [Int], atOnce: Int, stepTokens: Int = 2048
  ) throws -> [Answer] {
    let session = DecodingSession(model, stepTokens: stepTokens)
    var (answers, owners) = ([Answer](repeating: Answer(), count: requests.count), [Int: Int]())
    var waiting = order[...]
    while !waiting.isEmpty || !session.isEmpty {
      for number in waiting.prefix(atOnce) { owners[try session.add(requests[number])] = number }
      waiting = waiting.dropFirst(atOnce)
      for event in try session.step() {
        let owner = try #require(owners[event.sequence])
        if let id = event.token { answers[owner].ids.append(id) } else { answers[owner].ended = true }
      }
    }
    return answers
  }

  /// The long form of this is `Scripts/batch_invariance`.
  @Test(arguments: families, [WeightMatrix.Precision.float32, .bfloat16, .int8, .nf4])
  func theSameBytesInAnyCompany(family: String, precision: WeightMatrix.Precision) throws {
    try theSameBytes(family, precision, .float32)
    if precision == .bfloat16 { try theSameBytes(family, precision, .bfloat16) }
  }

  private func theSameBytes(_ family: String, _ precision: WeightMatrix.Precision, _ compute: ComputePrecision) throws {
    var first: [Answer]?
    for threads in [1, 2] {
      try TorchRuntime.setThreads(threads)
      defer { try? TorchRuntime.setThreads(1) }
      let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent(family), precision: precision)
        .computing(in: compute)
      let requests = try Self.requests(model, count: 16, seed: 1)
      let alone = try requests.indices.map {
        try Self.answers(model, [requests[$0]], order: [0], atOnce: 1)[0]
      }
      #expect(Set(alone.map(\.ids)).count > 8)
      // The number of threads is no matter, either.
      #expect(first.map { $0 == alone } ?? true)
      first = alone
      var stream = RandomStream(seed: 7, "orders")
      for round in 0..<3 {
        var order = Array(requests.indices)
        stream.shuffle(&order)
        let together = try Self.answers(
          model, requests, order: order, atOnce: [16, 5, 1][round], stepTokens: [2048, 100, 31][round])
        #expect(together == alone, "round \(round), \(threads) threads")
      }
    }
  }

  /// Logits, too: the largest number hides a last bit.
  @Test(arguments: families) func theSameLogitsInAnyCompany(family: String) throws {
    let model = try Goldens.model(family)
    let requests = try Self.requests(model, count: 40, seed: 2)
    let rows = requests.map(\.prompt)
    for sliced in [true, false] {
      let together = try model.inferredLogits(rows, experts: requests.map(\.expert), sliced: sliced)
      for number in requests.indices {
        let alone = try model.inferredLogits([rows[number]], experts: [requests[number].expert], sliced: sliced)[0]
        #expect(try alone.rawBytes() == together[number].rawBytes(), "\(number), \(sliced)")
      }
    }
  }

  @Test func joiningAndLeaving() throws {
    let model = try Goldens.model()
    let session = DecodingSession(model)
    #expect(try session.step().isEmpty && session.isEmpty)
    let options = GenerationOptions(maxTokens: 3, stopsAtEnd: false)
    let first = try session.add(DecodingSession.Request([1, 2, 3], options: options))
    _ = try session.step()
    let second = try session.add(DecodingSession.Request([4], options: options))
    #expect(first != second && session.count == 2)
    session.remove(first)
    session.remove(first)
    #expect(try session.step().map(\.sequence) == [second])
    #expect(try session.step().map(\.isLast) == [false])
    #expect(try session.step().map(\.isLast) == [true])
    #expect(session.isEmpty)
    #expect(throws: DecoderError.emptyInput) { try session.add(DecodingSession.Request([])) }
    #expect(throws: DecoderError.self) { try session.add(DecodingSession.Request([1_000_000])) }
    #expect(throws: TorchError.self) {
      try session.add(DecodingSession.Request([1], options: GenerationOptions(temperature: -1)))
    }
    #expect(try session.add([DecodingSession.Request([1], options: GenerationOptions(maxTokens: 0))]).count == 1)
    #expect(session.isEmpty)
  }

  /// Under an expert whose numbers are too large for anything finite.
  @Test(arguments: [0, 1.5]) func aSequenceWithoutFiniteLogitsLeavesAlone(temperature: Double) throws {
    let model = try Goldens.model()
    let factors = try randomExpert(LowRankShape(rank: 2, alpha: 4, dropout: 0), on: model.configuration, seed: 1)
    for row in factors.pairs {
      for pair in row.values {
        let numbers = [Float](repeating: 1e38, count: pair.b.shape.reduce(1, *))
        try pair.b.copyInPlace(from: Tensor(numbers).reshaped(pair.b.shape))
      }
    }
    let options = GenerationOptions(maxTokens: 4, temperature: temperature, stopsAtEnd: false)
    let good = DecodingSession.Request([5, 90, 11], options: options)
    let expected = try Self.answers(model, [good], order: [0], atOnce: 1)[0].ids
    func session() throws -> (session: DecodingSession, good: Int, broken: Int) {
      let session = DecodingSession(model)
      let first = try session.add(good)
      let second = try session.add(
        DecodingSession.Request([5, 90, 11], options: options, expert: PreparedExpert(factors)))
      return (session, first, second)
    }
    let (isolating, first, second) = try session()
    var (ids, failed): ([Int], [Int]) = ([], [])
    while !isolating.isEmpty {
      for event in try isolating.step(isolating: true) {
        if event.failure != nil { failed.append(event.sequence) }
        if let id = event.token { ids += event.sequence == first ? [id] : [-1] }
      }
    }
    #expect(ids == expected && failed == [second])
    #expect(throws: DecoderError.self) { try session().session.step() }
  }
}
