import Torch

/// A mask that passes gradients on to the scores that it was made from, as if choosing were the identity (Bengio et al., arXiv 1308.3432).
///
///     value: m          d / d|s| = 1, hence d / ds = sign(s)
enum StraightThrough {
  /// - Parameters:
  ///   - mask: Which entries are chosen.
  ///   - scores: What they were chosen by.
  /// - Returns: 1 where chosen, 0 elsewhere, recorded as a function of `scores`. The same shape
  static func factor(_ mask: Tensor, by scores: Tensor) throws -> Tensor {
    let sizes = try scores.abs()
    // |s| − |s| is zero to the last bit: only the gradient is left.
    return try mask.converted(to: .float32) + (sizes - sizes.detached())
  }
}
