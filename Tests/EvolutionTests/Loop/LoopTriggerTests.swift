import AuditedDatabase
import Files
import Foundation
import GRDB
import Testing

@testable import Evolution

@Suite struct LoopTriggerTests {
  private func trigger(
    _ policy: LoopPolicy = LoopPolicy(), isScheduled: Bool = false, _ change: (inout LoopFacts) -> Void
  ) -> LoopTrigger? {
    var facts = LoopFacts(sequence: 0)
    change(&facts)
    return facts.trigger(policy, isScheduled: isScheduled)
  }

  @Test func eachTrigger() {
    #expect(trigger { _ in } == nil)
    #expect(trigger { $0.newLabels = 499 } == nil)
    #expect(trigger { $0.newLabels = 500 } == .labels)
    #expect(trigger { $0.hasDriftAlarm = true } == .drift)
    #expect(trigger { $0.namedCluster = 199 } == nil)
    #expect(trigger { $0.namedCluster = 200 } == .cluster)
    #expect(trigger { $0.hasStoppedSide = true } == .stoppedSide)
    #expect(trigger(isScheduled: true) { _ in } == .request)
    #expect(trigger { $0.erasedRows = 1 } == .erasure)
    #expect(LoopTrigger.allCases.map(\.rawValue) == ["T1", "T2", "T3", "T4", "T5", "T6"])
  }

  /// The most urgent of several is what the job is for.
  @Test func theMostUrgent() {
    #expect(
      trigger(isScheduled: true) {
        ($0.newLabels, $0.hasDriftAlarm, $0.hasStoppedSide, $0.erasedRows) = (900, true, true, 1)
      }
        == .erasure)
    #expect(trigger { ($0.newLabels, $0.hasDriftAlarm) = (900, true) } == .drift)
  }

  /// A job that rests begins for nobody but a person; the schedule is one, too.
  @Test func coolDown() throws {
    let home = try LoopHome()
    home.policy.schedule = 3 * 86_400
    home.policy.newLabels = 1_000_000
    let store = try home.store()
    home.world.with { $0.collected = 5 }
    try home.run(store, days: 2)
    #expect(try store.job(of: "spam").state == .idle && store.job(of: "spam").findings.reason == nil)
    try home.run(store, days: 1.5)
    let job = try store.job(of: "spam")
    #expect(job.findings.reason == .tooFew && job.until ?? .distantPast > home.world.now)
    #expect(try home.run(store, days: 0.4).isEmpty)
    try store.request("spam", by: "ann", at: home.world.now)
    #expect(try store.job(of: "spam").requestedBy == "ann")
    #expect(try home.runner(store).pass().moves.map(\.to) == [.collect, .idle])
    #expect(try store.job(of: "spam").requestedBy == nil)
  }

  /// Every transition is allowed by the table or refused: no way leads around it.
  @Test func transitions() throws {
    let home = try LoopHome()
    let store = try home.store()
    try store.add("spam", at: home.world.now)
    var allowed = 0
    for from in LoopState.allCases {
      for to in LoopState.allCases where to != from {
        try store.database.write(clock: Date.init, actor: "x") {
          try $0.database.execute(sql: "UPDATE job SET state = ?", arguments: [from.rawValue])
        }
        let job = try #require(try store.take("spam", for: "one", at: home.world.now, seconds: 60))
        let move = LoopMove(state: to, inputs: job.inputs, findings: job.findings)
        if from.next.contains(to) {
          allowed += 1
          #expect(try store.move(job, move, by: "one", at: home.world.now).state == to)
        } else {
          #expect(throws: LoopError.self, "\(from) → \(to)") {
            try store.move(job, move, by: "one", at: home.world.now)
          }
        }
      }
    }
    #expect(allowed == LoopState.allCases.reduce(0) { $0 + $1.next.count })
    // Nobody can be stuck: from everywhere a job may become idle again.
    for state in LoopState.allCases {
      var reached: Set<LoopState> = [state]
      for _ in LoopState.allCases { reached = reached.union(reached.flatMap(\.next)) }
      #expect(reached.contains(.idle), "\(state)")
    }
  }

  @Test func policies() throws {
    func isTaken(_ change: (inout LoopPolicy) -> Void) -> Bool {
      var policy = LoopPolicy()
      change(&policy)
      return (try? policy.validate()) != nil
    }
    #expect(isTaken { _ in })
    #expect(!isTaken { $0.coolDown = -1 } && !isTaken { $0.watch = .max } && !isTaken { $0.lease = 0 })
    #expect(!isTaken { $0.margin = 0 } && !isTaken { $0.margin = .nan } && !isTaken { $0.margin = 1 })
    #expect(!isTaken { $0.canarySteps = [] } && !isTaken { $0.canarySteps = [100, 50, 10_000] })
    #expect(!isTaken { $0.canarySteps = [0, 10_000] } && !isTaken { $0.canarySteps = [100] })
    #expect(!isTaken { $0.leastPairs = 0 } && !isTaken { $0.resumes = -1 } && isTaken { $0.schedule = 60 })
    #expect(LoopPolicy().doubled(0) == 2 * 86_400 && LoopPolicy().doubled(.max) == 14 * 86_400)
  }
}
