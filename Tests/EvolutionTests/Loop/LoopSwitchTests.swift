import AuditedDatabase
import Files
import Foundation
import GRDB
import Registry
import Testing

@testable import Evolution

/// The kill switch, persons, and several runners.
@Suite struct LoopSwitchTests {
  /// Stopped: nothing moves, nothing is published, no canary answers, also after a restart; two persons start it.
  @Test(arguments: [LoopState.train, .shadow, .canary, .watch])
  func stops(_ state: LoopState) throws {
    let home = try LoopHome()
    if state == .train { home.world.with { $0.trainingSeconds = 86_400 } }
    var store = try home.store()
    try home.reach(state, store)
    let (job, releases) = (try store.job(of: "spam"), home.world.with { $0.releases })
    let start = ContinuousClock.now
    try store.stop(by: "ann", reason: "wrong", release: releases.count, alsoReview: false, at: home.world.now)
    #expect(start.duration(to: .now) < .seconds(60))
    #expect(try store.canary(of: "spam", home.policy) == nil && store.shadowReleases().isEmpty)
    try store.close()
    store = try home.store()
    home.world.advance(20 * 86_400)
    for _ in 0..<3 { #expect(try home.runner(store).pass().isStopped) }
    #expect(try store.job(of: "spam").state == job.state && home.world.with { $0.releases } == releases)
    if state == .train { #expect(home.world.with { $0.suspended.contains("spam") }) }
    let off = try store.switchState()
    #expect(off.isStopped && off.by == "ann" && off.release == releases.count && !off.stopsReview)

    #expect(try store.start(by: "ann", reason: "fixed", at: home.world.now).isStopped)
    #expect(throws: LoopError.samePerson(person: "ann", what: "start")) {
      try store.start(by: "ann", reason: "fixed", at: home.world.now)
    }
    #expect(try store.switchState().startAskedBy == "ann")
    #expect(try !store.start(by: "bob", reason: "agreed", at: home.world.now).isStopped)
    #expect(try store.switchState().startAskedBy == nil)
    #expect(try !home.runner(store).pass().isStopped)
  }

  /// It falls between the candidate's last gate and its publication: what is published is either all before it or not at all.
  @Test func stopsWhilePromoting() throws {
    let home = try LoopHome()
    let store = try home.store()
    try home.reach(.canary, store)
    home.world.advance(86_400)
    let runner = try home.runner(store) { [world = home.world] point in
      guard point.job.state == .promote, point.moment == .begun else { return }
      try store.stop(by: "ann", reason: nil, release: 1, alsoReview: true, at: world.now)
    }
    for _ in 0..<6 {
      _ = try runner.pass()
      home.world.advance(86_400)
    }
    #expect(try store.job(of: "spam").state == .promote)
    #expect(home.world.with { $0.releases.count } == 1)
    #expect(try store.switchState().stopsReview)
    // A second stop takes nothing of the first one back, and a request to start is none any more.
    _ = try store.start(by: "bob", reason: "now", at: home.world.now)
    try store.stop(by: "eve", reason: nil, release: 1, alsoReview: false, at: home.world.now)
    let state = try store.switchState()
    #expect(state.stopsReview && state.startAskedBy == nil && state.by == "eve")
  }

  /// A job is one runner's as long as that shows signs of life.
  @Test func twoRunners() throws {
    let home = try LoopHome(["spam", "titles"])
    home.world.with { $0.trainingSeconds = 3600 }
    let (one, other) = (try home.store(), try home.store())
    let (first, second) = (try home.runner(one, owner: "one"), try home.runner(other, owner: "two"))
    home.world.advance(86_400)
    #expect(try first.pass().moves.count == 6)
    #expect(try second.pass().taken == ["spam", "titles"])
    // The first one lives as long as it passes.
    for _ in 0..<5 {
      home.world.advance(50)
      _ = try first.pass()
      #expect(try second.pass().taken.count == 2)
    }
    home.world.advance(61)
    #expect(try second.pass().taken.isEmpty)
    #expect(try first.pass().taken.count == 2)
    let job = try one.job(of: "spam")
    #expect(job.lease?.owner == "two" && job.state == .train && job.attempt == 1)
  }

  /// A runner that was away for longer than its lease writes nothing over what another did.
  @Test func aLateRunnerIsRefused() throws {
    let home = try LoopHome()
    let (one, other) = (try home.store(), try home.store())
    home.world.advance(86_400)
    let second = try home.runner(other, owner: "two")
    let late = try home.runner(one, owner: "one") { [world = home.world] point in
      guard point.job.state == .clean, point.moment == .found else { return }
      world.advance(120)
      _ = try second.pass()
    }
    let pass = try late.pass()
    #expect(pass.problems.count == 1 && pass.problems[0].error.contains("two"))
    #expect(try other.job(of: "spam").lease?.owner == "two")
  }

  /// One job at a time replaces the release.
  @Test func onePromotes() throws {
    let home = try LoopHome(["spam", "titles"])
    let store = try home.store()
    home.world.advance(86_400)
    let runner = try home.runner(store) { point in
      // Dies as soon as it may publish: the job stays in PROMOTE.
      if point.job.state == .promote, point.job.task == "spam" { throw LoopError.lost(task: "spam", to: "nobody") }
    }
    var most = 0
    for _ in 0..<60 {
      _ = try runner.pass()
      most = max(most, try store.jobs().count { $0.state == .promote })
      home.world.advance(6 * 3600)
    }
    let jobs = try store.jobs()
    #expect(jobs.map(\.state) == [.promote, .canary] && most == 1)
  }

  @Test func persons() throws {
    let home = try LoopHome()
    let store = try home.store()
    #expect(throws: LoopError.unknownTask(got: "spam", known: [])) { try store.job(of: "spam") }
    try home.reach(.canary, store)
    #expect(try store.shadowReleases().map(\.task) == ["spam"])
    let held = try store.hold("spam", by: "ann", reason: "look", at: home.world.now)
    #expect(held.state == .held && held.findings.note == "ann: look")
    #expect(try store.canary(of: "spam", home.policy) == nil && store.shadowReleases().isEmpty)
    #expect(throws: LoopError.self) { try store.request("spam", by: "ann", at: home.world.now) }
    #expect(try home.run(store, days: 3).isEmpty)
    // Begins again at once, with the rows of now, and although nothing but a person asks for it.
    home.world.with { $0.facts = ["spam": LoopFacts(sequence: 0)] }
    try store.release("spam", again: true, by: "ann", at: home.world.now)
    let pass = try home.runner(store).pass()
    #expect(pass.moves.first?.to == .collect)
    try home.reach(.watch, store)
    #expect(throws: LoopError.self) { try store.hold("spam", by: "ann", reason: nil, at: home.world.now) }
  }

  /// A file of a newer program is refused, and left as it is.
  @Test func newerSchemas() throws {
    let home = try LoopHome()
    #expect(!LoopStore.exists(in: home.folder))
    let store = try home.store()
    #expect(LoopStore.exists(in: home.folder))
    try store.add("spam", at: home.world.now)
    #expect(try home.store().jobs().map(\.task) == ["spam"])
    try store.database.write(clock: Date.init, actor: "x") {
      try $0.database.execute(sql: "PRAGMA user_version = 2")
    }
    try store.close()
    #expect(throws: RegistryError.self) { try home.store() }
  }

  /// A damaged row is said, not crashed on.
  @Test func damagedRows() throws {
    let home = try LoopHome()
    let store = try home.store()
    try store.add("spam", at: home.world.now)
    for column in ["inputs", "findings"] {
      try store.database.write(clock: Date.init, actor: "x") {
        try $0.database.execute(sql: "UPDATE job SET \(column) = '{'")
      }
      #expect(throws: LoopError.self) { try store.jobs() }
      try store.database.write(clock: Date.init, actor: "x") {
        try $0.database.execute(sql: "UPDATE job SET \(column) = '{}'")
      }
    }
  }
}
