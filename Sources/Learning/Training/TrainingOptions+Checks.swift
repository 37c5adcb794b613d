public import Records
import Streams

extension TrainingOptions {
  /// The batches of an epoch: positions in `lengths`, which are the examples' tokens.
  public func batches(lengths: [Int], seed: UInt64, task: String, epoch: Int) -> [[Int]] {
    if let batchTokens {
      return BatchPlan.batches(lengths: lengths, tokenBudget: batchTokens, seed: seed, task: task, epoch: epoch)
    }
    return BatchPlan.batches(lengths: lengths, batchSize: batchSize, seed: seed, task: task, epoch: epoch)
  }

  /// - Throws: ``LearningError/invalidOption(name:got:allowed:)``.
  public func validate() throws {
    func check(_ name: String, _ value: Any, _ allowed: String, _ holds: Bool) throws {
      guard holds else { throw LearningError.invalidOption(name: name, got: "\(value)", allowed: allowed) }
    }
    try check("max-length", maxLength, "8 or more", maxLength >= 8)
    try check("batch", batchSize, "1 to 65536", (1...65536).contains(batchSize))
    let tokens = batchTokens ?? maxLength
    try check("batch-tokens", tokens, "the maximum length (\(maxLength)) or more", tokens >= maxLength)
    try check("accumulation", accumulation, "1 to 65536", (1...65536).contains(accumulation))
    try check("epochs", epochs, "1 to 100000", (1...100_000).contains(epochs))
    try check("learning-rate", learningRate, "above 0, at most 1", learningRate > 0 && learningRate <= 1)
    try check("warmup-steps", warmupSteps, "0 or more", warmupSteps >= 0)
    try check("weight-decay", weightDecay, "0 ≤ value < 1", weightDecay >= 0 && weightDecay < 1)
    try check("gradient-clip", gradientClip, "0 (off) or more", gradientClip >= 0 && gradientClip.isFinite)
  }
}
