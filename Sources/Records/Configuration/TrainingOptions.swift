/// How a task is learned; every value is explained where it is used, and all of them are written to the manifest.
public struct TrainingOptions: Sendable, Equatable, Codable {
  /// Examples in a micro-batch.
  public var batchSize = 8
  /// The most tokens of a micro-batch, instead of a number of examples: `nil`, or at least ``maxLength``.
  public var batchTokens: Int?
  /// Micro-batches whose gradients make one optimizer step.
  public var accumulation = 1
  /// Passes over the training rows.
  public var epochs = 3
  /// Peak learning rate.
  public var learningRate = 5e-4
  public var schedule = LearningRateShape.constant
  /// Optimizer steps of linear warm-up.
  public var warmupSteps = 0
  /// AdamW's decoupled weight decay.
  public var weightDecay = 0.01
  /// Limit of the global gradient norm; 0 switches clipping off.
  public var gradientClip = 1.0
  /// The most tokens of a prompt with its answer; longer texts lose tokens at their left.
  public var maxLength = 256

  /// Whether activations are computed again in the backward pass instead of being kept: less memory, more time, the same bits.
  public var gradientCheckpointing = false

  public init() {}
}
