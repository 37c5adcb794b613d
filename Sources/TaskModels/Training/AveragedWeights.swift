import Torch

/// The weighted mean of the weights after every step, later steps weighing more.
///
///     θ̄_t = θ̄_{t−1} + (η + 1) / (t + η) · (θ_t − θ̄_{t−1})        η = 2: step i weighs about i²
///
/// Polynomial-decay averaging (Shamir and Zhang, 2013, section 4): close to the mean of the last half of the steps. It needs the memory of
/// one copy, and need not know the number of steps in advance.
struct AveragedWeights {
  private static let decay = 2.0

  /// [values]
  let mean: Tensor
  private(set) var count: Int

  /// - Parameter values: The weights before the first step. [values]
  init(like values: Tensor) throws {
    mean = try values.detached().cloned()
    count = 0
  }

  /// Goes on from a stored mean.
  init(mean: Tensor, count: Int) {
    self.mean = mean
    self.count = count
  }

  /// Takes the weights after a step in.
  mutating func add(_ values: Tensor) throws {
    count += 1
    let share = (Self.decay + 1) / (Double(count) + Self.decay)
    try withoutGradients {
      try mean.multiplyInPlace(by: 1 - share)
      try mean.addInPlace(values.detached(), times: share)
    }
  }
}
