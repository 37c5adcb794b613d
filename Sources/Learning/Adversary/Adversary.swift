// The task discriminator of MoE-CL (arXiv 2509.18133, section 4.2.2), one per layer.
//
// r_i: mean over a sequence's real tokens of the complete shared feed-forward output of layer i. [batch, hidden]
// K: tasks that have arrived; t: the number of the task being learned. With K = 1 there is nothing to tell apart.
//
// `paper`     p = softmax(D_i r_i); L_GAN = mean over layers and sequences of
//             cross_entropy(p taken as logits, t): a softmax of a softmax, which keeps it between log(e + K − 1) − 1 and
//             log(e + K − 1). D_i descends on w·L_GAN; everything else, lower layers included, ascends
//             (gradient reversal). K grows, and the first task has no term.
// `released`  The same term as the released code has it: K is the number of the run's tasks from the start, D_i has K rows from the start,
//             and the first task has the term, too.
// `isolated`  Bounded by design. f_i = LayerNorm(r_i) / √hidden has length at most 1, the rows of D_i are normalised, logits = 8 D_i f_i.
//             L_D = cross_entropy(logits of detached f_i, t) moves D_i alone; L_conf = KL(uniform ‖ softmax(logits
//             with D_i detached)) moves the shared expert of layer i alone, because r_i is computed from detached inputs.
// `off`       No term.
//
// All are trained on rows of one task at a time, as published: what the discriminator can learn from that is little.

import Decoder
import Experts
import ModelConfiguration
import Torch

/// Keeps task identity out of the shared expert.
final class Adversary {
  static let mode = Hyperparameter(
    "adversary", choice: AdversaryMode.isolated,
    "keeps task identity out of the shared expert; released: as the released code, which knows the number of tasks; paper: the same term, growing with the tasks; off"
  )
  static let weight = Hyperparameter(
    "adversary-weight", 0.1, in: .leastNonzeroMagnitude...1, "w, the paper's α: weight of the adversary's terms")
  static let hyperparameters = [mode, weight]

  /// Scale of the cosine logits of `isolated`: large enough for a confident discriminator, and the bound of the loss.
  static let scale = 8.0

  private let mode: AdversaryMode
  private let weight: Double
  private let context: MethodContext
  /// [K, hidden] for each layer.
  private var discriminators: [Tensor] = []
  private var knownTasks = 0

  /// - Throws: ``LearningError/unsupported(what:fix:)`` for `released` where the number of tasks is not known or is one.
  init(_ context: MethodContext) throws {
    mode = try context.choice(Self.mode)
    weight = context.value(Self.weight)
    self.context = context
    guard mode == .released else { return }
    guard let tasks = context.tasks, tasks > 1 else {
      throw LearningError.unsupported(
        what: "the adversary `released` with \(context.tasks.map { "\($0) task" } ?? "an unknown number of tasks")",
        fix: "It needs two or more tasks, known from the start: give all tasks of the run, or use another adversary.")
    }
  }

  private var isActive: Bool { mode != .off && knownTasks > 1 }

  /// Whether the gradient is reversed through everything below.
  private var isReversed: Bool { mode == .paper || mode == .released }

  /// Rows of a discriminator when so many tasks have arrived.
  private func rows(_ arrived: Int) -> Int {
    mode == .released ? max(arrived, context.tasks ?? 0) : arrived
  }

  /// Grows every discriminator to the rows that `tasks` tasks need; old rows stay as they are.
  func admit(tasks arrived: Int) throws {
    let tasks = rows(arrived)
    guard mode != .off, tasks > knownTasks else { return }
    let hidden = context.base.hiddenSize
    let newRows = try (0..<context.base.layers).map { layer in
      try (knownTasks..<tasks).map { row in
        try context.normal("discriminators.\(layer).\(row)", [1, hidden], deviation: MethodContext.smallDeviation)
      }
    }
    discriminators = try newRows.enumerated().map { layer, rows in
      let old = discriminators.indices.contains(layer) ? [try discriminators[layer].detached()] : []
      return try withoutGradients { try Tensor.concatenated(old + rows).cloned() }
    }
    knownTasks = tasks
  }

  func pooling(_ batch: TokenBatch) throws -> DualExpertSelection.Pooling {
    guard isActive else { return .none }
    let weights = try PoolingWeights(batch)
    return isReversed ? .attached(weights) : .isolated(weights)
  }

  /// The terms for one batch of task `label`. `pooled`: [batch, hidden] of each layer.
  func lossTerms(_ pooled: [Tensor], label: Int) throws -> [LossTerm] {
    guard isActive, let first = pooled.first else { return [] }
    let targets = try Tensor(repeating: Double(label), [pooled.count * first.shape[0]], .int64, on: first.device)
    return isReversed ? try paperTerms(pooled, targets) : try isolatedTerms(pooled, targets)
  }

  private func paperTerms(_ pooled: [Tensor], _ targets: Tensor) throws -> [LossTerm] {
    let probabilities = try Tensor.concatenated(
      zip(pooled, discriminators).map { try $0.gradientReversed().linear($1).softmax(-1) })  // [layers · batch, K]
    // Both ends: all mass on the target, all mass on one other task. A sure discriminator reaches them, so that float32's
    // rounding needs room.
    let ceiling = doubleSoftmaxCeiling(knownTasks)
    let rounding = 1e-5
    return [
      LossTerm(
        name: "adversary.gan", value: try probabilities.crossEntropyMean(targets), weight: weight,
        bound: (ceiling - 1 - rounding)...(ceiling + rounding))
    ]
  }

  private func isolatedTerms(_ pooled: [Tensor], _ targets: Tensor) throws -> [LossTerm] {
    let hidden = Double(context.base.hiddenSize)
    let features = try pooled.map { try $0.layerNormalized() * (1 / hidden.squareRoot()) }  // [batch, hidden]
    let directions = try discriminators.map { weights in
      try weights / ((weights * weights).sum(1, keeping: true) + 1e-12).sqrt()  // [K, hidden], rows of length 1
    }
    func logits(_ feature: Tensor, _ direction: Tensor) throws -> Tensor { try feature.linear(direction) * Self.scale }
    let forDiscriminator = try Tensor.concatenated(
      zip(features, directions).map { try logits($0.detached(), $1) })  // [layers · batch, K]
    let forShared = try Tensor.concatenated(zip(features, directions).map { try logits($0, $1.detached()) })
    // KL(uniform ‖ p) = −log K − (1/K) Σ log p_k
    let confusion = try -(try forShared.logSoftmax(-1).mean()) + -logarithm(Double(knownTasks))
    return [
      LossTerm(
        name: "adversary.discriminator", value: try forDiscriminator.crossEntropyMean(targets), weight: weight,
        bound: 0...(2 * Self.scale + logarithm(Double(knownTasks)))),
      // A little below zero because of rounding: KL itself is never negative.
      LossTerm(name: "adversary.confusion", value: confusion, weight: weight, bound: -1e-5...(2 * Self.scale)),
    ]
  }

  // MARK: State

  var tensors: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: discriminators.enumerated().map { ("discriminators.\($0)", $1) })
  }

  /// With one task no term exists, so nothing of the adversary is trained.
  var trainedTensors: [String: Tensor] { isActive ? tensors : [:] }

  func restore(tasks arrived: Int, tensors: [String: Tensor]) throws {
    discriminators = []
    knownTasks = 0
    guard mode != .off, arrived > 0 else { return }
    let tasks = rows(arrived)
    let expected = [tasks, context.base.hiddenSize]
    discriminators = try (0..<context.base.layers).map { layer in
      let name = "discriminators.\(layer)"
      guard let tensor = tensors[name] else { throw ExpertError.missingTensor(where: "the adversary", name: name) }
      guard tensor.shape == expected else {
        throw ExpertError.shapeDiffers(where: "the adversary", name: name, expected: expected, got: tensor.shape)
      }
      return tensor
    }
    knownTasks = tasks
  }
}
