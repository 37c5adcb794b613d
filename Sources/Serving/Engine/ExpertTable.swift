import Decoder
import Experts
import Files

/// Versions that are loaded, on their way in, or on their way out. Owned by the engine's thread.
///
/// absent → loading → ready → draining → absent; or failed for a while. What is in use stays; where the rest takes more than it may, the one
/// that was used longest ago leaves.
final class ExpertTable {
  /// A version that is there.
  final class Resident {
    let version: Digest
    let loaded: LoadedExpert
    fileprivate(set) var references = 0
    fileprivate var turn = 0
    fileprivate(set) var isDraining = false
    /// What it was last found to take.
    fileprivate var bytes: Int

    fileprivate init(_ version: Digest, _ loaded: LoadedExpert) {
      (self.version, self.loaded, bytes) = (version, loaded, loaded.bytes)
    }
  }

  /// What a request for a version finds.
  enum Finding {
    case ready(Resident)
    /// It comes; ask again.
    case loading
    case failed(String)
  }

  /// Who waits for a version to be read, and what was said of it meanwhile.
  private struct Loading {
    var waiting: [@Sendable (EngineFailure?) -> Void] = []
    /// When its files were begun; `nil`: others are read before it.
    var began: ContinuousClock.Instant?
    /// Whether it was unloaded before it came.
    var isUnwanted = false
  }

  private enum Entry {
    case loading(Loading)
    case resident(Resident)
    case failed(reason: String, until: ContinuousClock.Instant)
  }

  /// How long a version that could not be loaded is not tried again.
  private static let pause = Duration.seconds(5)
  /// How many versions are read at once: each takes memory that nobody has counted yet.
  private static let mostAtOnce = 4

  private let most: Int
  private let load: (Digest) -> Void
  private let loaded: (Duration) -> Void
  private var entries: [Digest: Entry] = [:] {
    didSet { known = nil }
  }
  /// Versions whose files are still to be read, in the order in which they were asked for.
  private var toRead: [Digest] = []
  private var reading = 0
  /// Bytes of all that are there.
  private var bytes = 0
  /// ``statistics``, until something changes.
  private var known: [EngineStatistics.ResidentExpert]?
  private var pinned: Set<Digest> = []
  private var turn = 0
  private(set) var (evictions, loads, failedLoads) = (0, 0, 0)

  /// - Parameter most: Bytes of versions that are loaded.
  /// - Parameter load: Begins to read a version, off this thread.
  /// - Parameter loaded: Told how long one took that is there now.
  init(most: Int, load: @escaping (Digest) -> Void, loaded: @escaping (Duration) -> Void = { _ in }) {
    (self.most, self.load, self.loaded) = (most, load, loaded)
  }

  /// A version, which is asked for where it is not there.
  func find(_ version: Digest, at now: ContinuousClock.Instant) -> Finding {
    switch entries[version] {
    case .resident(let resident) where !resident.isDraining: return .ready(resident)
    case .resident: return .failed("it is being unloaded")
    case .loading(var loading):
      if loading.isUnwanted {
        loading.isUnwanted = false
        entries[version] = .loading(loading)
      }
      return .loading
    case .failed(let reason, let until) where until > now: return .failed(reason)
    case .failed, nil:
      entries[version] = .loading(Loading())
      toRead.append(version)
      readNext(at: now)
      return .loading
    }
  }

  private func readNext(at now: ContinuousClock.Instant) {
    while reading < Self.mostAtOnce, !toRead.isEmpty {
      let version = toRead.removeFirst()
      guard case .loading(var loading) = entries[version] else { continue }
      loading.began = now
      entries[version] = .loading(loading)
      reading += 1
      load(version)
    }
  }

  /// Calls `done` once the version is there, or cannot be.
  func want(_ version: Digest, at now: ContinuousClock.Instant, _ done: @escaping @Sendable (EngineFailure?) -> Void) {
    switch find(version, at: now) {
    case .ready: done(nil)
    case .failed(let reason): done(.expertFailed(version: version, reason: reason))
    case .loading:
      guard case .loading(var loading) = entries[version] else { return }
      loading.waiting.append(done)
      entries[version] = .loading(loading)
    }
  }

  /// Takes a version in, or why it cannot be.
  func take(_ version: Digest, _ result: Result<LoadedExpert, EngineFailure>, at now: ContinuousClock.Instant) {
    guard case .loading(let loading) = entries[version] else { return }
    reading -= 1
    defer { readNext(at: now) }
    let tell = { (failure: EngineFailure?) in for done in loading.waiting { done(failure) } }
    guard !loading.isUnwanted else {
      entries.removeValue(forKey: version)
      return tell(.unloaded(version: version))
    }
    switch result {
    case .success(let loaded):
      loads += 1
      let resident = Resident(version, loaded)
      touch(resident)
      entries[version] = .resident(resident)
      bytes += resident.bytes
      if let began = loading.began { self.loaded(began.duration(to: now)) }
      tell(nil)
      makeRoom(keeping: version)
    case .failure(let failure):
      failedLoads += 1
      let reason: String
      if case .expertFailed(_, let why) = failure { reason = why } else { reason = "\(failure)" }
      forgetFailures(at: now)
      entries[version] = .failed(reason: reason, until: now + Self.pause)
      tell(failure)
    }
  }

  /// Failures that nobody asks for any more would pile up.
  private func forgetFailures(at now: ContinuousClock.Instant) {
    entries = entries.filter { if case .failed(_, let until) = $0.value { until > now } else { true } }
  }

  /// Tells those who wait for a version that none comes any more.
  func end(_ failure: EngineFailure) {
    let all = entries
    entries = [:]
    (toRead, bytes) = ([], 0)
    for case .loading(let loading) in all.values { for done in loading.waiting { done(failure) } }
  }

  /// Somebody uses it now.
  func retain(_ resident: Resident) {
    resident.references += 1
    known = nil
    touch(resident)
  }

  /// Somebody has done with it.
  func release(_ resident: Resident) {
    resident.references -= 1
    known = nil
    measure(resident)
    if resident.isDraining, resident.references == 0 { remove(resident) }
    makeRoom(keeping: nil)
  }

  /// Some of what it takes is made when it is first used.
  private func measure(_ resident: Resident) {
    let now = resident.loaded.bytes
    bytes += now - resident.bytes
    resident.bytes = now
  }

  private func remove(_ resident: Resident) {
    entries.removeValue(forKey: resident.version)
    bytes -= resident.bytes
  }

  /// Lets a version go: at once, or when nobody uses it any more.
  func unload(_ version: Digest) {
    pinned.remove(version)
    switch entries[version] {
    case .resident(let resident):
      if resident.references == 0 { remove(resident) } else { resident.isDraining = true }
    case .failed: entries.removeValue(forKey: version)
    case .loading(var loading):
      loading.isUnwanted = true
      entries[version] = .loading(loading)
    case nil: break
    }
    known = nil
  }

  /// Keeps a version, whatever memory is short of; or no more.
  func pin(_ version: Digest, _ isPinned: Bool) {
    if isPinned { pinned.insert(version) } else { pinned.remove(version) }
    known = nil
    makeRoom(keeping: nil)
  }

  private func touch(_ resident: Resident) {
    turn += 1
    resident.turn = turn
  }

  private func makeRoom(keeping kept: Digest?) {
    guard bytes > most else { return }
    let residents = entries.values.compactMap { if case .resident(let resident) = $0 { resident } else { nil } }
    for resident in residents.sorted(by: { $0.turn < $1.turn }) where bytes > most {
      guard resident.references == 0, !pinned.contains(resident.version), resident.version != kept else { continue }
      remove(resident)
      evictions += 1
    }
  }

  /// What there is, for people. Asked for with each step, so that it is made only when something has changed.
  var statistics: [EngineStatistics.ResidentExpert] {
    if let known { return known }
    let made = residents
    known = made
    return made
  }

  private var residents: [EngineStatistics.ResidentExpert] {
    entries.map { version, entry in
      var result = EngineStatistics.ResidentExpert(
        version: version, state: .loading, references: 0, bytes: 0, mappedBytes: 0, isPinned: pinned.contains(version))
      switch entry {
      case .loading: break
      case .failed: result.state = .failed
      case .resident(let resident):
        result.state = resident.isDraining ? .draining : .ready
        result.references = resident.references
        result.bytes = resident.bytes
        result.mappedBytes = resident.loaded.mappedBytes
      }
      return result
    }.sorted { $0.version.bytes.lexicographicallyPrecedes($1.version.bytes) }
  }
}
