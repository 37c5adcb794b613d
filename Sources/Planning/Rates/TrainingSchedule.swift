import Foundation

/// The learning rate of a pretraining run as a function of how much is done: a linear warm-up, a long decay, and an anneal at the
/// end; after it, perhaps, a stage of long texts.
///
/// Hunyuan-Large (arXiv 2411.02265, 2.3.2) has these three phases, the anneal in the last 5 % of the tokens and to 1/10 of the
/// peak, on the best data. Positions and lengths are tokens or steps, but all in one unit. A position is what is done at the *end* of
/// a step, from 1: the first step of a warm-up already moves something, and the last step has the last rate. The rate is a pure
/// function of the position, so that a run that goes on needs nothing else.
public struct TrainingSchedule: Sendable, Equatable, Encodable {
  /// How the rate falls from the peak to the floor.
  public enum Decay: String, Sendable, Codable, CaseIterable {
    /// The peak until the anneal; there is no floor.
    case constant
    /// Half a cosine, which reaches the floor where the decay ends; the floor from there on.
    case cosine
    /// peak · √(warm-up / done), not below the floor.
    case inverseSquareRoot = "inverse-square-root"
  }

  /// Which data a step learns from.
  public enum Stage: String, Sendable, Codable, CaseIterable {
    /// Warm-up and decay: the whole mixture.
    case main
    /// The best data, while the rate falls to its end.
    case anneal
    /// Long texts after the anneal, at its last rate.
    case long
  }

  /// The largest rate.
  public let peak: Double
  /// How long the rate grows linearly to the peak; 0: not at all.
  public let warmUp: Int
  /// Length of the main stage and the anneal together.
  public let total: Int
  /// How the rate falls in the main stage.
  public let decay: Decay
  /// The lowest rate of the main stage, as a share of the peak.
  public let floor: Double
  /// Where a cosine reaches the floor, as a share of ``total``; at most where the anneal begins.
  public let decayEnds: Double
  /// The anneal's part of ``total``.
  public let annealShare: Double
  /// The last rate, as a share of the peak.
  public let annealEnd: Double
  /// Length of the stage of long texts after ``total``.
  public let long: Int

  /// - Parameters:
  ///   - peak: The largest rate, above 0.
  ///   - warmUp: Tokens or steps, from 0; must be over before the anneal begins.
  ///   - total: Tokens or steps of main stage and anneal, from 1.
  ///   - decay: The shape of the main stage.
  ///   - floor: Share of the peak, `annealEnd` to 1.
  ///   - decayEnds: Share of the total, above 0; `nil`, or beyond the anneal's beginning: there.
  ///   - annealShare: 0 to below 1; 0, or less than half a token or step: no anneal.
  ///   - annealEnd: Share of the peak, above 0 to 1.
  ///   - long: Tokens or steps, from 0.
  /// - Throws: ``RateError/invalid(name:expected:got:)``, ``RateError/warmUpTooLong(warmUp:total:annealBegins:)``.
  public init(
    peak: Double, warmUp: Int, total: Int, decay: Decay = .cosine, floor: Double = Self.defaultFloor,
    decayEnds: Double? = nil, annealShare: Double = 0.05, annealEnd: Double = 0.1, long: Int = 0
  ) throws {
    self.peak = try RateError.positive(peak, "peak learning rate")
    try Self.require(total >= 1, "total", "1 or more", total)
    try Self.require(warmUp >= 0, "warm-up", "0 or more", warmUp)
    try Self.require(long >= 0 && !total.addingReportingOverflow(long).overflow, "long stage", "0 or more", long)
    try Self.require(annealShare >= 0 && annealShare < 1, "anneal share", "a number from 0 to below 1", annealShare)
    try Self.require(
      annealEnd > 0 && annealEnd <= 1, "end of the anneal", "a share of the peak above 0 to 1", annealEnd)
    // An anneal that raises the rate is none.
    try Self.require(floor >= annealEnd && floor <= 1, "floor", "a share of the peak, \(annealEnd) to 1", floor)
    let ends = decayEnds ?? 1
    try Self.require(ends > 0 && ends <= 1, "end of the decay", "a share of the total above 0 to 1", ends)
    (self.warmUp, self.total, self.decay, self.floor) = (warmUp, total, decay, floor)
    (self.annealShare, self.annealEnd, self.long) = (annealShare, annealEnd, long)
    self.decayEnds = min(ends, 1 - annealShare)
    guard warmUp <= annealBegins else {
      throw RateError.warmUpTooLong(warmUp: warmUp, total: total, annealBegins: annealBegins)
    }
    // It begins where the warm-up ends.
    try Self.require(
      decay != .inverseSquareRoot || warmUp >= 1, "warm-up", "1 or more with an inverse square root", warmUp)
    try Self.require(
      decay != .cosine || position(self.decayEnds) >= warmUp, "end of the decay", "a share after the warm-up", ends)
  }

  /// √(1 · 1/10), about: between the peak and the anneal's end. The paper does not print where its decay ends.
  public static let defaultFloor = 0.3

  /// Hunyuan-Large's: warm-up, gradual decay, the last 5 % to 1/10 of the peak (section 2.3.2). The paper gives neither the
  /// length of the warm-up nor the shape of the decay; a cosine to ``defaultFloor`` is our choice.
  /// - Throws: ``RateError``.
  public static func hunyuanLarge(peak: Double, warmUp: Int, total: Int, long: Int = 0) throws -> TrainingSchedule {
    try TrainingSchedule(peak: peak, warmUp: warmUp, total: total, long: long)
  }

  /// Hunyuan-A13B's schedule, in the same shares of any total: a cosine to 1/10 of the peak over 13.5 of 20 T tokens, constant, then a fast
  /// anneal over 300 B tokens (3e-5 → 8e-6 at a peak of 3e-4). The report says that the tokens are 20 T and does not say whether the anneal
  /// is one part of them; here it is.
  /// - Throws: ``RateError``.
  public static func hunyuanA13B(peak: Double, warmUp: Int, total: Int, long: Int = 0) throws -> TrainingSchedule {
    try TrainingSchedule(
      peak: peak, warmUp: warmUp, total: total, floor: 0.1, decayEnds: 13.5 / 20, annealShare: 0.3 / 20,
      annealEnd: 8e-6 / 3e-4, long: long)
  }

  private static func require(_ holds: Bool, _ name: String, _ expected: String, _ got: some Any) throws {
    guard holds else { throw RateError.invalid(name: name, expected: expected, got: "\(got)") }
  }
}
