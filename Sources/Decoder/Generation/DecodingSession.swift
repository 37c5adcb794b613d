import ModelConfiguration
import Randomness
public import Torch

/// Sequences that are continued together, one token a step: they join and leave at any step, each with its own expert and options.
///
/// On the CPU, what a sequence gets depends on its prompt, expert, options and seed alone, bit for bit: not on which others there are, when
/// it joined, or how many threads work. On a GPU products and attention add up in an order that depends on how many tokens a step has. One
/// owner.
///
/// ```swift
/// let session = DecodingSession(model)
/// let spam = try session.add(DecodingSession.Request([5, 90, 11], expert: spamExpert))
/// while !session.isEmpty {
///   for event in try session.step() where event.sequence == spam { print(event.token) }
/// }
/// ```
public final class DecodingSession {
  /// What is to be continued.
  public struct Request {
    /// Token ids, at least one.
    public var prompt: [Int]
    public var options: GenerationOptions
    /// `nil` is the base.
    public var expert: (any InferenceExpert)?
    /// Which of several samples of the same prompt this is: each draws its own tokens.
    public var choice: Int
    /// Tokens that it wrote before it was taken out: it goes on behind them, with the same bits as if it had stayed.
    public var written: [Int]
    /// What it may write; `nil`: anything.
    public var constraint: (any TokenConstraint)?

    public init(
      _ prompt: [Int], options: GenerationOptions = GenerationOptions(), expert: (any InferenceExpert)? = nil,
      choice: Int = 0, written: [Int] = [], constraint: (any TokenConstraint)? = nil
    ) {
      (self.prompt, self.options, self.expert, self.choice) = (prompt, options, expert, choice)
      (self.written, self.constraint) = (written, constraint)
    }

    /// Requests for several prompts under one expert; where a prompt comes again, it is the next sample of it.
    public static func samples(
      of prompts: [[Int]], options: GenerationOptions, expert: (any InferenceExpert)?
    ) -> [Request] {
      var times: [[Int]: Int] = [:]
      return prompts.map { prompt in
        defer { times[prompt, default: 0] += 1 }
        return Request(prompt, options: options, expert: expert, choice: times[prompt, default: 0])
      }
    }
  }

  /// What a step made of one sequence.
  public struct Event: Sendable, Equatable {
    /// The sequence, by the number that `DecodingSession.add(_:)` gave it.
    public let sequence: Int
    /// The next token; `nil`: it ended with an end token, or its constraint allows none.
    public let token: Int?
    /// Of the token that was chosen, an end token, too; `nil`: not asked for.
    public let logprobs: TokenLogprobs?
    /// Whether the sequence has left.
    public let isLast: Bool
    /// Why there is no token, where something is wrong with this sequence alone; `nil`: nothing is.
    public var failure: DecoderError?
  }

  private final class Sequence {
    let number: Int
    let request: Request
    var sampler: Sampler
    let cache: SequenceCache
    /// Where a device has its keys and values; `nil`: on the CPU.
    let slot: Int?
    /// Tokens that are to be read before the next one is chosen.
    var pending: ArraySlice<Int>
    /// Tokens read.
    var position: Int
    var produced: Int
    /// Whether it still reads what it came with.
    var isReading = true

    init(_ number: Int, _ request: Request, _ cache: SequenceCache, slot: Int?) {
      (self.number, self.request, self.cache, self.slot) = (number, request, cache, slot)
      sampler = Sampler(
        request.options, prompt: request.prompt, written: request.written, choice: request.choice,
        constraint: request.constraint)
      produced = request.written.count
      position = cache.length
      pending = (request.prompt + request.written)[position...]
    }

    /// Whether its next tokens go in slices: those of a prompt, unless it is so short that a slice is mostly zeros. A matter of the sequence
    /// alone, so that its bits are.
    var isSliced: Bool { position < request.prompt.count && DecodingSession.isSliced(prompt: request.prompt.count) }

    /// The next tokens to read, at most so many: those of the prompt, or those behind it, which go through another kernel.
    func next(_ limit: Int) -> [Int] {
      let left = request.prompt.count - position
      return Array(pending.prefix(left > 0 ? min(limit, left) : limit))
    }
  }

  /// Prompts up to so many tokens go through our own kernel.
  private static let shortPrompt = 16

  /// Whether the tokens of a prompt go through the kernel of slices; those of a short one go through the other, as written ones do.
  ///
  /// - Parameter count: Tokens of the whole prompt.
  public static func isSliced(prompt count: Int) -> Bool { count > shortPrompt }
  /// Below that many tokens, copying a prefix's keys and values to each sequence saves nothing.
  private static let leastPrefix = 16

  private let model: DecoderModel
  private let stepTokens: Int
  private var sequences: [Sequence] = []
  /// Those that ended with the last step: others may still begin with their blocks.
  private var ended: [Sequence] = []
  /// Where the CPU's kernels have keys and values.
  private let blocks: KeyValueBlocks
  /// Keys and values of all sequences on a device; `nil`: the CPU's kernels have one for each sequence.
  private let slots: SlotCache?
  /// Experts that the device holds ready; `nil`: on the CPU.
  private let expertSlots: ExpertSlots?
  private var next = 0
  /// Counts the products with the base's matrices.
  public let products = ProductCounter()
  /// What the last step read: tokens, and experts without the base.
  public private(set) var lastStep = (tokens: 0, experts: 0)

  /// - Parameter model: What continues the sequences.
  /// - Parameter stepTokens: The most tokens of prompts that a step reads; generated tokens come on top.
  /// - Parameter expertSlots: Where a device holds experts ready; `nil`: in slots of the session's own. The CPU needs none.
  /// - Parameter blocks: Memory for keys and values; `nil`: as much as is needed. A device has its own.
  public init(
    _ model: DecoderModel, stepTokens: Int = 2048, expertSlots: ExpertSlots? = nil, blocks: KeyValueBlocks? = nil
  ) {
    self.model = model
    self.blocks = blocks ?? KeyValueBlocks()
    self.stepTokens = max(1, stepTokens)
    let isDevice = !model.plan.hasProcessorKernels
    slots = isDevice ? SlotCache() : nil
    self.expertSlots = isDevice ? expertSlots ?? ExpertSlots() : nil
  }

  /// Whether no sequence is left.
  public var isEmpty: Bool { sequences.isEmpty }
  /// How many sequences there are.
  public var count: Int { sequences.count }
  /// Whether keys and values lie in blocks that sequences can share; a device has them in slots.
  public var hasBlocks: Bool { slots == nil }

  /// Adds a sequence; its first token comes with one of the next steps.
  ///
  /// - Returns: Its number, which no other sequence of the session gets.
  /// - Throws: ``DecoderError`` for an empty, too long or foreign prompt; `TorchError` for options that cannot be.
  @discardableResult public func add(_ request: Request) throws -> Int { try add([request])[0] }

  /// Adds several sequences. A beginning that all of them share, under the same expert, is read once.
  public func add(_ requests: [Request]) throws -> [Int] {
    for request in requests {
      try model.check(request.prompt)
      try request.options.validate()
    }
    let prefix = try sharedPrefix(of: requests)
    return try requests.map { request in
      defer { next += 1 }
      if request.options.maxTokens > request.written.count {
        let cache = try prefix.map { prefix in
          guard let fork = try prefix.forked() else { throw outOfBlocks() }
          return fork
        }
        sequences.append(Sequence(next, request, cache ?? SequenceCache(blocks), slot: slots?.join()))
      }
      return next
    }
  }

  /// Adds a sequence that begins with blocks of another, which read the same tokens under the same expert and through the same kernels.
  ///
  /// - Parameter request: What is to be continued.
  /// - Parameter shared: Full blocks of the session's memory; at least one token is left to read.
  /// - Parameter copied: A further block, and how many of its first tokens the sequence begins with; they are copied, as far as there is a
  ///   block for it.
  /// - Returns: Its number, and how many tokens it need not read.
  /// - Throws: As `add(_:)`.
  public func add(
    _ request: Request, sharing shared: [KeyValueBlock], copying copied: (block: KeyValueBlock, tokens: Int)? = nil
  ) throws -> (sequence: Int, known: Int) {
    try model.check(request.prompt)
    try request.options.validate()
    let (known, all) = (
      shared.count * KeyValueBlocks.tokens + (copied?.tokens ?? 0), request.prompt.count + request.written.count
    )
    guard slots == nil, known < all, (0..<KeyValueBlocks.tokens).contains(copied?.tokens ?? 0) else {
      throw TorchError.unexpectedResult(
        operation: "a sequence that shares blocks", expected: "fewer tokens in blocks than it has, on a CPU",
        got: "\(known) of \(all)")
    }
    defer { next += 1 }
    let copy = try copied.flatMap { try SequenceCache(blocks, sharing: shared, copying: ($0.block, $0.tokens)) }
    let cache = copy ?? SequenceCache(blocks, sharing: shared)
    sequences.append(Sequence(next, request, cache, slot: nil))
    return (next, cache.length)
  }

  /// The blocks of a sequence that are full, the one that it goes on writing, and how many tokens it has read in all; `nil` where it was
  /// taken out, or ended before the last step.
  public func blocks(of sequence: Int) -> (full: [KeyValueBlock], last: KeyValueBlock?, read: Int)? {
    (sequences.first { $0.number == sequence } ?? ended.first { $0.number == sequence }).map { sequence in
      let full = sequence.cache.length / KeyValueBlocks.tokens
      let last = sequence.cache.blocks.indices.contains(full) ? sequence.cache.blocks[full] : nil
      return (Array(sequence.cache.blocks.prefix(full)), last, sequence.cache.length)
    }
  }

  /// How many blocks each sequence has, shared ones included.
  public var heldBlocks: [Int: Int] {
    Dictionary(uniqueKeysWithValues: sequences.map { ($0.number, $0.cache.blocks.count) })
  }

  /// How many more blocks the next step takes.
  public var blocksNeeded: Int {
    guard slots == nil else { return 0 }
    return taken().reduce(0) { sum, entry in
      let tokens = entry.sequence.cache.length + entry.tokens.count
      return sum
        + max(0, (tokens + KeyValueBlocks.tokens - 1) / KeyValueBlocks.tokens - entry.sequence.cache.blocks.count)
    }
  }

  private func outOfBlocks() -> TorchError {
    .unexpectedResult(
      operation: "decoding", expected: "a free block for keys and values", got: "none: \(blocks.used) are in use")
  }

  /// Takes a sequence out, whatever it has made so far; nothing happens where it has left already.
  public func remove(_ sequence: Int) {
    remove([sequence])
    ended.removeAll { $0.number == sequence }
  }

  private func remove(_ numbers: Set<Int>) {
    for sequence in sequences where numbers.contains(sequence.number) { sequence.slot.map { slots?.leave($0) } }
    sequences.removeAll { numbers.contains($0.number) }
  }

  /// Continues every sequence by one token, as far as their prompts are read: at most `stepTokens` of these a step.
  ///
  /// - Parameter isolating: Whether a sequence whose logits are not finite leaves alone, with an event that says so; otherwise the step
  ///   throws.
  /// - Returns: What became of the sequences that got a token, in the order in which they were added.
  /// - Throws: ``DecoderError/resultNotFinite(what:)``, `TorchError`; the session is then not to be used any more.
  public func step(isolating: Bool = false) throws -> [Event] {
    ended = []
    let taken = taken()
    guard !taken.isEmpty else { return [] }
    return try withoutGradients { try advance(taken, isolating: isolating) }
  }

  /// What the next step reads of each sequence that takes part.
  private func taken() -> [(sequence: Sequence, tokens: [Int])] {
    var room = stepTokens
    return sequences.compactMap { sequence in
      guard sequence.isReading else { return (sequence, Array(sequence.pending)) }
      guard room > 0 else { return nil }
      let tokens = sequence.next(room)
      room -= tokens.count
      return (sequence, tokens)
    }
  }

  /// One pass, then the next token of each sequence that has read all it had to.
  private func advance(_ taken: [(sequence: Sequence, tokens: [Int])], isolating: Bool) throws -> [Event] {
    // Those in slices first, and the same experts beside each other.
    let keys = taken.map { entry in
      (entry.sequence.isSliced ? 0 : 1, entry.sequence.request.expert.map(ObjectIdentifier.init))
    }
    var ranks: [ObjectIdentifier?: Int] = [:]
    for (_, expert) in keys where ranks[expert] == nil { ranks[expert] = ranks.count }
    let order = taken.indices.sorted {
      (keys[$0].0, ranks[keys[$0].1] ?? 0, $0) < (keys[$1].0, ranks[keys[$1].1] ?? 0, $1)
    }
    let chosen = order.map { taken[$0] }
    let sliced = chosen.reduce(0) { $0 + ($1.sequence.isSliced ? $1.tokens.count : 0) }
    let ends = chosen.reduce(into: [Int]()) { $0.append(($0.last ?? -1) + $1.tokens.count) }
    for entry in chosen {
      entry.sequence.pending = entry.sequence.pending.dropFirst(entry.tokens.count)
      entry.sequence.position += entry.tokens.count
      if slots == nil, !entry.sequence.cache.makeRoom(for: entry.sequence.position) { throw outOfBlocks() }
    }
    lastStep = ((ends.last ?? -1) + 1, ranks.keys.count { $0 != nil })
    let complete = chosen.indices.filter { chosen[$0].sequence.pending.isEmpty }
    let cache =
      slots.map { KeyValueCache($0, slots: chosen.compactMap(\.sequence.slot)) }
      ?? KeyValueCache(chosen.map(\.sequence.cache))
    let batch = try TokenBatch(chosen.map(\.tokens), on: model.device)
    let states = try model.inferredStates(
      batch, experts: chosen.map(\.sequence.request.expert), slices: slices(sliced), cache: cache,
      at: complete.isEmpty ? [ends[0]] : complete.map { ends[$0] }, slots: expertSlots, counter: products)
    guard !complete.isEmpty else { return [] }
    let next = try choose(states, complete.map { chosen[$0].sequence }, isolating: isolating)
    var events = zip(complete, next).map { index, choice in event(chosen[index].sequence, choice) }
    events.sort { $0.sequence < $1.sequence }
    let last = Set(events.filter(\.isLast).map(\.sequence))
    ended = sequences.filter { last.contains($0.number) }
    remove(last)
    return events
  }

  /// So many first tokens are of prompts, which are multiplied as training and scoring do.
  private func slices(_ count: Int) -> ProductSlices { ProductSlices(sliced: count, half: model.compute == .bfloat16) }

  private func event(_ sequence: Sequence, _ choice: Sampler.Choice?) -> Event {
    let (options, configuration) = (sequence.request.options, model.configuration)
    sequence.isReading = false
    guard let choice else {
      return Event(
        sequence: sequence.number, token: nil, logprobs: nil, isLast: true,
        failure: .resultNotFinite(what: Self.logitsName))
    }
    guard let id = choice.id, !(options.stopsAtEnd && configuration.endTokens.contains(id)) else {
      return Event(sequence: sequence.number, token: nil, logprobs: choice.logprobs, isLast: true)
    }
    sequence.produced += 1
    sequence.pending = [id]
    let isFull =
      sequence.produced >= options.maxTokens
      || sequence.request.prompt.count + sequence.produced > configuration.maxPositions
    return Event(sequence: sequence.number, token: id, logprobs: choice.logprobs, isLast: isFull)
  }

  private static let logitsName = "the logits of the next token"

  /// The next token of each sequence; `nil`: its logits are not finite. `states`: [sequences, hidden].
  private func choose(_ states: Tensor, _ sequences: [Sequence], isolating: Bool) throws -> [Sampler.Choice?] {
    let logits = try model.inferredLogits(states)  // [sequences, vocabulary]
    let areFinite = try logits.holdsFiniteNumbers()
    guard areFinite || isolating else { throw DecoderError.resultNotFinite(what: Self.logitsName) }
    if areFinite, sequences.allSatisfy(\.sampler.isPlainGreedy) {
      return try logits.largestIndices().map { Sampler.Choice(id: $0, logprobs: nil) }
    }
    let vocabulary = model.configuration.vocabularySize
    let values = try logits.floats()
    return sequences.enumerated().map { line, sequence in
      let own = values[line * vocabulary..<(line + 1) * vocabulary]
      guard areFinite || own.allSatisfy(\.isFinite) else { return nil }
      return sequence.sampler.choose(own, token: sequence.produced, endTokens: model.configuration.endTokens)
    }
  }

  /// What all requests begin with, read under their common expert; `nil` where that saves nothing.
  private func sharedPrefix(of requests: [Request]) throws -> SequenceCache? {
    guard let first = requests.first, requests.count > 1, slots == nil,
      requests.allSatisfy({ $0.expert === first.expert && $0.written.isEmpty })
    else { return nil }
    let shared = Self.sharedPrefix(requests.map(\.prompt))
    guard shared >= Self.leastPrefix else { return nil }
    let cache = SequenceCache(blocks)
    var read = 0
    while read < shared {
      let tokens = Array(first.prompt[read..<min(shared, read + stepTokens)])
      _ = try model.inferredStates(
        TokenBatch([tokens], on: model.device), experts: [first.expert], slices: slices(tokens.count),
        cache: KeyValueCache([cache]), at: [0], counter: products)
      read += tokens.count
    }
    return cache
  }

  /// How many first tokens all prompts share; each keeps at least one of its own.
  static func sharedPrefix(_ prompts: [[Int]]) -> Int {
    guard let first = prompts.first else { return 0 }
    return prompts.dropFirst().reduce(first.count - 1) { shared, prompt in
      let limit = min(shared, prompt.count - 1)
      return (0..<max(limit, 0)).first { prompt[$0] != first[$0] } ?? max(limit, 0)
    }
  }
}
