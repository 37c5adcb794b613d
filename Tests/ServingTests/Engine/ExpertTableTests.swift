import Files
import Registry
import ServingFixtures
import Synchronization
import Testing

@testable import Serving

/// Are versions read once, kept while they are used, and let go when they should?
@Suite(.serialized) struct ExpertTableTests {
  /// What a table was told to read, and what it told.
  private final class Told: Sendable {
    let failures = Mutex<[EngineFailure?]>([])
    func note(_ failure: EngineFailure?) { failures.withLock { $0.append(failure) } }
    var count: Int { failures.withLock { $0.count } }
    var last: EngineFailure? { failures.withLock { $0.last ?? nil } }
  }

  private final class Reads {
    var versions: [Digest] = []
    var durations: [Duration] = []
  }

  private let home: ServingHome
  private let versions: [Digest]
  private let loaded: [LoadedExpert]
  private let now = ContinuousClock.now

  init() throws {
    let home = try ServingHome()
    self.home = home
    versions = try (0..<6).map { try home.add("task-\($0)", seed: UInt64($0)).digest }
    loaded = try versions.map { try LoadedExpert($0, from: home.registry, on: LoadingBase(base: home.base)) }
  }

  private func table(_ reads: Reads, room: Double = 100) -> ExpertTable {
    ExpertTable(
      most: Int(room * Double(loaded[0].bytes)), load: { reads.versions.append($0) },
      loaded: { reads.durations.append($0) })
  }

  private func resident(_ table: ExpertTable, _ index: Int) throws -> ExpertTable.Resident {
    guard case .ready(let resident) = table.find(versions[index], at: now) else {
      throw EngineFailure.failed("version \(index) is not there")
    }
    return resident
  }

  private func take(_ table: ExpertTable, _ index: Int, at time: ContinuousClock.Instant? = nil) {
    table.take(versions[index], .success(loaded[index]), at: time ?? now)
  }

  @Test func aVersionIsReadOnceAndFewAtATime() throws {
    let (reads, told) = (Reads(), Told())
    let table = table(reads)
    for version in versions + versions { table.want(version, at: now, told.note) }
    #expect(reads.versions == Array(versions.prefix(4)) && told.count == 0)
    take(table, 1, at: now + .seconds(2))
    #expect(reads.versions == Array(versions.prefix(5)) && told.count == 2)
    #expect(reads.durations == [.seconds(2)] && table.loads == 1)
    for index in [0, 2, 3, 4, 5] { take(table, index) }
    #expect(reads.versions == versions && told.count == 12 && told.failures.withLock { $0.allSatisfy { $0 == nil } })
    // What nobody asked for is not taken in.
    table.unload(versions[0])
    take(table, 0)
    #expect(table.statistics.count == 5 && table.loads == 6)
  }

  @Test func whatIsUsedOrPinnedStays() throws {
    let reads = Reads()
    let table = table(reads, room: 2.5)
    for index in 0..<2 {
      _ = table.find(versions[index], at: now)
      take(table, index)
    }
    let used = try resident(table, 0)
    table.retain(used)
    table.pin(versions[1], true)
    _ = table.find(versions[2], at: now)
    take(table, 2)
    // Both others are held, and the new one has to be there for whoever asked.
    #expect(table.evictions == 0 && table.statistics.count == 3)
    table.release(used)
    #expect(table.evictions == 1)
    #expect(!table.statistics.contains { $0.version == versions[0] })
    #expect(table.statistics.first { $0.version == versions[1] }?.isPinned == true)
    table.pin(versions[1], false)
    _ = table.find(versions[3], at: now)
    take(table, 3)
    // Of those that may go, the one that was used longest ago.
    #expect(!table.statistics.contains { $0.version == versions[1] })
  }

  @Test func unloadingWaitsForThoseWhoUseIt() throws {
    let reads = Reads()
    let table = table(reads)
    _ = table.find(versions[0], at: now)
    take(table, 0)
    let used = try resident(table, 0)
    table.retain(used)
    table.unload(versions[0])
    #expect(table.statistics.map(\.state) == [.draining])
    guard case .failed = table.find(versions[0], at: now) else {
      Issue.record("a version that is on its way out was given out")
      return
    }
    table.release(used)
    #expect(table.statistics.isEmpty)
    guard case .loading = table.find(versions[0], at: now) else {
      Issue.record("a version that is gone is not read again")
      return
    }
    #expect(reads.versions.count == 2)
  }

  @Test func unloadingWhatIsStillReadKeepsItOut() throws {
    let (reads, told) = (Reads(), Told())
    let table = table(reads)
    table.want(versions[0], at: now, told.note)
    table.unload(versions[0])
    take(table, 0)
    #expect(table.statistics.isEmpty && told.count == 1 && told.last == .unloaded(version: versions[0]))
    // Whoever asks after that has it again.
    table.want(versions[1], at: now, told.note)
    table.unload(versions[1])
    table.want(versions[1], at: now, told.note)
    take(table, 1)
    #expect(table.statistics.map(\.state) == [.ready] && told.last == nil && told.count == 3)
  }

  @Test func afterAFailureItIsTriedAgainLater() {
    let (reads, told) = (Reads(), Told())
    let table = table(reads)
    table.want(versions[0], at: now, told.note)
    table.take(versions[0], .failure(.expertFailed(version: versions[0], reason: "torn")), at: now)
    #expect(told.last == .expertFailed(version: versions[0], reason: "torn") && table.failedLoads == 1)
    table.want(versions[0], at: now + .seconds(4), told.note)
    #expect(reads.versions.count == 1 && told.count == 2 && told.last != nil)
    table.want(versions[0], at: now + .seconds(6), told.note)
    #expect(reads.versions.count == 2 && told.count == 2)
    // Failures that are over are forgotten with the next one.
    table.take(versions[0], .failure(.failed("x")), at: now + .seconds(7))
    _ = table.find(versions[1], at: now + .seconds(20))
    table.take(versions[1], .failure(.failed("x")), at: now + .seconds(20))
    #expect(table.statistics.map(\.version) == [versions[1]])
  }

  @Test func theEndIsTold() {
    let (reads, told) = (Reads(), Told())
    let table = table(reads)
    for version in versions { table.want(version, at: now, told.note) }
    table.end(.draining)
    #expect(told.count == 6 && told.last == .draining && table.statistics.isEmpty)
  }
}
