import Foundation
import Randomness

/// Weights of counted rows as the Bayesian bootstrap draws them: each row's is exponential, so that those of n equal rows sum to a gamma
/// number of shape n (Rubin, Annals of Statistics 9 (1981) 130). What it costs depends on how many kinds of rows there are, not on how many rows.
struct BootstrapWeights {
  private var stream: RandomStream
  private var spare: Double?

  init(seed: UInt64) { stream = RandomStream(seed: seed, "drift", "bootstrap") }

  /// One weight for each count; 0 for 0.
  mutating func weights(of counts: [Double]) -> [Double] { counts.map { $0 > 0 ? gamma($0) : 0 } }

  /// A gamma number of a shape of 1 or more: Marsaglia and Tsang, ACM Transactions on Mathematical Software 26 (2000) 363.
  private mutating func gamma(_ shape: Double) -> Double {
    let d = max(shape, 1) - 1 / 3.0
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = pow(1 + c * x, 3)
      guard v > 0 else { continue }
      if log(uniform()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  /// Box and Muller 1958.
  private mutating func normal() -> Double {
    if let number = spare {
      spare = nil
      return number
    }
    let radius = (-2 * log(uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    spare = radius * sin(angle)
    return radius * cos(angle)
  }

  /// A number above 0, at most 1.
  private mutating func uniform() -> Double { (Double(stream.next() >> 11) + 1) * 0x1p-53 }
}
