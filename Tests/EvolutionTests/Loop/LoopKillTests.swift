import Assurance
import Files
import Foundation
import Synchronization
import Testing

@testable import Evolution

/// A process that dies at any point of any transition changes nothing of where the loop ends.
@Suite struct LoopKillTests {
  /// What is compared: everything but who has the jobs.
  private struct End: Equatable {
    let jobs: [LoopJob]
    let releases: [Digest]
    let blobs: [Digest: Data]
    let looks: [Int]
  }

  /// Tasks of every fate: one passes, one is refused at first, one fails to train at first, one begins where others change the release.
  private func home() throws -> LoopHome {
    let home = try LoopHome(["comments", "reviews", "spam", "titles"])
    home.policy.longestShadow = 4 * 86_400
    home.world.with { contents in
      contents.verdicts["reviews"] = [1: .fail, 2: .underpowered(n: 5, needed: 9)]
      contents.failures["comments"] = 2
      contents.others = ["spam", "titles"]
      contents.trainingSeconds = 7200
    }
    return home
  }

  private func end(_ home: LoopHome, _ store: LoopStore) throws -> End {
    let jobs = try store.jobs().map { job in
      LoopJob(
        task: job.task, state: job.state, attempt: job.attempt, since: job.since, inputs: job.inputs,
        findings: job.findings, coolDown: job.coolDown, until: job.until, requestedBy: job.requestedBy, lease: nil)
    }
    let looks = jobs.map { $0.inputs.look ?? 0 }
    return home.world.with { End(jobs: jobs, releases: $0.releases, blobs: $0.blobs, looks: looks) }
  }

  private func unbroken(days: Double) throws -> End {
    let home = try home()
    let store = try home.store()
    try home.run(store, days: days, hours: 12)
    return try end(home, store)
  }

  /// Dies once at every point that is reached, more than 300 times in all.
  @Test func diesEverywhere() throws {
    let days = 36.0
    let home = try home()
    let deaths = Mutex(Set<String>())
    var store = try home.store()
    let last = home.world.now.addingTimeInterval(days * 86_400)
    while home.world.now < last {
      do {
        let pass = try home.runner(store) { point in
          let name =
            "\(point.job.task) \(point.job.state) \(point.job.since) \(point.job.attempt) \(point.job.inputs.look ?? 0) \(point.moment)"
          if deaths.withLock({ $0.insert(name).inserted }) { throw Killed() }
        }.pass()
        #expect(pass.problems.isEmpty)
        home.world.advance(12 * 3600)
      } catch is Killed {
        // What the process had in memory is gone.
        try store.close()
        store = try home.store()
      }
    }
    let died = deaths.withLock { $0.count }
    #expect(died >= 300, "only \(died) deaths")
    let (one, other) = (try end(home, store), try unbroken(days: days))
    #expect(one.releases == other.releases && one.releases.count > 4)
    #expect(one.blobs == other.blobs)
    #expect(one.jobs == other.jobs)
    #expect(one == other)
  }
}
