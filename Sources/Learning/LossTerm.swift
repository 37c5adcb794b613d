public import Torch

/// One named part of the loss.
public struct LossTerm {
  public let name: String
  /// The mean over the sequences of the batch. []
  public let value: Tensor
  /// What it is multiplied by in the sum.
  public let weight: Double
  /// Where its formula can lie; leaving it ends the run.
  public let bound: ClosedRange<Double>

  public init(name: String, value: Tensor, weight: Double, bound: ClosedRange<Double>) {
    self.name = name
    self.value = value
    self.weight = weight
    self.bound = bound
  }
}
