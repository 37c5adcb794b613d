import Foundation
import Torch

extension DecoderModel {
  /// Continues one prompt, token by token, until an end token, the limit, or the end of the positions.
  ///
  /// - Parameters:
  ///   - prompt: token ids, at least one.
  ///   - options: how the next token is chosen, and how many at most.
  ///   - experts: which experts are used; nil is the base.
  ///   - onToken: called with each new id; return false to stop.
  /// - Returns: the new ids, without the end token.
  /// - Throws: ``DecoderError`` for an empty, too long or foreign prompt; `TorchError`.
  public func generate(
    after prompt: [Int], options: GenerationOptions = GenerationOptions(), experts: (any ExpertSelection)? = nil,
    onToken: (Int) throws -> Bool = { _ in true }
  ) throws -> [Int] {
    try check(prompt)
    guard options.maxTokens >= 0 else {
      throw TorchError.invalidHyperparameter(
        name: "the most new tokens", value: "\(options.maxTokens)", allowed: "0 or more")
    }
    guard options.temperature >= 0, options.temperature.isFinite else {
      throw TorchError.invalidHyperparameter(
        name: "temperature", value: "\(options.temperature)", allowed: "0 (greedy) or more")
    }
    return try withoutGradients {
      var stream = RandomStream(seed: options.seed, "generate")
      let cache = KeyValueCache()
      var input = prompt
      var produced: [Int] = []
      while produced.count < options.maxTokens, cache.length + input.count <= configuration.maxPositions {
        let hidden = try hiddenStates(
          TokenBatch([input], pad: 0, on: device), experts: experts, cache: cache)  // [1, time, hidden]
        let last = try hidden.narrowed(1, from: input.count - 1, count: 1).reshaped([1, configuration.hiddenSize])
        let next = try choose(logits(last), options, &stream)
        if configuration.endTokens.contains(next) { break }
        produced.append(next)
        guard try onToken(next) else { break }
        input = [next]
      }
      return produced
    }
  }

  /// One id from the logits of one position. `logits`: [1, vocabulary].
  private func choose(_ logits: Tensor, _ options: GenerationOptions, _ stream: inout RandomStream) throws -> Int {
    if options.temperature == 0 {
      return try logits.argmax(-1).integers().first ?? 0
    }
    // In Double and from the largest logit down, so that no temperature above 0 overflows.
    let values = try logits.floats().map(Double.init)
    let largest = values.max() ?? 0
    let weights = values.map { Foundation.exp(($0 - largest) / options.temperature) }
    // 53 random bits make a number in [0, 1); the first id whose cumulated probability exceeds it is taken.
    let point = Double(stream.next() >> 11) * 0x1p-53 * weights.reduce(0, +)
    var cumulated = 0.0
    for (id, weight) in weights.enumerated() {
      cumulated += weight
      if point < cumulated { return id }
    }
    return weights.indices.max { weights[$0] < weights[$1] } ?? 0
  }
}
