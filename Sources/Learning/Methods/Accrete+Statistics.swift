import Decoder
import Experts
import ModelConfiguration
import Torch

/// How much a task uses the shared path, and what can be told from it.
extension Accrete {
  public func statistics(of task: TaskIdentity) throws -> [LayerStatistic] {
    guard let own = parts[task], own.isFrozen, let whole = try expert(for: task)?.widened() else { return [] }
    let ownRank = plan(task.index).own
    var result = [
      LayerStatistic(
        name: "shared share",
        formula:
          "‖B_s A_s‖ / (‖B_s A_s‖ + ‖B_d A_d‖), Frobenius norms over the layer's projections; 0: only its own atoms",
        layers: try whole.pairs.map { try shareOfShared($0, own: ownRank) })
    ]
    if task.index > 0, let probes = try probeAccuracies(before: task.index + 1) {
      result.append(LayerStatistic(name: "probe accuracy, shared codes", formula: RidgeProbe.formula, layers: probes))
    }
    return result
  }

  private func shareOfShared(_ row: [ProjectionSite: LowRankPair], own: Int) throws -> Double {
    let squares = try row.values.map { pair in
      let rank = pair.a.shape[0]
      func square(_ from: Int, _ count: Int) throws -> Double {
        guard count > 0 else { return 0 }
        let a = try pair.a.narrowed(0, from: from, count: count)
        let b = try pair.b.narrowed(1, from: from, count: count)
        // ‖B A‖² = tr(BᵀB AAᵀ)
        return try (b.transposedProduct(b) * a.matmul(a.transposed(0, 1))).sum().item()
      }
      return (shared: try square(0, rank - own), own: try square(rank - own, own))
    }
    let shared = squares.reduce(0) { $0 + max($1.shared, 0) }.squareRoot()
    let dedicated = squares.reduce(0) { $0 + max($1.own, 0) }.squareRoot()
    return shared + dedicated > 0 ? shared / (shared + dedicated) : 0
  }

  /// Of each layer whose features are stored: from those of all learned tasks; `nil` where there is nothing to tell.
  private func probeAccuracies(before count: Int) throws -> [Double]? {
    let factors = try sharedFactors(before: count)
    guard !factors.isEmpty, !memory.isEmpty else { return nil }
    let values = try context.base.commonLayers.enumerated().map { position, layer -> Double? in
      guard let known = try memory.features(at: position) else { return nil }
      let read = [Projection.gate, .up].compactMap { factors[FactorPosition(layer: layer, projection: $0, side: .a)] }
      guard !read.isEmpty else { return nil }
      let codes = try Tensor.concatenated(read.map { try known.features.linear($0) }, axis: 1)
      return try RidgeProbe.accuracy(codes, labels: known.taskIndices)
    }
    let known = values.compactMap { $0 }
    return known.count == values.count ? known : nil
  }
}
