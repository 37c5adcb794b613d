// How far a text lies from its task's mean depends on how many tokens it has, as what a router sees is the mean over them:
//
//     E d²(n) ∝ ρ(n) = a + b/n        a: what texts differ in, however long they are; b: what tokens differ in
//     fitted to the mean d² of the first ℓ tokens of learned texts, ℓ = 1, 2, 3, 4, 6, …, 256:  argmin Σ_ℓ (ρ(ℓ)/d̄²(ℓ) − 1)²
//     scaled so that the mean of ρ(n) over the task's own texts is 1
//
// Without it, a text of three tokens is ten times the usual distance from its own task, and so unknown. A long text of another kind is
// close to a task of headlines, because all long texts are close to all means.

/// The usual squared distance of a text with some tokens, in units of what is usual for the task's texts.
public struct LengthLaw: Sendable, Hashable {
  /// ρ of a text that is as long as one likes.
  public let base: Double
  /// What one token adds, divided by their number.
  public let perToken: Double

  /// All lengths are alike.
  public static let none = LengthLaw(base: 1, perToken: 0)

  /// - Returns: ``none`` for numbers that are not a law: not finite, below 0, or both 0.
  public init(base: Double, perToken: Double) {
    let isLaw = base.isFinite && perToken.isFinite && base >= 0 && perToken >= 0 && base + perToken > 0
    (self.base, self.perToken) = isLaw ? (base, perToken) : (1, 0)
  }

  /// Texts are cut to these numbers of tokens to see how the distance depends on them.
  static let ladder = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256]
  /// From fewer texts, and from fewer lengths, nothing follows.
  static let (leastTexts, leastLengths) = (20, 3)
  /// ``base`` is this at least: no text is so long that any distance is too far.
  static let leastBase = 0.1

  /// - Parameter points: The mean squared distance of texts with some tokens, in any unit.
  /// - Parameter lengths: Tokens of the task's own texts, whose mean is 1.
  init(_ points: [(tokens: Int, distance: Double)], lengths: [Int]) {
    let usable = points.filter { $0.tokens > 0 && $0.distance.isFinite && $0.distance > 0 }
    guard usable.count >= Self.leastLengths, !lengths.isEmpty else {
      self = .none
      return
    }
    // Least squares of a · 1/y + b · 1/(ℓ y) = 1.
    var (one, both, two, right, rightPerToken) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for point in usable {
      let (u, v) = (1 / point.distance, 1 / (Double(point.tokens) * point.distance))
      one += u * u
      both += u * v
      two += v * v
      right += u
      rightPerToken += v
    }
    let determinant = one * two - both * both
    var (base, perToken) = (1.0, 0.0)
    if determinant > 1e-12 * one * two {
      base = (right * two - rightPerToken * both) / determinant
      perToken = (rightPerToken * one - right * both) / determinant
      if base < 0 { (base, perToken) = (0, rightPerToken / two) }
      if perToken < 0 { (base, perToken) = (1, 0) }
    }
    let share = lengths.reduce(0) { $0 + 1 / Double(max($1, 1)) } / Double(lengths.count)
    let scale = base + perToken * share
    (base, perToken) = (base / scale, perToken / scale)
    if base < Self.leastBase { (base, perToken) = (Self.leastBase, (1 - Self.leastBase) / share) }
    self.init(base: base, perToken: perToken)
  }

  /// ρ(n).
  public func callAsFunction(tokens: Int) -> Double { base + perToken / Double(max(tokens, 1)) }
}
