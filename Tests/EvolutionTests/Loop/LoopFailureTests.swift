import Assurance
import AuditedDatabase
import Files
import Foundation
import GRDB
import Registry
import Testing

@testable import Evolution

/// Where each state goes when its action fails, and what it takes to begin again.
@Suite struct LoopFailureTests {
  private func home(_ change: (inout LoopWorld.Contents) -> Void = { _ in }) throws -> (LoopHome, LoopStore) {
    let home = try LoopHome()
    home.world.with { change(&$0) }
    return (home, try home.store())
  }

  private func moves(_ home: LoopHome, _ store: LoopStore, days: Double = 40) throws -> [LoopState] {
    try home.run(store, days: days).map(\.to)
  }

  /// The usual way, to the end.
  @Test func usualWay() throws {
    let (home, store) = try home()
    let moves = try moves(home, store, days: 13)
    #expect(moves == [.collect, .clean, .train, .gate, .gate, .certify, .shadow, .canary, .promote, .watch, .idle])
    #expect(home.world.with { $0.releases.count } == 2)
    let job = try store.job(of: "spam")
    #expect(job.findings.reason == .watched && job.coolDown == 86_400)
    // What it has used is counted no more.
    #expect(job.inputs.after >= 500 && job.inputs.candidate == nil)
  }

  @Test func tooFewRows() throws {
    let (home, store) = try home { $0.collected = 199 }
    try home.run(store, days: 0.5)
    let job = try store.job(of: "spam")
    #expect(job.state == .idle && job.findings.reason == .tooFew && job.findings.note?.contains("199") ?? false)
    // It rests a day, and its rows still count.
    #expect(job.inputs.after == 0 && job.until ?? .distantPast > home.world.now)
    home.world.with { $0.collected = 200 }
    #expect(try home.run(store, days: 0.5).isEmpty)
    #expect(try !home.run(store, days: 1).isEmpty)
  }

  @Test func poisonHolds() throws {
    let (home, store) = try home { $0.poisoned = ["spam"] }
    #expect(try moves(home, store) == [.collect, .clean, .held])
    let job = try store.job(of: "spam")
    #expect(job.findings.reason == .poison && job.inputs.cleaning != nil)
    home.world.with { $0.poisoned = [] }
    try store.release("spam", again: false, by: "ann", at: home.world.now)
    #expect(try store.job(of: "spam").state == .idle)
    #expect(throws: LoopError.self) { try store.release("spam", again: true, by: "ann", at: home.world.now) }
    #expect(try moves(home, store, days: 1).contains(.train))
  }

  @Test func tooFewAfterCleaning() throws {
    let (home, store) = try home { $0.cleaned = 3 }
    #expect(try moves(home, store) == [.collect, .clean, .held])
    #expect(try store.job(of: "spam").findings.reason == .tooFew)
  }

  /// Two resumes, then a person.
  @Test func trainingFails() throws {
    let (home, store) = try home { $0.failures = ["spam": 2] }
    #expect(try moves(home, store, days: 1).prefix(6) == [.collect, .clean, .train, .train, .train, .gate])
    let (other, held) = try self.home { $0.failures = ["spam": 3] }
    #expect(try moves(other, held) == [.collect, .clean, .train, .train, .train, .held])
    let job = try held.job(of: "spam")
    #expect(job.findings.reason == .training && job.attempt == 1)
    #expect(other.world.with { $0.begun[.train] } == 3)
  }

  /// Each refusal doubles the rest, up to 14 days; a release brings it back to one.
  @Test func refusalsDoubleTheRest() throws {
    let (home, store) = try home { contents in
      contents.verdicts = ["spam": Dictionary(uniqueKeysWithValues: (1...6).map { ($0, .fail) })]
    }
    var rests: [Int] = []
    for _ in 0..<6 {
      try home.run(store, days: 30) { $0.state == .rejected }
      let job = try store.job(of: "spam")
      #expect(job.findings.reason == .gate)
      rests.append(job.coolDown / 86_400)
      let until = try #require(job.until)
      #expect(abs(until.timeIntervalSince(job.since) - Double(job.coolDown)) < 1)
      // One second earlier nothing happens.
      home.world.with { $0.now = until.addingTimeInterval(-1) }
      #expect(try home.runner(store).pass().moves.isEmpty)
      home.world.advance(1)
      let pass = try home.runner(store).pass()
      #expect(pass.moves.first?.to == .idle)
    }
    #expect(rests == [2, 4, 8, 14, 14, 14])
    try home.run(store, days: 30) { $0.findings.reason == .watched }
    #expect(try store.job(of: "spam").coolDown == 86_400)
  }

  @Test func underpoweredNamesWhatItNeeds() throws {
    let (home, store) = try home { $0.verdicts = ["spam": [1: .underpowered(n: 500, needed: 3092)]] }
    try home.reach(.rejected, store)
    let findings = try store.job(of: "spam").findings
    #expect(findings.reason == .underpowered && findings.note == "G3: underpowered: n = 500, needs 3092")
  }

  /// An override takes two persons, and stays for ever.
  @Test func overrides() throws {
    let (home, store) = try home { $0.verdicts = ["spam": [1: .underpowered(n: 500, needed: 3092)]] }
    #expect(throws: LoopError.self) { try store.override("spam", by: "ann", reason: "now", at: home.world.now) }
    try home.reach(.rejected, store)
    #expect(throws: LoopError.self) { try store.override("spam", by: "ann", reason: "", at: home.world.now) }
    #expect(try store.override("spam", by: "ann", reason: "seen", at: home.world.now) == nil)
    let report = try #require(try store.job(of: "spam").inputs.report)
    #expect(throws: LoopError.samePerson(person: "ann", what: "override spam \(report)")) {
      try store.override("spam", by: "ann", reason: "again", at: home.world.now)
    }
    #expect(try store.job(of: "spam").state == .rejected)
    let job = try #require(try store.override("spam", by: "bob", reason: "agreed", at: home.world.now))
    #expect(job.state == .certify && job.findings.reason == .override)
    try home.run(store, days: 20)
    let all = try store.overrides(of: "spam")
    #expect(all.count == 1 && all[0].operatedBy == "ann" && all[0].leadBy == "bob" && all[0].reason == "seen; agreed")
    #expect(try store.overrides(of: "other").isEmpty && store.overrides().count == 1)
    #expect(throws: (any Error).self) {
      try store.database.write(clock: Date.init, actor: "x") { try $0.database.execute(sql: "DELETE FROM override") }
    }
  }

  /// Somebody else releases between gate and promotion: the gates are asked again, beside that release.
  @Test func movedRelease() throws {
    let (home, store) = try home { $0.others = ["spam"] }
    let moves = try moves(home, store, days: 12)
    #expect(
      moves.count { $0 == .gate } == 4 && moves.count { $0 == .promote } == 2 && moves.count { $0 == .watch } == 1)
    #expect(home.world.with { $0.releases.count } == 3)
    // The same rows were looked at twice.
    #expect(home.world.with { $0.begun[.gate] } == 2)
  }

  /// A side whose certificate is of something else decides nothing, and a person looks.
  @Test func aWrongCertificateHolds() throws {
    let (home, store) = try home { $0.certified = .fail }
    #expect(try moves(home, store, days: 1).suffix(2) == [.certify, .held])
    let job = try store.job(of: "spam")
    #expect(job.findings.reason == .certificates && job.findings.note == "G5: one side")
  }

  /// Shadow decisions that never tell end after 30 days.
  @Test func undecidedShadow() throws {
    let (home, store) = try home { contents in
      // Truly worse by the margin itself: nothing can be shown either way.
      (contents.differing, contents.candidateWrong) = (0.1, 0.55)
    }
    home.policy.longestShadow = 3 * 86_400
    try home.reach(.shadow, store)
    let since = try store.job(of: "spam").since
    try home.run(store, days: 5) { $0.state != .shadow }
    let job = try store.job(of: "spam")
    #expect(job.state == .rejected && [.undecided, .harm].contains(job.findings.reason))
    #expect(job.since.timeIntervalSince(since) <= 3 * 86_400 + 6 * 3600)
  }

  @Test func brokenGuardTakesTheCanaryBack() throws {
    let (home, store) = try home()
    try home.reach(.canary, store)
    home.world.with {
      $0.arms = (ArmMeasures(requests: 400, errors: 40), ArmMeasures(requests: 40_000, errors: 20))
    }
    try home.run(store, days: 0.2)
    let job = try store.job(of: "spam")
    #expect(job.state == .held && job.findings.reason == .rolledBack && job.findings.note?.contains("errors") ?? false)
    // Nothing was published, so nothing was taken back.
    #expect(home.world.with { $0.releases.count } == 1)
    #expect(home.world.with { $0.peopleDecide } == ["spam"])
  }

  /// 1, 5, 25, 100 %, each for a day at least.
  @Test func canarySteps() throws {
    let (home, store) = try home()
    try home.reach(.canary, store)
    var shares: [Int] = []
    let since = home.world.now
    try home.run(store, days: 6, hours: 1) { job in
      if let share = try? store.canary(of: "spam", home.policy)?.share, shares.last != share { shares.append(share) }
      return job.state == .watch
    }
    #expect(shares == [100, 500, 2500, 10_000])
    #expect(home.world.now.timeIntervalSince(since) >= 4 * 86_400 - 1)
    #expect(try store.canary(of: "spam", home.policy) == nil)
  }

  @Test func stoppedSideTakesTheReleaseBack() throws {
    let (home, store) = try home()
    try home.reach(.watch, store)
    #expect(home.world.with { $0.releases.count } == 2)
    home.world.with { $0.stoppedSides = ["spam": "violation"] }
    let pass = try home.runner(store).pass()
    #expect(pass.moves.map(\.to) == [.rollback, .held])
    #expect(home.world.with { $0.releases.first == $0.releases.last && $0.releases.count == 3 })
    #expect(try store.job(of: "spam").findings.note?.contains("violation") ?? false)
  }

  /// A release that turns out to be bad is taken back, however good it looked before.
  @Test func harmTakesTheReleaseBack() throws {
    let (home, store) = try home()
    try home.reach(.watch, store)
    home.world.with { ($0.differing, $0.candidateWrong) = (0.3, 0.8) }
    try home.run(store, days: 1, hours: 1) { $0.state == .held }
    let job = try store.job(of: "spam")
    let evidence = try #require(job.findings.shadow)
    #expect(job.findings.reason == .rolledBack && evidence.showsHarm && evidence.differing <= 120)
    #expect(home.world.with { $0.releases.first == $0.releases.last && $0.releases.count == 3 })
  }

  /// Going back is tried until it is done.
  @Test func rollbackIsRepeated() throws {
    let (home, store) = try home()
    try home.reach(.watch, store)
    home.world.with {
      $0.stoppedSides = ["spam": "ok"]
      $0.errors[.rollback] = [
        RegistryError.locked(path: "", by: "another"), RegistryError.damaged(path: "blob", reason: "changed"),
      ]
    }
    for _ in 0..<2 {
      #expect(try home.runner(store).pass().problems.count == 1)
      #expect(try store.job(of: "spam").state == .rollback)
    }
    #expect(try home.runner(store).pass().moves.map(\.to) == [.held])
  }

  /// What may succeed later is tried again; what cannot holds the job, or refuses the candidate.
  @Test(arguments: [
    (LoopState.collect, LoopState.held), (.clean, .held), (.gate, .rejected), (.certify, .held), (.idle, .held),
  ])
  func errorsOfActions(_ state: LoopState, _ end: LoopState) throws {
    let (home, store) = try home { contents in
      contents.errors[state] = [
        RegistryError.locked(path: "", by: "another"), RegistryError.damaged(path: "blob", reason: "changed"),
      ]
    }
    home.world.advance(86_400)
    #expect(try home.runner(store).pass().problems.map(\.task) == ["spam"])
    #expect(try store.job(of: "spam").state == state)
    try _ = home.runner(store).pass()
    let job = try store.job(of: "spam")
    #expect(job.state == end && job.findings.note?.contains("changed") ?? false)
  }
}
