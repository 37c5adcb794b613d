import Generation
import Synchronization

/// What the engine's thread tells others about itself.
final class EngineShared: Sendable {
  private struct State {
    var statistics = EngineStatistics()
    var isOver = false
    var waiting: [CheckedContinuation<Void, Never>] = []
    var observer: (@Sendable (EngineNote) -> Void)?
  }

  private let state = Mutex(State())

  var statistics: EngineStatistics {
    get { state.withLock { $0.statistics } }
    set { state.withLock { $0.statistics = newValue } }
  }

  /// Something happened that cannot be read from a snapshot.
  func note(_ note: EngineNote) { state.withLock { $0.observer }?(note) }

  /// Who is told so from now on.
  func observe(_ observer: @escaping @Sendable (EngineNote) -> Void) { state.withLock { $0.observer = observer } }

  /// The engine lives, and what it works on is not over yet.
  func beat() { state.withLock { $0.statistics.heartbeat = .now } }

  /// The engine has ended.
  func end() {
    let waiting = state.withLock { state in
      state.isOver = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Waits until the engine has ended.
  func ended() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if !state.isOver { state.waiting.append(continuation) }
        return state.isOver
      }
      if isOver { continuation.resume() }
    }
  }
}

/// The base as it is lent to those who read versions from their files.
///
/// Nothing of it is ever written.
struct LoadingBase: @unchecked Sendable {
  let base: Base
}
