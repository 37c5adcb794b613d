import Foundation
import Testing

@testable import Assurance

/// Is a certificate wrong as rarely as the theorem says, and does it need what the theorem asks for?
///
/// Scores are uniform. Where the error falls with the score, a row of score s is wrong with the probability 4 α (1 − s); so above a threshold
/// t the true share of wrong rows is 2 α (1 − t), which exceeds α below one half. Where it is even, every row is wrong with a probability
/// just above α, no threshold is good, and every certificate is a wrong one.
@Suite struct CertificateTheoremTests {
  private static let seed: UInt64 = 29
  private static let calibrations = 300
  private static let rows = 400

  /// How many of the certificates that `certify` makes of new rows, the surest first, hold too many wrong ones.
  private static func bad(
    limit: Double, error: Double, isEven: Bool = true, certify: ([ScoredRow], SideTarget) throws -> Double?
  ) throws -> Int {
    var (source, bad) = (SplitMix(seed: seed), 0)
    let target = try SideTarget(errorLimit: limit, error: error)
    for _ in 0..<calibrations {
      let scores = (0..<rows).map { _ in source.share() }.sorted(by: >)
      let drawn = scores.map { score in
        ScoredRow(score: score, isWrong: source.share() < limit * (isEven ? 1.001 : 4 * (1 - score)))
      }
      guard let threshold = try certify(drawn, target) else { continue }
      if isEven || threshold < 0.5 { bad += 1 }
    }
    return bad
  }

  /// The share that is allowed and three standard errors, as a number of calibrations.
  private static func most(_ error: Double) -> Double {
    let n = Double(calibrations)
    return n * error + 3 * (n * error * (1 - error)).squareRoot()
  }

  @Test(arguments: [(0.1, 0.1), (0.05, 0.05), (0.2, 0.2)], [true, false])
  func badCertificatesAreRare(_ asked: (limit: Double, error: Double), isEven: Bool) throws {
    let thresholds = isEven ? [0.75, 0.5, 0.25, 0] : [0.75, 0.6, 0.499, 0.3]
    let bad = try Self.bad(limit: asked.limit, error: asked.error, isEven: isEven) { rows, target in
      try ThresholdWalk(rows: rows, thresholds: thresholds, target: target).chosen?.threshold
    }
    #expect(Double(bad) <= Self.most(asked.error), "seed \(Self.seed): \(bad) of \(Self.calibrations)")
  }

  /// Near duplicates are not independent rows: each counted four times, and more certificates are wrong than allowed.
  @Test func duplicatedRowsBreakIt() throws {
    let bad = try Self.bad(limit: 0.1, error: 0.1) { rows, target in
      let repeated = rows.flatMap { [$0, $0, $0, $0] }
      return try ThresholdWalk(rows: repeated, thresholds: [0.75, 0.5, 0.25, 0], target: target).chosen?.threshold
    }
    #expect(Double(bad) > Self.most(0.1), "seed \(Self.seed): \(bad) of \(Self.calibrations)")
  }

  /// A threshold that looks good on these very rows is not one that was fixed before.
  @Test func thresholdsChosenFromTheRowsBreakIt() throws {
    let thresholds = (0..<10).map { 1 - 0.06 * pow(1 / 0.06, Double($0) / 9) }
    let bad = try Self.bad(limit: 0.1, error: 0.1) { rows, target in
      try thresholds.first { try ThresholdWalk(rows: rows, thresholds: [$0], target: target).chosen != nil }
    }
    #expect(Double(bad) > Self.most(0.1), "seed \(Self.seed): \(bad) of \(Self.calibrations)")
  }
}

extension SplitMix {
  /// A number from 0 to 1, 1 excluded.
  mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }
}
