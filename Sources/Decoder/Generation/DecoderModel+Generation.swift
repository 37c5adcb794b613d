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
    try generate(after: [prompt], options: options, experts: experts) { try onToken($1) }.first ?? []
  }

  /// Continues several prompts of any lengths together. A row that has ended costs nothing more.
  ///
  /// - Parameters:
  ///   - prompts: token ids, at least one for each prompt.
  ///   - options: how the next token is chosen, and how many at most. Each row samples from a stream of its own.
  ///   - experts: which experts are used, by all rows.
  ///   - onToken: called with a row's number and its new id; return false to stop that row.
  /// - Returns: the new ids of each prompt, without the end token.
  /// - Throws: as ``generate(after:options:experts:onToken:)``.
  public func generate(
    after prompts: [[Int]], options: GenerationOptions = GenerationOptions(), experts: (any ExpertSelection)? = nil,
    onToken: (Int, Int) throws -> Bool = { _, _ in true }
  ) throws -> [[Int]] {
    for prompt in prompts { try check(prompt) }
    try options.validate()
    guard device == .cpu || prompts.count == 1 else {
      // Caches on other devices hold rows of one length.
      return try prompts.enumerated().map { row, prompt in
        try generate(after: [prompt], options: options, experts: experts) { try onToken(row, $1) }.first ?? []
      }
    }
    return try withoutGradients {
      var streams = prompts.indices.map {
        RandomStream(seed: options.seed, $0 == 0 ? "generate" : "generate.\($0)")
      }
      let cache = KeyValueCache()
      // What each row reads next: nothing once it has ended.
      var input = prompts
      var produced = [[Int]](repeating: [], count: prompts.count)
      while options.maxTokens > 0, input.contains(where: { !$0.isEmpty }) {
        let rows = input.indices.filter { !input[$0].isEmpty }
        let states = try lastStates(
          of: TokenBatch(input, pad: 0, on: device), experts: experts, cache: cache)  // [rows, hidden]
        let next = try choose(logits(states), options, rows, &streams)
        for (row, id) in zip(rows, next) {
          input[row] = []
          if options.stopsAtEnd, configuration.endTokens.contains(id) { continue }
          produced[row].append(id)
          guard try onToken(row, id), produced[row].count < options.maxTokens,
            prompts[row].count + produced[row].count <= configuration.maxPositions
          else { continue }
          input[row] = [id]
        }
      }
      return produced
    }
  }

  /// Final hidden states of the last token of each row that has one. [rows, hidden]
  private func lastStates(
    of batch: TokenBatch, experts: (any ExpertSelection)?, cache: KeyValueCache
  ) throws -> Tensor {
    let states = try packedStates(batch, experts: experts, cache: cache)  // [tokens, hidden]
    if batch.time == 1 { return try states.narrowed(0, from: 0, count: batch.tokens) }
    var end = -1
    let ends = batch.lengths.compactMap { length -> Int? in
      end += length
      return length > 0 ? end : nil
    }
    return try states.gathered(0, rows: Tensor(ends, on: device))
  }

  /// An id for each line of logits, which belongs to one of `rows`. `logits`: [rows, vocabulary].
  private func choose(
    _ logits: Tensor, _ options: GenerationOptions, _ rows: [Int], _ streams: inout [RandomStream]
  ) throws -> [Int] {
    if options.temperature == 0 { return try logits.largestPlaces() }
    let vocabulary = configuration.vocabularySize
    let values = try logits.floats()
    return rows.enumerated().map { line, row in
      Self.sample(values[line * vocabulary..<(line + 1) * vocabulary], options.temperature, &streams[row])
    }
  }

  private static func sample(_ logits: ArraySlice<Float>, _ temperature: Double, _ stream: inout RandomStream) -> Int {
    // In Double and from the largest logit down, so that no temperature above 0 overflows.
    let values = logits.map(Double.init)
    let largest = values.max() ?? 0
    let weights = values.map { Foundation.exp(($0 - largest) / temperature) }
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
