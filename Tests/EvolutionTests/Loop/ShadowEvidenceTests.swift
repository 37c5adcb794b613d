import Foundation
import Testing

@testable import Assurance
@testable import Evolution

/// What decisions of two releases on the same rows show.
@Suite struct ShadowEvidenceTests {
  /// Pairs in which the releases differ in a share of the rows, and among these the candidate is wrong in a share.
  private func pairs(_ count: Int, seed: UInt64, differing: Double, wrong: Double) -> [ShadowPair] {
    var random = SplitMix(seed: seed)
    func chance(_ share: Double) -> Bool { Double(random.below(1_000_000)) < share * 1e6 }
    return (1...count).map { sequence in
      let (isDiffering, isWrong) = (chance(differing), chance(wrong))
      return ShadowPair(
        sequence: sequence, servedIsRight: !isDiffering || isWrong, candidateIsRight: !isDiffering || !isWrong)
    }
  }

  private func evidence(discordant: Double = 0.1, margin: Double = 0.02) throws -> ShadowEvidence {
    try ShadowEvidence(after: 0, margin: margin, discordant: discordant)
  }

  /// F6: an expert of 20 % worse answers, forced past its gate, is taken back within 120 pairs that differ, in 90 of 100 runs at least.
  @Test func aBadExpertIsTakenBack() throws {
    var within = 0
    for seed in 0..<100 {
      let (old, new) = InjectedExpert.answers(rows: 2000, seed: UInt64(seed), loss: 0.2)
      var evidence = try evidence(discordant: 0.34)
      var differing = 0
      for (index, (served, candidate)) in zip(old, new).enumerated() {
        evidence.count(ShadowPair(sequence: index + 1, servedIsRight: served, candidateIsRight: candidate))
        if served != candidate { differing += 1 }
        if evidence.showsHarm { break }
      }
      if evidence.showsHarm, differing <= 120 { within += 1 }
    }
    #expect(within >= 90, "\(within) of 100")
  }

  /// Equally good ones are not: at most one false alarm in a hundred, for ever.
  @Test func anEqualExpertIsNot() throws {
    var alarms = 0
    for seed in 0..<200 {
      var evidence = try evidence()
      for pair in pairs(3000, seed: UInt64(seed), differing: 0.2, wrong: 0.5) { evidence.count(pair) }
      if evidence.showsHarm { alarms += 1 }
    }
    // 2 expected at most; 8 has a probability below 10⁻³ under that.
    #expect(alarms <= 8, "\(alarms) of 200")
  }

  /// One that never differs goes on, one that is truly worse by the margin does not, in 95 of 100 runs.
  @Test func whoGoesOn() throws {
    var equal = try evidence()
    for pair in pairs(2500, seed: 1, differing: 0, wrong: 0) { equal.count(pair) }
    #expect(equal.showsNoHarm && equal.pairs == 2500 && equal.differing == 0)
    var promoted = 0
    for seed in 0..<100 {
      var worse = try evidence()
      // d = 0.1 and a difference of 2 points: 0.6 of those that differ.
      for pair in pairs(3000, seed: UInt64(seed), differing: 0.1, wrong: 0.6) {
        worse.count(pair)
        if worse.showsNoHarm { break }
      }
      if worse.showsNoHarm { promoted += 1 }
    }
    // 5 expected at most; 14 has a probability below 10⁻³ under that.
    #expect(promoted <= 14, "\(promoted) of 100")
  }

  /// Pairs count once each and in order; a test that starts again knows nothing of before.
  @Test func order() throws {
    var one = try evidence()
    let all = pairs(300, seed: 3, differing: 0.3, wrong: 0.8)
    for pair in all { one.count(pair) }
    var again = one
    for pair in all { again.count(pair) }
    #expect(again == one && one.sequence == 300)
    #expect(one.showsHarm && one.words.contains("300"))
    try one.startAgain()
    #expect(!one.showsHarm && one.sequence == 300 && one.pairs == 0)
    #expect(try JSONDecoder().decode(ShadowEvidence.self, from: JSONEncoder().encode(again)) == again)
  }

  /// Numbers that cannot be are refused; d of 0 is a candidate that never differed, and no reason to fail.
  @Test func odd() throws {
    #expect(throws: (any Error).self) { try evidence(margin: 0) }
    #expect(throws: (any Error).self) { try evidence(discordant: .nan) }
    var never = try evidence(discordant: 0)
    for pair in pairs(3000, seed: 5, differing: 0, wrong: 0) { never.count(pair) }
    #expect(never.showsNoHarm)
  }
}
