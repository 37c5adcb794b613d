import Decoder
import Files
import ModelConfiguration
public import Planning
import Pretraining
public import Records

extension PretrainingConfiguration {
  /// Refuses what cannot be, before anything is read or written.
  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)`, `DecoderError`, `RateError`.
  public func check() throws {
    func require(
      _ holds: Bool, _ field: PartialKeyPath<PretrainingConfiguration>, _ got: some CustomStringConvertible,
      _ allowed: String
    ) throws {
      guard holds else {
        throw RunError.invalidConfiguration(key: Self.name(of: field), got: got.description, allowed: allowed)
      }
    }
    let shape = try decoder()
    try TrainableDecoder.require(shape)
    if let moe = shape.moe, moe.active == 1, moe.renormalizes {
      throw RunError.invalidConfiguration(
        key: "model",
        got:
          "\(shape.family.architecture) with one active expert (moe_topk, num_experts_per_tok), whose weight is divided by itself",
        allowed:
          "more than one, or a class that keeps the one weight as it is (HunYuanForCausalLM; Qwen3MoeForCausalLM with"
          + " norm_topk_prob false): otherwise the router learns nothing")
    }
    try checkMoEClass(shape)
    try checkLongAlpha(shape)
    guard !sources.isEmpty else {
      throw RunError.invalidConfiguration(key: "sources", got: "none", allowed: "at least one source with its files")
    }
    try require((2...1 << 20).contains(sequenceLength), \.sequenceLength, sequenceLength, "2 to \(1 << 20)")
    try require(
      sequenceLength <= shape.maxPositions, \.sequenceLength, sequenceLength,
      "at most the model's max_position_embeddings, \(shape.maxPositions)")
    try require((1...1 << 16).contains(batch), \.batch, batch, "1 to \(1 << 16) windows")
    try require(
      (1...batch).contains(microBatch) && batch % microBatch == 0, \.microBatch, microBatch,
      "a divisor of batch, \(batch)")
    try require(tokens >= batch * sequenceLength, \.tokens, tokens, "at least one step's, \(batch * sequenceLength)")
    try require(tokens <= 1 << 50, \.tokens, tokens, "at most \(1 << 50)")
    try require((0...1 << 50).contains(longTokens), \.longTokens, longTokens, "0 to \(1 << 50)")
    if longTokens > 0 {
      try require(
        (2...1 << 20).contains(longSequenceLength), \.longSequenceLength, longSequenceLength, "2 to \(1 << 20)")
      try require(
        longWindows > 0, \.longSequenceLength, longSequenceLength,
        "at most batch · sequence-length, \(batch * sequenceLength): a step has as many tokens as before")
    }
    if let longAlpha { try require(longAlpha >= 1 && longAlpha.isFinite, \.longAlpha, longAlpha, "1 or more") }
    if let factor = routing.capacityFactor {
      try require(factor > 0 && factor <= 1e6, \.routing.capacityFactor, factor, "none, or above 0 and at most 1000000")
    }
    try require(warmUp >= 0 && warmUp < 1, \.warmUp, warmUp, "a share, 0 to below 1")
    try require(weightDecay >= 0 && weightDecay < 1, \.weightDecay, weightDecay, "0 to below 1")
    try require(gradientClip >= 0 && gradientClip.isFinite, \.gradientClip, gradientClip, "0 (none) or more")
    try require(initializerRange > 0 && initializerRange < 1, \.initializerRange, initializerRange, "above 0, below 1")
    try require(routing.balance >= 0 && routing.balance.isFinite, \.routing.balance, routing.balance, "0 or more")
    try require(routing.zLoss >= 0 && routing.zLoss.isFinite, \.routing.zLoss, routing.zLoss, "0 or more")
    try require(
      (0...1 << 30).contains(routing.minimumCapacity), \.routing.minimumCapacity, routing.minimumCapacity,
      "0 to \(1 << 30)")
    try require(heldOut >= 0 && heldOut < 1, \.heldOut, heldOut, "0 (no loss is measured) to below 1")
    try require(textField?.isEmpty != true, \.textField, "\"\"", "the name of a field")
    try require((1...1 << 50).contains(heldOutEvery), \.heldOutEvery, heldOutEvery, "1 to \(1 << 50) tokens")
    let longest = longTokens > 0 ? max(sequenceLength, longSequenceLength) : sequenceLength
    try require(heldOutTokens >= longest, \.heldOutTokens, heldOutTokens, "a window or more, \(longest)")
    try require(heldOutTokens <= 1 << 50, \.heldOutTokens, heldOutTokens, "at most \(1 << 50)")
    try require(tokenizerBytes >= 1, \.tokenizerBytes, tokenizerBytes, "1 or more")
    if let threads { try require((1...1024).contains(threads), \.threads, threads, "1 to 1024") }
    try checkpoints.validate()
    try require((1...1 << 20).contains(vocabulary), \.vocabulary, vocabulary, "1 to \(1 << 20)")
    _ = try schedule()
  }

  /// Steps of all stages but the long one.
  public var steps: Int { max(1, tokens / (batch * sequenceLength)) }

  /// Windows of a step of the long stage, which has as many tokens as any other.
  var longWindows: Int { batch * sequenceLength / longSequenceLength }

  /// Steps of the long stage.
  public var longSteps: Int { longTokens > 0 ? max(1, longTokens / (longWindows * longSequenceLength)) : 0 }

  /// The learning rate of each step.
  /// - Throws: `RateError`.
  public func schedule() throws -> TrainingSchedule {
    try TrainingSchedule(
      peak: rate, warmUp: Int(saturating: (warmUp * Double(steps)).rounded()), total: steps, decay: decay, floor: floor,
      annealShare: annealShare, annealEnd: annealEnd, long: longSteps)
  }

  /// The stages of the run with their windows.
  /// - Throws: `RateError`, `CorpusError`.
  func plan(_ sources: [WindowPlan.Source]) throws -> WindowPlan {
    let schedule = try schedule()
    let natural = Dictionary(uniqueKeysWithValues: sources.map { ($0.name, Double($0.tokens)) })
    let main = mixture ?? natural
    let anneal = annealMixture ?? main
    let annealSteps = steps - schedule.annealBegins
    var stages = [
      WindowPlan.Stage(
        firstWindow: 0, count: (steps - annealSteps) * batch, weights: main, sequenceLength: sequenceLength)
    ]
    if annealSteps > 0 {
      stages.append(
        WindowPlan.Stage(
          firstWindow: stages[0].count, count: annealSteps * batch, weights: anneal, sequenceLength: sequenceLength))
    }
    if longSteps > 0 {
      stages.append(
        WindowPlan.Stage(
          firstWindow: steps * batch, count: longSteps * longWindows, weights: longMixture ?? main,
          sequenceLength: longSequenceLength))
    }
    return try WindowPlan(seed: seed, sources: sources, stages: stages)
  }

  /// The windows of a step, counted from 0, as positions of the plan.
  func positions(ofStep step: Int) -> Range<Int> {
    guard step >= steps else { return step * batch..<(step + 1) * batch }
    let start = steps * batch + (step - steps) * longWindows
    return start..<start + longWindows
  }
}
