import Foundation
import Randomness

/// Chooses the tokens of one sequence: bias, penalties, what is allowed, then temperature, the k most probable, the smallest set of probability
/// p, and those that are probable enough beside the most probable; the order of transformers.
struct Sampler {
  /// A token that was chosen.
  struct Choice {
    /// `nil`: none is allowed.
    let id: Int?
    let logprobs: TokenLogprobs?
  }

  private let options: GenerationOptions
  private let choice: Int
  private let constraint: (any TokenConstraint)?
  /// Tokens of the text so far, the prompt's included.
  private var seen: Set<Int>
  /// How often each token was written.
  private var counts: [Int: Int] = [:]

  /// - Parameter options: How tokens are chosen, and the seed.
  /// - Parameter prompt: What the text begins with.
  /// - Parameter written: What was written already.
  /// - Parameter choice: Which of several samples of one prompt this is.
  /// - Parameter constraint: What may be written, as it stands behind `written`.
  init(
    _ options: GenerationOptions, prompt: [Int], written: [Int] = [], choice: Int = 0,
    constraint: (any TokenConstraint)? = nil
  ) {
    self.options = options
    self.choice = choice
    self.constraint = constraint
    seen = options.repetitionPenalty == 1 ? [] : Set(prompt).union(written)
    if countsTokens { for id in written { counts[id, default: 0] += 1 } }
  }

  private var countsTokens: Bool { options.presencePenalty != 0 || options.frequencyPenalty != 0 }

  /// Whether the largest logit is the answer, and nothing else is asked.
  var isPlainGreedy: Bool { options.isPlainGreedy && constraint == nil }

  /// The next token. `logits`: one for each token of the vocabulary; `token`: how many were chosen before it.
  mutating func choose(_ logits: ArraySlice<Float>, token: Int, endTokens: [Int] = []) -> Choice {
    guard let chosen = chosen(logits, token: token, endTokens: endTokens) else { return Choice(id: nil, logprobs: nil) }
    if options.repetitionPenalty != 1 { seen.insert(chosen) }
    if countsTokens { counts[chosen, default: 0] += 1 }
    if !endTokens.contains(chosen) { constraint?.accept(chosen) }
    return Choice(
      id: chosen, logprobs: options.topLogprobs.map { TokenLogprobs(of: chosen, among: logits, top: $0) })
  }

  private func chosen(_ logits: ArraySlice<Float>, token: Int, endTokens: [Int]) -> Int? {
    if isPlainGreedy || (options.isGreedy && constraint == nil) { return Self.largest(logits) }
    var allowed: [Bool]?
    if let constraint {
      var mask = [Bool](repeating: false, count: logits.count)
      var isAny = false
      constraint.allowed(endTokens: endTokens) { id in
        if mask.indices.contains(id) { (mask[id], isAny) = (true, true) }
      }
      guard isAny else { return nil }
      allowed = mask
    }
    if options.drawsFromAll { return draw(weights(adjusted(logits, allowed: allowed)), token: token) }
    let candidates = candidates(logits, allowed: allowed)
    return options.temperature == 0 ? candidates.first?.id : draw(candidates, token: token)
  }

  /// The first of the largest.
  private static func largest(_ logits: ArraySlice<Float>) -> Int? {
    guard var best = logits.indices.first else { return nil }
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return best - logits.startIndex
  }

  /// Tokens that can be drawn, with their probabilities; at temperature 0 the most probable one.
  ///
  /// - Parameter allowed: Of each token, whether it may come; `nil`: all may.
  func candidates(_ logits: ArraySlice<Float>, allowed: [Bool]? = nil) -> [(id: Int, probability: Double)] {
    let values = adjusted(logits, allowed: allowed)
    guard options.temperature > 0 else { return Self.largest(values).map { [($0, 1)] } ?? [] }
    let weights = weights(values)
    // The most probable one has the weight 1.
    let kept = nucleus(mostProbable(weights), weights).filter { weights[$0] >= options.minP && weights[$0] > 0 }
    let total = kept.reduce(0) { $0 + weights[$1] }
    return kept.map { ($0, weights[$0] / total) }
  }

  /// Logits with biases and penalties, −∞ where a token may not come.
  private func adjusted(_ logits: ArraySlice<Float>, allowed: [Bool]?) -> [Double] {
    var values = logits.map(Double.init)
    for (id, bias) in options.logitBias where values.indices.contains(id) { values[id] += bias }
    for id in seen where values.indices.contains(id) {
      values[id] = values[id] > 0 ? values[id] / options.repetitionPenalty : values[id] * options.repetitionPenalty
    }
    for (id, count) in counts where values.indices.contains(id) {
      values[id] -= options.presencePenalty + options.frequencyPenalty * Double(count)
    }
    if let allowed { for id in values.indices where !allowed[id] { values[id] = -.infinity } }
    return values
  }

  /// exp((value − largest) / temperature): in Double and from the largest down, so that no temperature above 0 overflows.
  private func weights(_ values: [Double]) -> [Double] {
    guard let best = Self.largest(values) else { return [] }
    let largest = values[best]
    return values.map { exp(($0 - largest) / options.temperature) }
  }

  /// The first of the largest.
  private static func largest(_ values: [Double]) -> Int? {
    guard var best = values.indices.first else { return nil }
    for id in values.indices where values[id] > values[best] { best = id }
    return best
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

  private func draw(_ candidates: [(id: Int, probability: Double)], token: Int) -> Int {
    let point = point(token)
    var cumulated = 0.0
    for (id, probability) in candidates {
      cumulated += probability
      if point < cumulated { return id }
    }
    return candidates.max { $0.probability < $1.probability }?.id ?? 0
  }

  /// The same from all tokens by their weights, without a list of them: vocabularies have up to 250,000.
  private func draw(_ weights: [Double], token: Int) -> Int? {
    let (point, total) = (point(token), weights.reduce(0, +))
    var cumulated = 0.0
    for id in weights.indices where weights[id] > 0 {
      cumulated += weights[id] / total
      if point < cumulated { return id }
    }
    return Self.largest(weights)
  }

  /// A number in [0, 1) of 53 random bits; the first id whose cumulated probability exceeds it is taken.
  ///
  /// Each token has a stream of its own, `generate/CHOICE/TOKEN`: it depends on nothing that was drawn before, or for others.
  private func point(_ token: Int) -> Double {
    var stream = RandomStream(seed: options.seed, "generate", "\(choice)", "\(token)")
    return Double(stream.next() >> 11) * 0x1p-53
  }
}
