import Foundation

/// How rotary frequencies are changed for longer texts. i counts pairs of lanes, d is the head's width, f_i = θ^(−2i/d).
public enum RopeScaling: Sendable, Equatable, Codable {
  case none
  /// f_i / factor.
  case linear(factor: Double)
  /// θ' = θ · α^(d/(d−2)), whatever the length (Hunyuan; "dynamic" with `alpha` in its configurations).
  case ntkAlpha(Double)
  /// Low frequencies divided, high ones kept, those between blended (Llama 3.1).
  case llama3(factor: Double, low: Double, high: Double, original: Double)
  /// YaRN (Peng et al., arXiv 2309.00071).
  case yarn(YaRN)

  public struct YaRN: Sendable, Equatable, Codable {
    public var factor: Double
    /// Positions of the pretraining.
    public var original: Double
    public var betaFast: Double
    public var betaSlow: Double
    /// What cos and sin are multiplied by.
    public var attentionFactor: Double
    /// Whether the bounds of the blend are whole numbers.
    public var truncates: Bool
  }

  enum NtkAlphaCodingKeys: String, CodingKey {
    case _0 = "alpha"
  }

  enum YarnCodingKeys: String, CodingKey {
    case _0 = "values"
  }

  /// What cos and sin are multiplied by.
  package var attentionFactor: Double {
    if case .yarn(let yarn) = self { return yarn.attentionFactor }
    return 1
  }

  /// One frequency for each pair of lanes.
  ///
  /// In Float where the reference implementations compute in Float, so that large positions round the same way.
  package func frequencies(theta: Double, headDim: Int) -> [Float] {
    let plain = { (base: Double) -> [Float] in
      (0..<headDim / 2).map { Float(1) / pow(Float(base), Float(2 * $0) / Float(headDim)) }
    }
    switch self {
    case .none: return plain(theta)
    case .linear(let factor): return plain(theta).map { $0 / Float(factor) }
    case .ntkAlpha(let alpha):
      return plain(Self.theta(theta, alpha: alpha, headDim: headDim))
    case .llama3(let factor, let low, let high, let original):
      return plain(theta).map { frequency in
        let wavelength = 2 * Double.pi / Double(frequency)
        if wavelength < original / high { return frequency }
        if wavelength > original / low { return frequency / Float(factor) }
        let blend = Float((original / wavelength - low) / (high - low))
        return (1 - blend) * frequency / Float(factor) + blend * frequency
      }
    case .yarn(let yarn): return Self.blended(plain(theta), yarn, theta: theta, headDim: headDim)
    }
  }

  /// θ' = θ · α^(d/(d−2)): the base that an α stands for.
  public static func theta(_ theta: Double, alpha: Double, headDim: Int) -> Double {
    theta * pow(alpha, Double(headDim) / Double(headDim - 2))
  }

  /// Lanes that turn often keep their frequency, lanes that turn less than once are divided, a ramp lies between.
  private static func blended(_ plain: [Float], _ yarn: YaRN, theta: Double, headDim: Int) -> [Float] {
    /// The lane that turns `rotations` times within the original positions.
    func lane(_ rotations: Double) -> Double {
      Double(headDim) * log(yarn.original / (rotations * 2 * Double.pi)) / (2 * log(theta))
    }
    var (low, high) = (lane(yarn.betaFast), lane(yarn.betaSlow))
    if yarn.truncates { (low, high) = (low.rounded(.down), high.rounded(.up)) }
    (low, high) = (max(low, 0), min(high, Double(headDim - 1)))
    if low == high { high += 0.001 }
    return plain.enumerated().map { index, frequency in
      let ramp = min(max((Float(index) - Float(low)) / Float(high - low), 0), 1)
      return frequency / Float(yarn.factor) * ramp + frequency * (1 - ramp)
    }
  }
}
