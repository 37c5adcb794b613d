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

    fileprivate init(_ version: Digest, _ loaded: LoadedExpert) { (self.version, self.loaded) = (version, loaded) }
  }

  /// What a request for a version finds.
  enum Finding {
    case ready(Resident)
    /// It comes; ask again.
    case loading
    case failed(String)
  }

  private enum Entry {
    case loading([@Sendable (EngineFailure?) -> Void])
    case resident(Resident)
    case failed(reason: String, until: ContinuousClock.Instant)
  }

  /// How long a version that could not be loaded is not tried again.
  private static let pause = Duration.seconds(5)

  private let most: Int
  private let load: (Digest) -> Void
  private var entries: [Digest: Entry] = [:]
  private var pinned: Set<Digest> = []
  private var turn = 0
  private(set) var (evictions, loads, failedLoads) = (0, 0, 0)

  /// - Parameter most: Bytes of versions that are loaded.
  /// - Parameter load: Begins to read a version, off this thread.
  init(most: Int, load: @escaping (Digest) -> Void) { (self.most, self.load) = (most, load) }

  /// A version, which is asked for where it is not there.
  func find(_ version: Digest, at now: ContinuousClock.Instant) -> Finding {
    switch entries[version] {
    case .resident(let resident) where !resident.isDraining: return .ready(resident)
    case .resident: return .failed("it is being unloaded")
    case .loading: return .loading
    case .failed(let reason, let until) where until > now: return .failed(reason)
    case .failed, nil:
      entries[version] = .loading([])
      load(version)
      return .loading
    }
  }

  /// Calls `done` once the version is there, or cannot be.
  func want(_ version: Digest, at now: ContinuousClock.Instant, _ done: @escaping @Sendable (EngineFailure?) -> Void) {
    switch find(version, at: now) {
    case .ready: done(nil)
    case .failed(let reason): done(.expertFailed(version: version, reason: reason))
    case .loading:
      guard case .loading(let others) = entries[version] else { return }
      entries[version] = .loading(others + [done])
    }
  }

  /// Takes a version in, or why it cannot be.
  func take(_ version: Digest, _ result: Result<LoadedExpert, EngineFailure>, at now: ContinuousClock.Instant) {
    var waiting: [@Sendable (EngineFailure?) -> Void] = []
    if case .loading(let others) = entries[version] { waiting = others }
    switch result {
    case .success(let loaded):
      loads += 1
      let resident = Resident(version, loaded)
      touch(resident)
      entries[version] = .resident(resident)
      for done in waiting { done(nil) }
      makeRoom(keeping: version)
    case .failure(let failure):
      failedLoads += 1
      let reason: String
      if case .expertFailed(_, let why) = failure { reason = why } else { reason = "\(failure)" }
      entries[version] = .failed(reason: reason, until: now + Self.pause)
      for done in waiting { done(failure) }
    }
  }

  /// Tells whoever waits for a version that none is loaded any more.
  func end() {
    for case .loading(let waiting) in entries.values {
      for done in waiting { done(.draining) }
    }
    entries = [:]
  }

  /// Somebody uses it now.
  func retain(_ resident: Resident) {
    resident.references += 1
    touch(resident)
  }

  /// Somebody has done with it.
  func release(_ resident: Resident) {
    resident.references -= 1
    if resident.isDraining, resident.references == 0 { entries.removeValue(forKey: resident.version) }
    makeRoom(keeping: nil)
  }

  /// Lets a version go: at once, or when nobody uses it any more.
  func unload(_ version: Digest) {
    pinned.remove(version)
    switch entries[version] {
    case .resident(let resident):
      if resident.references == 0 { entries.removeValue(forKey: version) } else { resident.isDraining = true }
    case .failed: entries.removeValue(forKey: version)
    case .loading, nil: break
    }
  }

  /// Keeps a version, whatever memory is short of; or no more.
  func pin(_ version: Digest, _ isPinned: Bool) {
    if isPinned { pinned.insert(version) } else { pinned.remove(version) }
    makeRoom(keeping: nil)
  }

  private func touch(_ resident: Resident) {
    turn += 1
    resident.turn = turn
  }

  private func makeRoom(keeping kept: Digest?) {
    var residents = entries.values.compactMap { if case .resident(let resident) = $0 { resident } else { nil } }
    var bytes = residents.reduce(0) { $0 + $1.loaded.bytes }
    guard bytes > most else { return }
    residents.sort { $0.turn < $1.turn }
    for resident in residents where bytes > most {
      guard resident.references == 0, !pinned.contains(resident.version), resident.version != kept else { continue }
      entries.removeValue(forKey: resident.version)
      bytes -= resident.loaded.bytes
      evictions += 1
    }
  }

  /// What there is, for people.
  var statistics: [EngineStatistics.ResidentExpert] {
    entries.map { version, entry in
      var result = EngineStatistics.ResidentExpert(
        version: version, state: .loading, references: 0, bytes: 0, isPinned: pinned.contains(version))
      switch entry {
      case .loading: break
      case .failed: result.state = .failed
      case .resident(let resident):
        result.state = resident.isDraining ? .draining : .ready
        result.references = resident.references
        result.bytes = resident.loaded.bytes
      }
      return result
    }.sorted { $0.version.description < $1.version.description }
  }
}
