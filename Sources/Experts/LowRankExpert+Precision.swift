import Torch

/// An expert that is done is kept in bfloat16, in half of the bytes in which it was trained. It is rounded before it is scored, so
/// that what is scored is what is stored.
extension LowRankExpert {
  /// The same expert as it is kept: every factor rounded to bfloat16, without gradient and in memory of its own.
  public func rounded() throws -> LowRankExpert {
    try mapped { factor in
      factor.dtype == .bfloat16 ? try factor.detached().cloned() : try factor.detached().converted(to: .bfloat16)
    }
  }

  /// The same expert as passes compute with it: every factor in float32; itself where it is.
  public func widened() throws -> LowRankExpert { try mapped { try $0.converted(to: .float32) } }

  /// Whether it is kept as it will stay: all of its factors are in bfloat16.
  public var isRounded: Bool {
    !tensors.isEmpty && tensors.values.allSatisfy { $0.dtype == .bfloat16 }
  }

  private func mapped(_ change: (Tensor) throws -> Tensor) throws -> LowRankExpert {
    LowRankExpert(
      shape,
      pairs: try pairs.map { row in
        try row.mapValues { LowRankPair(a: try change($0.a), b: try change($0.b), scaling: $0.scaling) }
      }, feedForwardPath: feedForwardPath)
  }
}
