import Foundation
import Testing

@testable import Decoder

/// Do penalties, biases, min-p and log-probabilities have the values that one computes by hand?
@Suite struct SamplerOptionTests {
  private func probabilities(
    _ options: GenerationOptions, _ logits: [Float], prompt: [Int] = [], written: [Int] = []
  ) -> [Int: Double] {
    let sampler = Sampler(options, prompt: prompt, written: written)
    return Dictionary(uniqueKeysWithValues: sampler.candidates(logits[...]).map { ($0.id, $0.probability) })
  }

  private func softmax(_ values: [Double]) -> [Double] {
    let weights = values.map { exp($0) }
    return weights.map { $0 / weights.reduce(0, +) }
  }

  @Test func penaltiesOfWhatWasWritten() {
    // Token 2 was written twice and token 0 once; the prompt does not count.
    let options = GenerationOptions(temperature: 1, presencePenalty: 0.5, frequencyPenalty: 0.25)
    let got = probabilities(options, [1, 2, 3, 0], prompt: [3, 3, 1], written: [2, 0, 2])
    let expected = softmax([1 - 0.75, 2, 3 - 1, 0])
    for (id, probability) in expected.enumerated() { #expect(abs((got[id] ?? -1) - probability) < 1e-12) }
    // Below zero they invite repetition.
    let inviting = GenerationOptions(temperature: 1, frequencyPenalty: -1)
    let more = probabilities(inviting, [0, 0], written: [1, 1])
    #expect(abs((more[1] ?? 0) - softmax([0, 2])[1]) < 1e-12)
  }

  @Test func penaltiesGrowAsItWrites() {
    var sampler = Sampler(GenerationOptions(frequencyPenalty: 0.6), prompt: [])
    let logits: [Float] = [2, 1.5, 0]
    // 2, then 1.4 against 1.5, then 1.4 against 0.9, then 0.8 against 0.9.
    let written = (0..<4).map { sampler.choose(logits[...], token: $0).id }
    #expect(written == [0, 1, 0, 1])
  }

  /// Where every token may come, no list of them is made; the draws are those from the list.
  @Test func drawsFromAllTokens() {
    let logits = (0..<500).map { Float(($0 * 7919) % 1000) / 150 }
    for (temperature, penalty) in [(0.7, 0.0), (1, 0.5), (2.5, -0.5)] {
      func drawn(topK: Int) -> [Int?] {
        var options = GenerationOptions(temperature: temperature, topK: topK, presencePenalty: penalty)
        options.seed = 11
        var sampler = Sampler(options, prompt: [1, 2])
        return (0..<200).map { sampler.choose(logits[...], token: $0).id }
      }
      let (all, listed) = (drawn(topK: 0), drawn(topK: 500))
      #expect(all == listed && Set(all).count > 50, "temperature \(temperature)")
    }
  }

  @Test func biases() {
    let options = GenerationOptions(temperature: 1, logitBias: [1: log(3), 9: 100, -1: 100])
    let got = probabilities(options, [0, 0])
    #expect(abs((got[0] ?? 0) - 0.25) < 1e-12 && abs((got[1] ?? 0) - 0.75) < 1e-12 && got.count == 2)
    var banned = Sampler(GenerationOptions(logitBias: [0: -100]), prompt: [])
    #expect(banned.choose([9, 8, 7], token: 0).id == 1)
  }

  @Test func tokensMuchLessProbableThanTheBest() {
    let logits: [Float] = [0, Float(log(0.6)), Float(log(0.4)), Float(log(0.1))]
    #expect(probabilities(GenerationOptions(temperature: 1, minP: 0.5), logits).keys.sorted() == [0, 1])
    #expect(probabilities(GenerationOptions(temperature: 1, minP: 1), logits).keys.sorted() == [0])
    #expect(probabilities(GenerationOptions(temperature: 1), logits).count == 4)
    // A higher temperature brings them nearer: 0.4^(1/2) is 0.63.
    #expect(probabilities(GenerationOptions(temperature: 2, minP: 0.5), logits).keys.sorted() == [0, 1, 2])
    let kept = probabilities(GenerationOptions(temperature: 1, minP: 0.5), logits)
    #expect(abs((kept[0] ?? 0) - 1 / 1.6) < 1e-6)
  }

  @Test func settingsThatCannotBe() {
    for options in [
      GenerationOptions(minP: -0.1), GenerationOptions(minP: 1.5), GenerationOptions(presencePenalty: .nan),
      GenerationOptions(frequencyPenalty: .infinity), GenerationOptions(logitBias: [3: .nan]),
      GenerationOptions(topLogprobs: -1),
    ] {
      #expect(throws: (any Error).self) { try options.validate() }
    }
  }

  /// Probabilities of 0.1, 0.2, 0.3 and 0.4, in a row of a larger matrix.
  private let row = ([7, 7] + [0.1, 0.2, 0.3, 0.4].map { Float(log($0)) } + [9])[2..<6]

  @Test func logprobsOfTheRawLogits() {
    let got = TokenLogprobs(of: 1, among: row, top: 2)
    #expect(abs(got.chosen - Float(log(0.2))) < 1e-6)
    #expect(got.top.map(\.id) == [3, 2])
    #expect(abs(got.top[0].logprob - Float(log(0.4))) < 1e-6 && abs(got.top[1].logprob - Float(log(0.3))) < 1e-6)
    // How many are asked for changes no value.
    for top in [0, 1, 4, 20] {
      let other = TokenLogprobs(of: 1, among: row, top: top)
      #expect(other.chosen == got.chosen && other.top.count == min(top, 4))
      #expect(zip(other.top, got.top).allSatisfy { $0 == $1 })
    }
    #expect(TokenLogprobs(of: 0, among: [1, 2, 2, 1], top: 3).top.map(\.id) == [1, 2, 0])
    let many = (0..<8_192).map { Float($0 % 97) / 10 }
    let sum = TokenLogprobs(of: 0, among: many[...], top: 8_192).top.reduce(0) { $0 + exp(Double($1.logprob)) }
    #expect(abs(sum - 1) < 1e-4)
  }

  @Test func optionsChangeNoLogprob() {
    for options in [
      GenerationOptions(topLogprobs: 2),
      GenerationOptions(temperature: 0.3, topK: 2, repetitionPenalty: 1.5, logitBias: [1: 100], topLogprobs: 2),
      GenerationOptions(presencePenalty: 2, logitBias: [1: 100], topLogprobs: 2),
    ] {
      var sampler = Sampler(options, prompt: [3], written: [3])
      let choice = sampler.choose(row, token: 0)
      let id = choice.id ?? -1
      #expect(choice.logprobs == TokenLogprobs(of: id, among: row, top: 2))
    }
  }
}
