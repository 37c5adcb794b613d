import Foundation

/// The loss as a function of size and data: L(N, D) = E + A / N^α + B / D^β (Hoffmann et al., arXiv 2203.15556, equation 2).
public struct ParametricLoss: Sendable, Codable, Equatable {
  /// What is fitted, and how.
  public static let formula = """
    L(N, D) = E + A / N^α + B / D^β; minimizes Σ Huber(ln L(N, D) − ln loss), δ = 1e-3, from several starts
    """

  /// E, in nats per token: what no size and no data take away.
  public let irreducible: Double
  /// A.
  public let sizeFactor: Double
  /// α.
  public let sizeExponent: Double
  /// B.
  public let dataFactor: Double
  /// β.
  public let dataExponent: Double

  /// N_opt grows like C to this power, where a token costs in proportion to N: β / (α + β).
  public var optimalSizeExponent: Double { dataExponent / (sizeExponent + dataExponent) }

  /// The loss, in nats per token.
  ///
  /// - Parameters:
  ///   - activated: N, above 0.
  ///   - tokens: D, above 0.
  public func callAsFunction(activated: Double, tokens: Double) -> Double {
    irreducible + exp(log(sizeFactor) - sizeExponent * log(activated))
      + exp(log(dataFactor) - dataExponent * log(tokens))
  }

  /// The size with the lowest loss for a budget.
  ///
  /// - Parameters:
  ///   - flops: C.
  ///   - cost: Of a token; D = C / cost(N).
  /// - Returns: N; `nil` if the loss only falls, or only rises, between one parameter and one token.
  public func optimalSize(flops: Double, cost: TokenCost) -> Double? {
    // d loss / d ln N: grows with N, from what size saves to what data then lack.
    func slope(_ size: Double) -> Double {
      let activated = exp(size)
      let price = cost(activated)
      guard price > 0 else { return -1 }
      let missed = dataExponent * exp(log(dataFactor) - dataExponent * log(flops / price))
      let saved = sizeExponent * exp(log(sizeFactor) - sizeExponent * size)
      return missed * cost.perParameter * activated / price - saved
    }
    guard cost.perParameter > 0, flops > cost.perParameter else { return nil }
    var (low, high) = (0.0, log(flops / cost.perParameter))
    guard slope(low) < 0, slope(high) > 0 else { return nil }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if slope(middle) < 0 { low = middle } else { high = middle }
    }
    return exp((low + high) / 2)
  }
}
