import Foundation
import Randomness

/// Chooses the tokens of one sequence: penalty, then temperature, then the k most probable, then the smallest set of probability p; the order of
/// transformers.
struct Sampler {
  private let options: GenerationOptions
  private let choice: Int
  /// Tokens of the text so far, the prompt's included.
  private var seen: Set<Int>

  /// - Parameter options: How tokens are chosen, and the seed.
  /// - Parameter prompt: What the text begins with.
  /// - Parameter choice: Which of several samples of one prompt this is.
  init(_ options: GenerationOptions, prompt: [Int], choice: Int = 0) {
    self.options = options
    self.choice = choice
    seen = options.repetitionPenalty == 1 ? [] : Set(prompt)
  }

  /// The next token. `logits`: one for each token of the vocabulary; `token`: how many were chosen before it.
  mutating func choose(_ logits: ArraySlice<Float>, token: Int) -> Int {
    let candidates = candidates(logits)
    let chosen = options.temperature == 0 ? candidates.first?.id ?? 0 : draw(candidates, token: token)
    if options.repetitionPenalty != 1 { seen.insert(chosen) }
    return chosen
  }

  /// Tokens that can be drawn, with their probabilities; at temperature 0 the most probable one.
  func candidates(_ logits: ArraySlice<Float>) -> [(id: Int, probability: Double)] {
    var values = logits.map(Double.init)
    for id in seen where values.indices.contains(id) {
      values[id] = values[id] > 0 ? values[id] / options.repetitionPenalty : values[id] * options.repetitionPenalty
    }
    // The first of equals.
    guard let best = values.indices.max(by: { values[$0] < values[$1] || (values[$0] == values[$1] && $0 > $1) })
    else { return [] }
    guard options.temperature > 0 else { return [(best, 1)] }
    // In Double and from the largest logit down, so that no temperature above 0 overflows.
    let largest = values[best]
    let weights = values.map { exp(($0 - largest) / options.temperature) }
    let kept = nucleus(mostProbable(weights), weights)
    let total = kept.reduce(0) { $0 + weights[$1] }
    return kept.map { ($0, weights[$0] / total) }
  }

  /// The k most probable, in order of their ids; tokens as probable as the k-th stay, as in transformers.
  private func mostProbable(_ weights: [Double]) -> [Int] {
    guard options.topK > 0, options.topK < weights.count else { return Array(weights.indices) }
    let least = weights.sorted(by: >)[options.topK - 1]
    return weights.indices.filter { weights[$0] >= least }
  }

  /// The smallest set of the most probable whose probability reaches p, in order of their ids.
  private func nucleus(_ ids: [Int], _ weights: [Double]) -> [Int] {
    guard options.topP < 1 else { return ids }
    let enough = options.topP * ids.reduce(0) { $0 + weights[$1] }
    var kept: [Int] = []
    var sum = 0.0
    for id in ids.sorted(by: { (weights[$0], $1) > (weights[$1], $0) }) {
      kept.append(id)
      sum += weights[id]
      if sum >= enough { break }
    }
    return kept.sorted()
  }

  /// Each token has a stream of its own, `generate/CHOICE/TOKEN`: it depends on nothing that was drawn before, or for others.
  private func draw(_ candidates: [(id: Int, probability: Double)], token: Int) -> Int {
    var stream = RandomStream(seed: options.seed, "generate", "\(choice)", "\(token)")
    // 53 random bits make a number in [0, 1); the first id whose cumulated probability exceeds it is taken.
    let point = Double(stream.next() >> 11) * 0x1p-53
    var cumulated = 0.0
    for (id, probability) in candidates {
      cumulated += probability
      if point < cumulated { return id }
    }
    return candidates.max { $0.probability < $1.probability }?.id ?? 0
  }
}
