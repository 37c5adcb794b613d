import Foundation

extension ScalingFit {
  /// A number of an estimate, by name.
  struct Name {
    let text: String
    /// `nil` where the estimate does not have it.
    let value: (ScalingEstimate) -> Double?

    private init(_ text: String, _ value: @escaping (ScalingEstimate) -> Double?) {
      self.text = text
      self.value = { estimate in value(estimate).flatMap { $0.isFinite ? $0 : nil } }
    }

    /// Everything that has an interval.
    ///
    /// - Parameters:
    ///   - estimate: Of all runs, whose budgets are followed through the drawn sets.
    ///   - compute: The budget that was asked for.
    static func all(_ estimate: ScalingEstimate, compute: Double?) -> [Name] {
      let budgets = estimate.minima.map { minimum in
        Name(ScalingFit.name(of: minimum)) {
          $0.minimum(near: minimum.flops)?.activatedParameters
        }
      }
      let laws = [
        Name(ScalingFit.exponentName) { $0.activatedLaw?.exponent }, Name("N_opt factor a") { $0.activatedLaw?.factor },
        Name("D_opt exponent b") { $0.tokensLaw?.exponent }, Name("D_opt factor a") { $0.tokensLaw?.factor },
      ]
      let parametric = [
        Name("E") { $0.parametric?.irreducible }, Name("A") { $0.parametric?.sizeFactor },
        Name("α") { $0.parametric?.sizeExponent }, Name("B") { $0.parametric?.dataFactor },
        Name("β") { $0.parametric?.dataExponent },
        Name("β / (α + β), exponent of N_opt") { $0.parametric?.optimalSizeExponent },
      ]
      return budgets + laws + parametric + (compute.map(plan) ?? [])
    }

    private static func plan(_ flops: Double) -> [Name] {
      let budget = "at \(ScalingFit.short(flops)) FLOP"
      func size(_ estimate: ScalingEstimate) -> Double? {
        estimate.parametric?.optimalSize(flops: flops, cost: estimate.cost)
      }
      func tokens(_ estimate: ScalingEstimate, _ size: Double?) -> Double? {
        size.map { flops / estimate.cost($0) }.flatMap { $0 > 0 ? $0 : nil }
      }
      return [
        Name("planned N_opt \(budget), isoFLOP") { $0.activatedLaw?(flops) },
        Name("planned D_opt \(budget), isoFLOP") { tokens($0, $0.activatedLaw?(flops)) },
        Name("planned N_opt \(budget), parametric") { size($0) },
        Name("planned D_opt \(budget), parametric") { tokens($0, size($0)) },
      ]
    }
  }

  /// The exponent of N_opt(C) among ``quantities``.
  public static let exponentName = "N_opt exponent b"

  /// N_opt of one budget among ``quantities``.
  static func name(of minimum: IsoFLOPMinimum) -> String { "N_opt at \(short(minimum.flops)) FLOP" }

  /// The interval of one budget's N_opt, of the kind that ``curve`` has.
  ///
  /// - Parameter minimum: One of ``minima``.
  /// - Returns: `nil` where too few drawn sets could be fitted.
  public func interval(of minimum: IsoFLOPMinimum) -> ScalingInterval? {
    let quantity = quantities.first { $0.name == Self.name(of: minimum) }
    return curveResampling == .residuals ? quantity?.residuals : quantity?.runs
  }

  /// Three digits.
  static func short(_ value: Double) -> String {
    String(format: "%.3g", value).replacingOccurrences(of: "e+0", with: "e").replacingOccurrences(of: "e+", with: "e")
  }
}
