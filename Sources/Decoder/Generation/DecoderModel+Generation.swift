import ModelConfiguration
import Randomness
public import Torch

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
      var samplers = prompts.enumerated().map { row, prompt in
        Sampler(
          options, prompt: prompt,
          stream: RandomStream(seed: options.seed, row == 0 ? "generate" : "generate.\(row)"))
      }
      // What each row reads next: nothing once it has ended.
      var (cache, input) = try begun(prompts, experts: experts)
      var produced = [[Int]](repeating: [], count: prompts.count)
      while options.maxTokens > 0, input.contains(where: { !$0.isEmpty }) {
        let rows = input.indices.filter { !input[$0].isEmpty }
        let states = try lastStates(
          of: TokenBatch(input, pad: 0, on: device), experts: experts, cache: cache)  // [rows, hidden]
        let next = try choose(logits(states), options, rows, &samplers)
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
    if batch.time == 1 {
      return try packedStates(batch, experts: experts, cache: cache).narrowed(0, from: 0, count: batch.tokens)
    }
    var end = -1
    let ends = batch.lengths.compactMap { length -> Int? in
      end += length
      return length > 0 ? end : nil
    }
    return try packedStates(batch, experts: experts, cache: cache, at: Tensor(ends, on: device))
  }

  /// A prefix that all prompts share is read once. What is left of each prompt, and the cache behind which it goes on.
  private func begun(
    _ prompts: [[Int]], experts: (any ExpertSelection)?
  ) throws -> (cache: KeyValueCache, input: [[Int]]) {
    let shared = Self.sharedPrefix(prompts)
    guard device == .cpu, prompts.count > 1, shared >= Self.leastPrefix, let first = prompts.first else {
      return (KeyValueCache(), prompts)
    }
    let cache = KeyValueCache()
    _ = try packedStates(TokenBatch([Array(first.prefix(shared))], pad: 0, on: device), experts: experts, cache: cache)
    return (try cache.repeated(rows: prompts.count), prompts.map { Array($0.dropFirst(shared)) })
  }

  /// Below that many tokens, copying a prefix's keys and values to each row saves nothing.
  private static let leastPrefix = 16

  /// How many first tokens all prompts share; each keeps at least one of its own.
  static func sharedPrefix(_ prompts: [[Int]]) -> Int {
    guard let first = prompts.first else { return 0 }
    return prompts.dropFirst().reduce(first.count - 1) { shared, prompt in
      let limit = min(shared, prompt.count - 1)
      return (0..<max(limit, 0)).first { prompt[$0] != first[$0] } ?? max(limit, 0)
    }
  }

  /// Refuses results from which nothing follows: the largest of numbers that are none, for example.
  /// - Throws: ``DecoderError/resultNotFinite(what:)``.
  public static func requireFinite(_ values: Tensor, _ what: String) throws {
    guard try values.isFinite().all().item() == 1 else { throw DecoderError.resultNotFinite(what: what) }
  }

  /// An id for each line of logits, which belongs to one of `rows`. `logits`: [rows, vocabulary].
  private func choose(
    _ logits: Tensor, _ options: GenerationOptions, _ rows: [Int], _ samplers: inout [Sampler]
  ) throws -> [Int] {
    try Self.requireFinite(logits, "the logits of the next token")
    if options.isPlainGreedy { return try logits.largestPlaces() }
    let vocabulary = configuration.vocabularySize
    let values = try logits.floats()
    return rows.enumerated().map { line, row in
      samplers[row].choose(values[line * vocabulary..<(line + 1) * vocabulary])
    }
  }
}
