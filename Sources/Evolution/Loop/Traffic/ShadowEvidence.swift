public import Assurance
import Foundation

/// What the decisions of two releases on the same coin rows show so far. It may be looked at after every row.
public struct ShadowEvidence: Sendable, Codable, Equatable {
  /// The last event that was counted: pairs come in order, and each counts once.
  public private(set) var sequence: Int
  /// Whether the candidate is worse.
  public private(set) var harm: HarmTest
  /// Whether it is worse by less than the margin.
  public private(set) var promotion: PromotionTest

  /// Begins to count.
  ///
  /// - Parameter after: The last event before the first pair.
  /// - Parameter margin: How much worse the candidate may be, as a share of rows, between 0 and 1.
  /// - Parameter discordant: The share of rows on which the two differ, from rows before these, 0…1.
  /// - Throws: `AssuranceError` for numbers out of their range.
  init(after: Int, margin: Double, discordant: Double) throws {
    sequence = after
    harm = HarmTest()
    promotion = try PromotionTest(margin: margin, expectedDiscordant: discordant)
  }

  /// How many pairs were counted.
  public var pairs: Int { promotion.count }

  /// How many of them were right by one release alone.
  public var differing: Int { harm.candidateWrong + harm.currentWrong }

  /// Whether the candidate is shown to be worse: wrongly so in one of 100 tests at most.
  public var showsHarm: Bool { harm.showsHarm }

  /// Whether the candidate is shown to be no worse by the margin: wrongly so in one of 20 tests at most.
  public var showsNoHarm: Bool { promotion.showsNonInferiority }

  /// Counts a pair; one that was counted before changes nothing.
  ///
  /// - Parameter pair: The pair.
  mutating func count(_ pair: ShadowPair) {
    guard pair.sequence > sequence else { return }
    sequence = pair.sequence
    promotion.observe(candidateIsWrong: !pair.candidateIsRight, currentIsWrong: !pair.servedIsRight)
    guard pair.candidateIsRight != pair.servedIsRight else { return }
    harm.observe(candidateIsWrong: !pair.candidateIsRight)
  }

  /// Forgets what was seen, but not where it stands: a candidate that was good for long would have to be bad for as long.
  ///
  /// - Throws: `AssuranceError` where margin or expectation are out of their range.
  mutating func startAgain() throws {
    self = try ShadowEvidence(
      after: sequence, margin: promotion.margin, discordant: promotion.expectedDiscordant)
  }

  /// The numbers in a sentence.
  var words: String {
    "\(pairs) pairs, of which the candidate alone is wrong in \(harm.candidateWrong) and the served release alone in \(harm.currentWrong)"
      + String(
        format: "; E of harm %.3g (100 shows it), of no harm %.3g (20 shows it)", harm.evidence, promotion.evidence)
  }
}
