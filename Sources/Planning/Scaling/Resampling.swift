import Files
import Foundation
import Randomness

/// How runs are drawn for an interval.
public enum Resampling: String, Sendable, Codable, CaseIterable {
  /// Runs drawn with replacement. Many small sets then lack a size or a budget and cannot be fitted. And where a budget has one run of each
  /// of 3 sizes, the sets that can be fitted hold the same three runs, and show no noise.
  case runs
  /// The same runs. Each has the loss of the parametric fit plus a residual drawn from all residuals: ln loss = ln L(N, D) + r. Residuals
  /// are centred and scaled by √(n / (n − 5)), because 5 values were fitted. Rests on the form of ``ParametricLoss``.
  case residuals

  /// What is drawn, in one line.
  public var formula: String {
    switch self {
    case .runs: "n runs drawn with replacement"
    case .residuals:
      "ln loss = ln L(N, D) + r, r drawn from the residuals of the parametric fit, centred, times √(n / (n − 5))"
    }
  }

  /// Draws sets of runs.
  ///
  /// - Parameters:
  ///   - runs: What was fitted.
  ///   - loss: Their parametric fit.
  /// - Returns: `nil` where there is nothing to draw from: no parametric fit, or fewer than 7 runs (2 more than were fitted).
  func sampler(_ runs: [ScalingRun], _ loss: ParametricLoss?) -> ((inout RandomStream) -> [ScalingRun])? {
    switch self {
    case .runs: return { draws in runs.map { _ in runs[draws.below(runs.count)] } }
    case .residuals:
      guard let loss, runs.count >= 7 else { return nil }
      let fitted = runs.map { log(loss(activated: $0.activated, tokens: $0.tokens)) }
      let residuals = zip(runs, fitted).map { log($0.loss) - $1 }
      let count = Double(runs.count)
      let (mean, scale) = (residuals.reduce(0, +) / count, (count / (count - 5)).squareRoot())
      let noise = residuals.map { ($0 - mean) * scale }
      return { draws in
        zip(runs, fitted).map { run, value in run.with(loss: exp(value + noise[draws.below(noise.count)])) }
      }
    }
  }
}

/// What a bootstrap says of one number (percentiles; Efron 1979).
public struct ScalingInterval: Sendable, Codable, Equatable {
  public static let formula = "median, 2.5 % and 97.5 % of the number over the drawn sets that could be fitted"
  /// With fewer fitted sets the 2.5 % are less than one of them, and there is no interval.
  public static let fewestFitted = 40

  public let median: Double
  public let lower: Double
  public let upper: Double
  /// How many drawn sets could be fitted.
  public let fitted: Int
  /// How many were drawn.
  public let draws: Int

  /// - Returns: `nil` with fewer than ``fewestFitted`` values.
  init?(_ values: [Double], draws: Int) {
    guard values.count >= Self.fewestFitted else { return nil }
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      sorted[min(max(Int(saturating: (share * Double(sorted.count)).rounded(.down)), 0), sorted.count - 1)]
    }
    (median, lower, upper) = (quantile(0.5), quantile(0.025), quantile(0.975))
    (fitted, self.draws) = (values.count, draws)
  }

  /// Whether all drawn sets gave the same number, but for rounding: they held the same runs.
  public var isEmpty: Bool { upper - lower <= 1e-9 * abs(median) }
}
