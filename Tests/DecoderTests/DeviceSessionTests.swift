import Decoder
import Foundation
import ModelConfiguration
import Randomness
import TestSupport
import Testing
import Torch

/// Does a device's session, all sequences of a step in one pass, choose the tokens of the CPU's?
@Suite struct DeviceSessionTests {
  /// Sequences that join a few at a time, one of which is taken out before it has ended.
  static func answers(_ model: DecoderModel, _ requests: [DecodingSession.Request], stepTokens: Int) throws -> [[Int]] {
    let session = DecodingSession(model, stepTokens: stepTokens)
    var (answers, owners, waiting) = (requests.map { _ in [Int]() }, [Int: Int](), requests.indices[...])
    while !waiting.isEmpty || !session.isEmpty {
      for number in waiting.prefix(2) { owners[try session.add(requests[number])] = number }
      waiting = waiting.dropFirst(2)
      for event in try session.step() {
        guard let owner = owners[event.sequence], let id = event.token else { continue }
        answers[owner].append(id)
        if owner == 1, answers[owner].count == 3 { session.remove(event.sequence) }
      }
    }
    return answers
  }

  static func requests(_ model: DecoderModel, seed: UInt64) -> [DecodingSession.Request] {
    var stream = RandomStream(seed: seed, "requests")
    return (0..<9).map { number in
      let length = [1, 3, 17, 30, 50][stream.below(5)]
      return DecodingSession.Request(
        (0..<length).map { _ in stream.below(model.configuration.vocabularySize) },
        options: GenerationOptions(maxTokens: 4 + number, stopsAtEnd: number % 2 == 0))
    }
  }

  @Test(
    arguments: ["tiny", "families/qwen3", "families/hunyuan-moe", "families/gemma3"], Rehearsal.allCases)
  func theSameTokens(family: String, by rehearsal: Rehearsal) throws {
    let model = try Goldens.model(family)
    for stepTokens in [2048, 20] {
      let requests = Self.requests(model, seed: 1)
      let expected = try Self.answers(model, requests, stepTokens: stepTokens)
      #expect(Set(expected).count > 4 && expected[1].count <= 3)
      let got = try asDevice(rehearsal) { try Self.answers(model, requests, stepTokens: stepTokens) }
      #expect(got == expected, "\(family), seed 1, \(stepTokens) tokens a step")
    }
  }

  /// Products with the base's matrices: as many for nine sequences as for one.
  @Test func oneStepIsOnePass() throws {
    let model = try Goldens.model()
    for count in [1, 9] {
      try asDevice {
        let session = DecodingSession(model)
        for number in 0..<count { try session.add(DecodingSession.Request([number + 1, 2, 3])) }
        _ = try session.step()
        #expect(session.products.count == 7 * model.configuration.layers)
      }
    }
  }

  /// A step reads its tokens, and whether their logits are numbers; what it sends does not grow with layers or sequences.
  @Test func trafficOfAStep() throws {
    let model = try Goldens.model()
    for count in [1, 9] {
      try asDevice {
        let session = DecodingSession(model)
        for number in 0..<count { try session.add(DecodingSession.Request([number + 1, 2, 3])) }
        _ = try session.step()
        let (_, traffic) = try HostTraffic.counted { try session.step() }
        #expect(traffic.reads <= 2 && traffic.writes <= 6, "\(traffic.reads) reads, \(traffic.writes) writes")
      }
    }
  }

  /// In bfloat16, too, a text is followed to its end; its tokens are those of other products.
  @Test func halfPrecision() throws {
    let model = try DecoderModel(folder: Goldens.folder.appendingPathComponent("tiny"), precision: .bfloat16)
      .computing(in: .bfloat16)
    let options = GenerationOptions(maxTokens: 6, stopsAtEnd: false)
    try asDevice {
      let alone = try model.generate(after: [5, 90, 11], options: options)
      let together = try model.generate(after: [[5, 90, 11], [7], Array(1..<40)], options: options)
      #expect(alone.count == 6 && together.map(\.count) == [6, 6, 6])
      #expect(together[0] == alone)
    }
  }
}
