import Foundation

/// Whether a candidate is worse than the current release by less than a margin, at any time: an e-test on rows that both decided.
///
/// D is 1 where the candidate alone is wrong, −1 where the current release alone is, and 0 otherwise. Under the hypothesis that the
/// candidate is worse by the margin m or more (the mean of D is at least m), each of Π (1 + λ (m − D)) is a nonnegative supermartingale; so
/// is their mean E over λ = ¼, ½, 1 and 2 times m/d, each at most 0.9 / (1 − m). By Ville's inequality E ever reaches 20 with a probability
/// of at most 5 % (betting as in Waudby-Smith and Ramdas, arXiv 2010.09686). So one may look after every row.
///
/// d, the share of rows on which just one is wrong, must come from rows *before* these. It decides how fast the test is, not whether it holds.
public struct PromotionTest: Sendable, Equatable {
  /// From which E on the candidate is shown to be good enough.
  public static let threshold = 20.0

  /// How much worse is tolerated, as a share of rows, m.
  public let margin: Double
  /// The share of rows on which just one is wrong, d, as it was expected beforehand.
  public let expectedDiscordant: Double
  /// How many rows there were of which the candidate alone was wrong.
  public private(set) var candidateWrong: Int
  /// How many rows there were of which the current release alone was wrong.
  public private(set) var currentWrong: Int
  /// How many other rows there were.
  public private(set) var equal: Int
  /// How many rows there were when E first reached ``threshold``; `nil`: nothing is shown. It stays so.
  public private(set) var shownAt: Int?

  /// Makes a test that has seen nothing.
  ///
  /// - Parameters:
  ///   - margin: How much worse is tolerated, as a share of rows, m, between 0 and 1.
  ///   - expectedDiscordant: The share of rows on which just one is wrong, from rows before these, 0…1.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a number is out of its range.
  public init(margin: Double, expectedDiscordant: Double) throws {
    guard margin > 0, margin < 1 else {
      throw AssuranceError.value(
        what: "margin of a promotion", row: nil, expected: "a number between 0 and 1", got: "\(margin)",
        fix: "0.01 is one point.")
    }
    guard (0...1).contains(expectedDiscordant) else {
      throw AssuranceError.value(
        what: "expected share of rows on which one release is wrong", row: nil, expected: "0 … 1",
        got: "\(expectedDiscordant)", fix: "Take it from rows of the time before.")
    }
    (self.margin, self.expectedDiscordant) = (margin, expectedDiscordant)
    (candidateWrong, currentWrong, equal, shownAt) = (0, 0, 0, nil)
  }

  /// Takes the next row that both releases decided.
  ///
  /// - Parameters:
  ///   - candidateIsWrong: Whether the candidate is wrong.
  ///   - currentIsWrong: Whether the current release is wrong.
  /// - Returns: Whether the candidate is shown to be good enough, by this row or an earlier one.
  @discardableResult
  public mutating func observe(candidateIsWrong: Bool, currentIsWrong: Bool) -> Bool {
    switch (candidateIsWrong, currentIsWrong) {
    case (true, false): candidateWrong += 1
    case (false, true): currentWrong += 1
    default: equal += 1
    }
    if shownAt == nil, logEvidence >= log(Self.threshold) { shownAt = count }
    return showsNonInferiority
  }

  /// How many rows it was told.
  public var count: Int { candidateWrong + currentWrong + equal }

  /// Whether the candidate is shown to be worse by less than the margin.
  public var showsNonInferiority: Bool { shownAt != nil }

  /// E, the evidence now; at most 10³⁰⁰.
  public var evidence: Double { LogSum.number(logEvidence) }

  /// ln E
  public var logEvidence: Double {
    LogSum.ofMean(
      bets.map { bet in
        Double(candidateWrong) * log1p(bet * (margin - 1)) + Double(currentWrong) * log1p(bet * (margin + 1))
          + Double(equal) * log1p(bet * margin)
      })
  }

  /// The λs.
  private var bets: [Double] {
    let most = 0.9 / (1 - margin)
    return [0.25, 0.5, 1, 2].map { min($0 * margin / expectedDiscordant, most) }
  }
}

extension PromotionTest: Codable {
  private enum CodingKeys: CodingKey {
    case margin
    case expectedDiscordant
    case candidateWrong
    case currentWrong
    case equal
    case shownAt
  }

  /// Reads a test, and checks it.
  ///
  /// - Throws: `DecodingError`, or ``AssuranceError`` where no test can be in such a state.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      margin: container.decode(Double.self, forKey: .margin),
      expectedDiscordant: container.decode(Double.self, forKey: .expectedDiscordant))
    candidateWrong = try container.decode(Int.self, forKey: .candidateWrong)
    currentWrong = try container.decode(Int.self, forKey: .currentWrong)
    equal = try container.decode(Int.self, forKey: .equal)
    shownAt = try container.decodeIfPresent(Int.self, forKey: .shownAt)
    try PairCounts.require([candidateWrong, currentWrong, equal], reachedAt: shownAt)
  }
}
