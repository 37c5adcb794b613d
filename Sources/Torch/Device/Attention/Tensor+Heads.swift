/// How attention that is composed of single operations sees a part of packed tokens.
extension Tensor {
  /// Some tokens by heads, in float32; each head `groups` times, one copy after the other, as the query heads of its group see it.
  ///
  /// `self`: [tokens, heads, headDim] → [heads · groups, tokens of the part, headDim].
  func byHeads(_ tokens: Range<Int>, repeated groups: Int = 1) throws -> Tensor {
    let own = try narrowed(0, from: tokens.lowerBound, count: tokens.count).converted(to: .float32).transposed(0, 1)
    guard groups > 1 else { return own }
    let shape = own.shape
    return try own.unsqueezed(1).expanded([shape[0], groups, shape[1], shape[2]])
      .reshaped([shape[0] * groups, shape[1], shape[2]])
  }

  /// Backward, the query heads of a group add up. [heads · groups, tokens, headDim] → [heads, tokens, headDim]
  func summedGroups(_ groups: Int, heads: Int) throws -> Tensor {
    try reshaped([heads, groups, shape[1], shape[2]]).sum(1)
  }

  /// Puts what was computed by heads where its tokens lie. `part`: [heads, tokens of the part, headDim].
  func putInPlace(_ part: Tensor, byHeads tokens: Range<Int>) throws {
    try narrowed(0, from: tokens.lowerBound, count: tokens.count).copyInPlace(from: part.transposed(0, 1))
  }
}
