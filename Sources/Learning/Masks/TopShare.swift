import Files
import Torch

/// Which entries of a tensor serve: those whose scores have the largest absolute values.
///
///     m_i = 1 where |s_i| ≥ the j-th smallest |s|,   j = 1 + round((1 − c)(n − 1))     halves to even
///
/// As in the released code of WSN (Winning SubNetworks, ICML 2022), whose `sparsity` is 1 − c. There equal scores make a mask larger
/// than that; here the first ones in row-major order win, so that n − j + 1 entries are chosen always.
struct TopShare {
  /// c, above 0, at most 1.
  let share: Double

  /// How many of `entries` are chosen: at least one.
  func count(of entries: Int) -> Int {
    entries - Int(saturating: ((1 - share) * Double(max(entries - 1, 0))).rounded(.toNearestOrEven))
  }

  /// `scores`: any shape → true where an entry is chosen, the same shape.
  /// - Throws: ``LearningError/malformedMask(what:rule:)`` for scores that are not numbers.
  func mask(of scores: Tensor) throws -> Tensor {
    try withoutGradients {
      let sizes = try scores.detached().abs()
      let wanted = count(of: sizes.count)
      let threshold = try sizes.smallest(sizes.count - wanted + 1)
      let mask = try threshold.isLessOrEqual(to: sizes)
      let chosen = Int(saturating: try mask.sum().item())
      if chosen == wanted { return mask }
      guard chosen > wanted else {
        throw LearningError.malformedMask(
          what: "scores \(scores)", rule: "\(wanted) of them have to be numbers that compare")
      }
      return try withoutSurplus(mask, sizes, threshold: Float(threshold.item()), surplus: chosen - wanted)
    }
  }

  /// Takes the last of those that are just at the threshold away.
  private func withoutSurplus(_ mask: Tensor, _ sizes: Tensor, threshold: Float, surplus: Int) throws -> Tensor {
    var chosen = try mask.truths()
    let values = try sizes.floats()
    let tied = chosen.indices.filter { chosen[$0] && values[$0] == threshold }
    for index in tied.suffix(surplus) { chosen[index] = false }
    return try Tensor(chosen, shape: mask.shape, on: mask.device)
  }
}
