import Torch

extension LowRankExpert {
  /// The position of a pair whose term could overflow: (α / r) |B| |A| 1, which bounds what the pair adds to a product for inputs from −1 to 1,
  /// is not finite in float32. `nil` where all are finite.
  ///
  /// Factors may be finite, and their product not: 1e38 · 1e38, or any with an α of 1e300.
  func positionOfOverflow() throws -> FactorPosition? {
    for (layer, row) in pairs.enumerated() {
      for (site, pair) in row.sorted(by: { $0.key < $1.key }) {
        let overflow = FactorPosition(layer: layer, site: site, side: .b)
        guard Float(pair.scaling).isFinite else { return overflow }
        let reduced = try pair.a.abs().sum(1) * pair.scaling  // [rank]
        let bound = try (pair.b.abs() * reduced).sum(1)  // [out]
        guard try bound.isFinite().all().item() == 1 else { return overflow }
      }
    }
    return nil
  }

  /// Whether it changes nothing, as one that was never trained: every second factor is zero.
  public var isZero: Bool {
    get throws {
      try pairs.allSatisfy { row in
        try row.values.allSatisfy { try $0.b.converted(to: .float32).abs().sum().item() == 0 }
      }
    }
  }
}
