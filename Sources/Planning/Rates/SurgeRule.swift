/// How the best learning rate of an Adam-style optimizer depends on the batch size, and what follows for experts that see only a
/// part of the batch.
///
/// Li et al., arXiv 2405.14578; Hunyuan-Large (arXiv 2411.02265), equation 1:
///
/// `ε_opt(B) = 2 ε_max / (√(B_noise / B) + √(B / B_noise))`
///
/// It grows like √B, is largest (ε_max) at B = B_noise, and falls after that (the "surge"). Parameters that see only B / n tokens
/// of a step (routed experts, n = E / K with K of E experts for each token) have the best rate ε_opt(B / n). With x = B / B_noise:
///
/// `ρ(n, x) = ε_opt(B / n) / ε_opt(B) = √n (1 + x) / (n + x)`
///
/// ## Which reading is used
///
/// The paper prints `ε_opt(B) / ε_opt(B / n) ≈ 0.31` for its n = 16 and says that the rate of specialised experts is scaled *down*.
/// Both cannot be: taken literally, x would be 61.5, and specialised experts would get a rate 3.2 times *larger*. The inverse
/// reading (specialised = 0.31 · shared, x ≈ 0.26) agrees with the text, with small batches (x → 0 gives 1/√n), and is what this
/// type computes. The paper gives neither B nor B_noise; ``impliedRelativeBatch`` is the x that its 0.31 implies.
public struct SurgeRule: Sendable, Codable, Equatable {
  /// What ``ratio(parts:relativeBatch:)`` computes.
  public static let ratioFormula = "ρ(n, x) = √n (1 + x) / (n + x), x = B / B_noise"

  /// What ``share(batch:)`` computes.
  public static let shareFormula = "ε_opt(B) / ε_max = 2 / (√(B_noise / B) + √(B / B_noise))"

  /// x = B / B_noise for which ρ(16, x) is the 0.31 of Hunyuan-Large.
  public static let impliedRelativeBatch = 0.26

  /// B_noise, in tokens: the batch size with the largest best rate.
  public let noiseScale: Double

  /// - Parameter noiseScale: B_noise, in tokens.
  /// - Throws: ``RateError/invalid(name:expected:got:)`` unless it is a number above 0.
  public init(noiseScale: Double) throws {
    self.noiseScale = try RateError.positive(noiseScale, "noise scale")
  }

  /// The best rate at a batch size, as a share of the largest: 0 to 1 (``shareFormula``).
  ///
  /// - Parameter batch: B, in tokens.
  /// - Throws: ``RateError/invalid(name:expected:got:)``.
  public func share(batch: Double) throws -> Double {
    let x = try RateError.positive(batch, "batch tokens") / noiseScale
    return 2 / ((1 / x).squareRoot() + x.squareRoot())
  }

  /// The best rate of parameters that see B / n tokens of a step over that of parameters that see all B (``ratioFormula``).
  ///
  /// - Parameters:
  ///   - n: At least 1; need not be whole: E / K.
  ///   - x: B / B_noise, at least 0; 0 stands for the limit of small batches, 1/√n.
  /// - Throws: ``RateError/invalid(name:expected:got:)``.
  public static func ratio(parts n: Double, relativeBatch x: Double) throws -> Double {
    guard n.isFinite, n >= 1 else {
      throw RateError.invalid(name: "parts of a batch", expected: "a number from 1", got: "\(n)")
    }
    guard x.isFinite, x >= 0 else {
      throw RateError.invalid(name: "batch over noise scale", expected: "a number from 0", got: "\(x)")
    }
    // Divided by x first where that is large: 1 + x and n + x may be beyond a double's digits, their quotient is not.
    return x > 1 ? n.squareRoot() * (1 / x + 1) / (n / x + 1) : n.squareRoot() * (1 + x) / (n + x)
  }

  /// The same for experts of which each token goes to some: a routed expert sees B · K / E tokens, so that n = E / K.
  ///
  /// - Parameters:
  ///   - experts: E, routed experts of a layer.
  ///   - active: K, how many of them a token goes to.
  ///   - relativeBatch: x = B / B_noise, at least 0.
  /// - Throws: ``RateError/invalid(name:expected:got:)``.
  public static func ratio(experts: Int, active: Int, relativeBatch: Double) throws -> Double {
    try ratio(parts: parts(experts: experts, active: active), relativeBatch: relativeBatch)
  }

  /// n = E / K.
  /// - Throws: ``RateError/invalid(name:expected:got:)`` unless 1 ≤ K ≤ E.
  public static func parts(experts: Int, active: Int) throws -> Double {
    guard experts >= 1 else {
      throw RateError.invalid(name: "experts", expected: "1 or more", got: "\(experts)")
    }
    guard (1...experts).contains(active) else {
      throw RateError.invalid(name: "active experts", expected: "1 to \(experts)", got: "\(active)")
    }
    return Double(experts) / Double(active)
  }
}

extension RateError {
  /// - Returns: The value.
  /// - Throws: ``RateError/invalid(name:expected:got:)`` unless it is a finite number above 0.
  static func positive(_ value: Double, _ name: String) throws -> Double {
    guard value.isFinite, value > 0 else {
      throw RateError.invalid(name: name, expected: "a number above 0", got: "\(value)")
    }
    return value
  }
}
