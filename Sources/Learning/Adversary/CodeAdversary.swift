// An adversary that sees several tasks at once, for a shared path of low-rank atoms.
//
//     z̄ = mean over a row's tokens of what enters the feed-forward block            stored rows of old tasks, and the batch's
//     c = [A_gate z̄, A_up z̄]                                                        codes: all that the new atoms can read
//     f = (c − mean c) / deviation c,   f̂ = f / √(1 + |f|²)                          over stored rows and batch; |f̂| < 1
//     logits = 8 D̂ f̂                                                                rows of D̂ have length 1
//     L_D    = cross-entropy(logits of f̂ without gradient, task)                     moves the discriminator alone
//     L_conf = KL(uniform ‖ softmax(logits with D̂ without gradient))                 moves the new shared A alone
//
// Every task counts the same, however many of its rows are stored. Both terms are means over layers. z̄ carries no gradient. A mean over
// tokens commutes with A, so the codes of old tasks are always those of the current atoms. Bounds:
// |logits| < 8, hence 0 ≤ L_D ≤ 16 + log K and 0 ≤ L_conf ≤ 16. Both moved by plain descent: nothing is reversed, nothing diverges.

import Decoder
import Experts
import ModelConfiguration
import Torch

/// Keeps what tells tasks apart out of new shared atoms.
struct CodeAdversary {
  static let scale = 8.0

  /// [tasks, codes] of each layer.
  let discriminators: [Tensor]
  let tasks: Int

  /// - Parameters:
  ///   - tasks: How many there are to tell apart, the one being learned included.
  ///   - codes: How many numbers of a row the new atoms read.
  init(_ context: MethodContext, task: TaskIdentity, codes: Int) throws {
    tasks = task.index + 1
    discriminators = try (0..<context.base.layers).map { layer in
      try context.normal(
        "tasks.\(task.name).discriminators.\(layer)", [task.index + 1, codes], deviation: MethodContext.smallDeviation
      )
    }
  }

  init(discriminators: [Tensor], tasks: Int) {
    self.discriminators = discriminators
    self.tasks = tasks
  }

  /// What the atoms read of pooled inputs. `features`: [rows, hidden] → [rows, codes].
  static func codes(_ features: Tensor, _ atoms: [ProjectionSite: LowRankPair]) throws -> Tensor? {
    let read = try [Projection.gate, .up].compactMap { try atoms[$0].map { try features.linear($0.a) } }
    return read.isEmpty ? nil : try Tensor.concatenated(read, axis: 1)
  }

  /// Both terms of one batch.
  ///
  /// - Parameters:
  ///   - memory: Rows of learned tasks.
  ///   - batch: Pooled inputs of the batch, without gradient. [rows, hidden] of each of `layers`
  ///   - layers: Those that pooled inputs are of.
  ///   - atoms: The new shared atoms of each layer.
  ///   - weight: Of the discriminator's term.
  ///   - strength: What the confusion term's weight is multiplied by, 0…1.
  func lossTerms(
    memory: FeatureMemory, batch: [Tensor], of layers: [Int], atoms: [[ProjectionSite: LowRankPair]], weight: Double,
    strength: Double
  ) throws -> [LossTerm] {
    var discriminator: [Tensor] = []
    var confusion: [Tensor] = []
    for (position, (layer, inputs)) in zip(layers, batch).enumerated() {
      guard let known = try memory.features(at: position),
        let codes = try Self.codes(Tensor.concatenated([known.features, inputs]), atoms[layer])
      else { continue }
      let labels = known.taskIndices + Array(repeating: tasks - 1, count: inputs.shape[0])
      let features = try Self.bounded(codes)  // [rows, codes]
      let direction = try Self.directions(discriminators[layer])
      let shares = try Self.shares(labels, on: inputs.device)  // [rows, 1]
      let targets = try Tensor(labels, on: inputs.device).unsqueezed(1)  // [rows, 1]
      let told = try (features.detached().linear(direction) * Self.scale).logSoftmax(-1)  // [rows, tasks]
      discriminator.append(try -(told.picked(1, targets) * shares).sum())
      let confused = try (features.linear(direction.detached()) * Self.scale).logSoftmax(-1)
      confusion.append(try -(confused.mean(1, keeping: true) * shares).sum() + -logarithm(Double(tasks)))
    }
    guard !discriminator.isEmpty else { return [] }
    func mean(_ terms: [Tensor]) throws -> Tensor { try Tensor.stacked(terms).mean() }
    return [
      LossTerm(
        name: "adversary.discriminator", value: try mean(discriminator), weight: weight,
        bound: 0...(2 * Self.scale + logarithm(Double(tasks)))),
      // A little below zero because of rounding: KL itself is never negative.
      LossTerm(
        name: "adversary.confusion", value: try mean(confusion), weight: weight * strength,
        bound: -1e-4...(2 * Self.scale)),
    ]
  }

  /// λ(p) = 2 / (1 + e^(−10 p)) − 1: nothing at first, when the discriminator knows nothing (Ganin & Lempitsky, arXiv 1409.7495).
  static func strength(at progress: Double) -> Double { 2 / (1 + exponential(-10 * progress)) - 1 }

  /// f̂ of the codes. [rows, codes]
  static func bounded(_ codes: Tensor) throws -> Tensor {
    let centred = try codes - codes.mean(0, keeping: true)
    let standard = try centred / ((centred * centred).mean(0, keeping: true) + 1e-6).sqrt()
    return try standard / ((standard * standard).sum(1, keeping: true) + 1).sqrt()
  }

  private static func directions(_ weights: Tensor) throws -> Tensor {
    try weights / ((weights * weights).sum(1, keeping: true) + 1e-12).sqrt()
  }

  /// Each row's part in a mean in which every task counts the same. [rows, 1]
  private static func shares(_ labels: [Int], on device: Device) throws -> Tensor {
    let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
    let shares = labels.map { 1 / Float(counts.count * (counts[$0] ?? 1)) }
    return try Tensor(shares, shape: [labels.count, 1], on: device)
  }
}
