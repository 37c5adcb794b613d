import Foundation

@testable import Planning

/// Runs of a known law.
enum Synthetic {
  static let budgets = [1e13, 4e13, 1.6e14]
  /// Of the true optimum.
  static let sizes = [0.4, 1, 2.5]

  static func run(_ name: String, activated: Int, tokens: Int, flops: Double, loss: Double, seed: Int = 0) throws
    -> ScalingRun
  {
    try ScalingRun(
      name: name,
      record: .init(
        activatedParameters: activated, parameters: 3 * activated, tokens: tokens, flops: flops,
        heldOutNatsPerToken: loss, heldOutBitsPerByte: loss / (log(2) * 3.5), seed: seed))
  }

  /// Parabolas in ln N with their minimum at 0.1 √C, whose tokens cost 6 N + 1e5.
  static func parabolas(_ budgets: [Double] = budgets, sizes: [Double] = sizes) throws -> [ScalingRun] {
    try budgets.flatMap { flops in
      try sizes.map { size in
        let best = 0.1 * flops.squareRoot()
        let activated = (size * best).rounded()
        let price = 6 * activated + 1e5
        let loss = 10 - 0.2 * log(flops) + 0.05 * pow(log(activated / best), 2)
        return try run(
          "c\(flops)-n\(size)", activated: Int(activated), tokens: Int((flops / price).rounded()),
          flops: (flops / price).rounded() * price, loss: loss)
      }
    }
  }

  /// Runs of L = E + A / N^α + B / D^β with C = 6 N D, around the optimum of each budget.
  ///
  /// - Parameter noise: of ln loss, drawn for each run.
  static func losses(
    _ budgets: [Double] = budgets, sizes: [Double] = sizes, noise: () -> Double = { 0 }
  ) throws -> [ScalingRun] {
    try budgets.flatMap { flops in
      try sizes.map { size in
        let activated = (size * optimum(flops)).rounded()
        let tokens = (flops / (6 * activated)).rounded()
        return try run(
          "c\(flops)-n\(size)", activated: Int(activated), tokens: Int(tokens), flops: 6 * activated * tokens,
          loss: loss(activated, tokens) * exp(noise()))
      }
    }
  }

  static let (e, a, alpha, b, beta) = (1.7, 40.0, 0.30, 90.0, 0.35)

  static func loss(_ activated: Double, _ tokens: Double) -> Double {
    e + a * pow(activated, -alpha) + b * pow(tokens, -beta)
  }

  /// N with the lowest loss where C = 6 N D: G (C / 6)^(β / (α + β)), G = (α A / β B)^(1 / (α + β)).
  static func optimum(_ flops: Double) -> Double {
    pow(alpha * a / (beta * b), 1 / (alpha + beta)) * pow(flops / 6, beta / (alpha + beta))
  }
}

/// Standard normal numbers, the same for a seed.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  private mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (Double(state >> 11) + 0.5) / Double(UInt64(1) << 53)
  }

  /// Box and Muller.
  mutating func next() -> Double { (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform()) }
}
