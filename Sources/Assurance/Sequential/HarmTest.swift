import Foundation

/// Whether a candidate is worse than the current release, at any time: an e-test on rows on which just one of the two is wrong.
///
/// Under the hypothesis that the candidate is the wrong one at most half of the time, each of Π (2q)ˣ (2 (1 − q))¹⁻ˣ is a
/// nonnegative supermartingale; so is their mean E over q = 0.6, 0.7 and 0.8. By Ville's inequality E ever reaches 100 with a probability of
/// at most 1 % (see Ramdas and others, arXiv 2210.01948). So one may look after every row and stop at once.
public struct HarmTest: Sendable, Equatable {
  /// From which E on the candidate is shown to be worse.
  public static let threshold = 100.0

  /// How many pairs there were of which the candidate alone was wrong.
  public private(set) var candidateWrong: Int
  /// How many pairs there were of which the current release alone was wrong.
  public private(set) var currentWrong: Int
  /// How many pairs there were when E first reached ``threshold``; `nil`: the candidate is not shown to be worse. It stays so.
  public private(set) var harmAt: Int?

  /// Makes a test that has seen nothing.
  public init() { (candidateWrong, currentWrong, harmAt) = (0, 0, nil) }

  /// Takes the next row on which just one of the two releases is wrong. The others say nothing.
  ///
  /// - Parameter candidateIsWrong: Whether it is the candidate.
  /// - Returns: Whether the candidate is shown to be worse, by this row or an earlier one.
  @discardableResult
  public mutating func observe(candidateIsWrong: Bool) -> Bool {
    if candidateIsWrong { candidateWrong += 1 } else { currentWrong += 1 }
    if harmAt == nil, logEvidence >= log(Self.threshold) { harmAt = candidateWrong + currentWrong }
    return showsHarm
  }

  /// Whether the candidate is shown to be worse.
  public var showsHarm: Bool { harmAt != nil }

  /// E, the evidence now; at most 10³⁰⁰.
  public var evidence: Double { LogSum.number(logEvidence) }

  /// ln E
  public var logEvidence: Double {
    LogSum.ofMean(
      [0.6, 0.7, 0.8].map { share in
        Double(candidateWrong) * log(2 * share) + Double(currentWrong) * log(2 * (1 - share))
      })
  }
}

extension HarmTest: Codable {
  private enum CodingKeys: CodingKey {
    case candidateWrong
    case currentWrong
    case harmAt
  }

  /// Reads a test, and checks it.
  ///
  /// - Throws: `DecodingError`, or ``AssuranceError`` where no test can be in such a state.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    candidateWrong = try container.decode(Int.self, forKey: .candidateWrong)
    currentWrong = try container.decode(Int.self, forKey: .currentWrong)
    harmAt = try container.decodeIfPresent(Int.self, forKey: .harmAt)
    try PairCounts.require([candidateWrong, currentWrong], reachedAt: harmAt)
  }
}
