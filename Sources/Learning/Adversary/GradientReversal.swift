import Foundation
import Torch

extension Tensor {
  /// The same value with the gradient's sign reversed: 2·x̄ − x, where x̄ carries no gradient (Ganin & Lempitsky, arXiv
  /// 1409.7495). Doubling and subtracting are exact in floating point, so the value is bit-identical.
  func gradientReversed() throws -> Tensor {
    try detached() * 2 - self
  }
}

/// The largest value of −log softmax(p)[t] over probabilities p of `classes` classes: log(e + K − 1); the smallest is
/// one less.
func doubleSoftmaxCeiling(_ classes: Int) -> Double {
  log(M_E + Double(classes - 1))
}
