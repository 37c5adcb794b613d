import Files
import Foundation
import Testing

@testable import Evolution

@Suite struct CanaryTests {
  private let secret = Data(repeating: 7, count: 32)
  private let manifest = Digest(of: Data("candidate".utf8))

  private func arm(_ share: Int, _ name: String = "candidate") -> CanaryArm {
    CanaryArm(manifest: Digest(of: Data(name.utf8)), share: share, secret: secret)
  }

  /// A source stays where it is, a larger share keeps those of a smaller one, and shares are what they say.
  @Test func shares() {
    let sources = (0..<20_000).map { "source-\($0)" }
    var before: Set<String> = []
    for share in [0, 100, 500, 2500, 10_000] {
      let chosen = Set(sources.filter(arm(share).answers))
      #expect(chosen == Set(sources.filter(arm(share).answers)))
      #expect(before.isSubset(of: chosen))
      let expected = Double(share) / 10_000
      // Four standard errors of a binomial share.
      let error = 4 * (expected * (1 - expected) / 20_000).squareRoot()
      #expect(abs(Double(chosen.count) / 20_000 - expected) <= error, "share \(share): \(chosen.count)")
      before = chosen
    }
  }

  /// Another candidate is met by other sources, and nobody outside can compute by which.
  @Test func keys() {
    let sources = (0..<4000).map { "source-\($0)" }
    let one = Set(sources.filter(arm(2500).answers))
    let other = Set(sources.filter(arm(2500, "another").answers))
    let foreign = CanaryArm(manifest: manifest, share: 2500, secret: Data(repeating: 8, count: 32))
    let stranger = Set(sources.filter(foreign.answers))
    // Independent: a quarter of a quarter.
    #expect(
      (150...350).contains(one.intersection(other).count) && (150...350).contains(one.intersection(stranger).count))
    #expect(arm(2500) == arm(2500) && arm(2500) != arm(500) && arm(2500) != foreign)
  }

  @Test func odd() {
    #expect(!arm(10_000).answers(nil) && !arm(10_000).answers("") && arm(10_000).answers("é"))
    #expect(arm(.max).share == 10_000 && arm(-5).share == 0 && !arm(-5).answers("a"))
    // By code points: the same character composed otherwise is another source.
    #expect(arm(1).part("é") != arm(1).part("e\u{301}"))
  }

  /// What is shown breaks a guard, what chance does in the first hour does not.
  @Test func guards() throws {
    let guards = CanaryGuards()
    func breach(_ candidate: ArmMeasures, _ served: ArmMeasures) throws -> String? {
      try guards.breach(candidate: candidate, served: served)
    }
    let served = ArmMeasures(requests: 100_000, errors: 50, unknown: 1000, human: 30_000, p95Milliseconds: 100)
    #expect(try breach(ArmMeasures(), served) == nil)
    #expect(try breach(ArmMeasures(requests: 1000, errors: 1, human: 300, p95Milliseconds: 124), served) == nil)
    #expect(try breach(ArmMeasures(requests: 1000, errors: 20), served)?.hasPrefix("errors") ?? false)
    #expect(try breach(ArmMeasures(requests: 1000, unknown: 40), served)?.hasPrefix("unknown") ?? false)
    #expect(try breach(ArmMeasures(requests: 1000, human: 390), served)?.hasPrefix("requests left") ?? false)
    #expect(try breach(ArmMeasures(requests: 1000, human: 340), served) == nil)
    #expect(try breach(ArmMeasures(requests: 1000, p95Milliseconds: 126), served)?.hasPrefix("95 of 100") ?? false)
    #expect(try breach(ArmMeasures(requests: 1000, p95Milliseconds: .nan), served) != nil)
    #expect(try breach(ArmMeasures(requests: 50, p95Milliseconds: 500), served) == nil)
    #expect(throws: (any Error).self) { try breach(ArmMeasures(requests: 3, errors: 4), served) }
  }
}
