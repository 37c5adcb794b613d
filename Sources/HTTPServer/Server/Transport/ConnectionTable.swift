import NIOCore
import Synchronization

/// The open connections of a listener.
final class ConnectionTable: Sendable {
  private struct State {
    var watches: [ObjectIdentifier: ConnectionWatch] = [:]
    /// Whether there ever was a connection: tests have none.
    var hasConnections = false
  }

  private let state = Mutex(State())

  /// How many are open.
  var count: Int { state.withLock { $0.watches.count } }

  func open(_ channel: any Channel) {
    state.withLock { state in
      state.watches[ObjectIdentifier(channel)] = ConnectionWatch()
      state.hasConnections = true
    }
  }

  /// The other end has left; the channel may still be written to.
  ///
  /// - Parameter end: Why nobody is there.
  func leave(_ channel: any Channel, _ end: ConnectionWatch.End = .left) {
    state.withLock { $0.watches[ObjectIdentifier(channel)] }?.close(end)
  }

  /// The channel is of no use any more.
  func close(_ channel: any Channel) {
    state.withLock { $0.watches.removeValue(forKey: ObjectIdentifier(channel)) }?.close()
  }

  /// Of a channel's connection. Its client may have left before anybody looked at its request: then it is not here any more, and its watch
  /// says so. Where there are no connections at all, in tests, one that never closes.
  func watch(of channel: any Channel) -> ConnectionWatch {
    let (known, hasConnections) = state.withLock { ($0.watches[ObjectIdentifier(channel)], $0.hasConnections) }
    if let known { return known }
    let watch = ConnectionWatch()
    if hasConnections { watch.close() }
    return watch
  }
}
