import Synchronization

/// How far the server's end is, and which requests it still waits for.
final class DrainState: Sendable {
  enum Phase: Int, Sendable, Comparable {
    /// Takes requests.
    case serving
    /// Says that it is not ready, and takes requests still: a load balancer needs time to notice.
    case announced
    /// Takes nothing new.
    case draining
    /// Gives up what still runs.
    case cancelling

    static func < (one: Phase, other: Phase) -> Bool { one.rawValue < other.rawValue }
  }

  private struct State {
    var phase = Phase.serving
    var running = 0
  }

  private let state = Mutex(State())

  var phase: Phase { state.withLock { $0.phase } }
  /// Requests that are being answered.
  var running: Int { state.withLock { $0.running } }

  /// A phase never goes back.
  func move(to phase: Phase) { state.withLock { $0.phase = max($0.phase, phase) } }

  /// Takes a request in; `nil`: nothing new is taken. It is out when the token is gone.
  func enter() -> Token? {
    let isIn = state.withLock { state in
      guard state.phase < .draining else { return false }
      state.running += 1
      return true
    }
    return isIn ? Token(self) : nil
  }

  /// Waits until no request is being answered.
  ///
  /// - Returns: Whether that came about in time.
  func untilEmpty(within time: Duration) async -> Bool {
    let end = ContinuousClock.now + time
    while running > 0 {
      guard ContinuousClock.now < end, !Task.isCancelled else { return false }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return true
  }

  fileprivate func leave() { state.withLock { $0.running -= 1 } }

  /// A request that is being answered. Whoever drops it, on whatever path, has ended it.
  final class Token: Sendable {
    private let owner: DrainState

    fileprivate init(_ owner: DrainState) { self.owner = owner }

    deinit { owner.leave() }
  }
}
