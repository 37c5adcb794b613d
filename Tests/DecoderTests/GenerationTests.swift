import Decoder
import TestSupport
import Testing
import Torch

/// Does generation follow the logits, its seed and its limits?
@Suite struct GenerationTests {
  let model: DecoderModel
  private let prompt = [5, 90, 11]

  init() throws { model = try Goldens.model() }

  private func sampled(_ temperature: Double, seed: UInt64 = 1, tokens: Int = 20) throws -> [Int] {
    try model.generate(
      after: prompt, options: GenerationOptions(maxTokens: tokens, temperature: temperature, seed: seed))
  }

  /// The most probable token after each prefix, computed without a cache.
  private func greedy(_ count: Int) throws -> [Int] {
    var ids = prompt
    for _ in 0..<count {
      let last = try model.logits(of: ids).selected(0, ids.count - 1).floats()
      let best = last.indices.reduce(0) { last[$1] > last[$0] ? $1 : $0 }
      if best == 0 { break }
      ids.append(best)
    }
    return Array(ids.dropFirst(prompt.count))
  }

  @Test func greedyTakesTheMostProbableToken() throws {
    let expected = try greedy(20)
    #expect(expected.count > 3)
    #expect(try sampled(0) == expected)
    #expect(try sampled(0, seed: 2) == expected)
  }

  @Test func aLimitCutsTheSameText() throws {
    let whole = try sampled(0)
    #expect(try sampled(0, tokens: 3) == Array(whole.prefix(3)))
    #expect(try sampled(0, tokens: 0) == [])
  }

  @Test func aSeedDecidesASample() throws {
    let first = try sampled(1.5)
    #expect(try sampled(1.5) == first)
    #expect(try (2...6).contains { try sampled(1.5, seed: $0) != first })
  }

  @Test(arguments: [1e-6, 1e-30, 1e-300, .leastNonzeroMagnitude])
  func nearlyColdIsGreedy(temperature: Double) throws {
    #expect(try sampled(temperature) == sampled(0))
  }

  @Test func samplesFollowTheProbabilities() throws {
    let logits = try model.logits(of: prompt).selected(0, 2)
    let probabilities = try (logits * 0.5).softmax(0).floats()
    var counts = [Int](repeating: 0, count: 96)
    let draws = 1500
    for seed in 0..<draws {
      // An end token gives no token.
      counts[try sampled(2, seed: UInt64(seed), tokens: 1).first ?? 0] += 1
    }
    for (id, probability) in probabilities.enumerated() where probability > 0.02 {
      let expected = Double(probability) * Double(draws)
      #expect(abs(Double(counts[id]) - expected) < 5 * expected.squareRoot(), "id \(id)")
    }
  }

  @Test func stopsAtAnEndToken() throws {
    let folder = try Scratch()
    try folder.copy("tiny")
    let text = try sampled(0)
    let end = try #require(text.dropFirst(2).first { !text.prefix(2).contains($0) })
    try folder.write("{\"eos_token_id\":[\(end)]}", to: "generation_config.json")
    let stopping = try DecoderModel(folder: folder.url)
    let got = try stopping.generate(after: prompt, options: GenerationOptions(maxTokens: 20))
    #expect(got == Array(text.prefix { $0 != end }))
  }

  @Test func stopsWhenTold() throws {
    var seen: [Int] = []
    let got = try model.generate(after: prompt, options: GenerationOptions(maxTokens: 20)) {
      seen.append($0)
      return seen.count < 3
    }
    #expect(try got == Array(sampled(0).prefix(3)) && seen == got)
  }

  @Test func stopsWhereThePositionsEnd() throws {
    let folder = try Scratch()
    try folder.copy("tiny")
    try folder.writeConfiguration(["eos_token_id": "[]"])
    let endless = try DecoderModel(folder: folder.url)
    let options = GenerationOptions(maxTokens: 100)
    #expect(try endless.generate(after: [Int](repeating: 5, count: 60), options: options).count == 5)
    #expect(try endless.generate(after: [Int](repeating: 5, count: 64), options: options).count == 1)
  }

  @Test func promptsAreChecked() throws {
    #expect(throws: DecoderError.emptyInput) { try model.generate(after: [Int]()) }
    #expect(throws: DecoderError.sequenceTooLong(length: 65, limit: 64)) {
      try model.generate(after: [Int](repeating: 5, count: 65))
    }
    for id in [-1, 96, .max, .min] {
      #expect(throws: DecoderError.tokenOutOfRange(id: id, vocabularySize: 96)) {
        try model.generate(after: [5, id])
      }
    }
  }

  @Test(arguments: [-0.1, .infinity, .nan])
  func temperaturesAreChecked(temperature: Double) throws {
    #expect(throws: TorchError.self) { try sampled(temperature) }
  }
}
