import NIOCore
import Synchronization

/// The open connections of a listener.
final class ConnectionTable: Sendable {
  private let watches = Mutex<[ObjectIdentifier: ConnectionWatch]>([:])

  /// How many are open.
  var count: Int { watches.withLock { $0.count } }

  func open(_ channel: any Channel) {
    watches.withLock { $0[ObjectIdentifier(channel)] = ConnectionWatch() }
  }

  /// The other end has left; the channel may still be written to.
  ///
  /// - Parameter end: Why nobody is there.
  func leave(_ channel: any Channel, _ end: ConnectionWatch.End = .left) {
    watches.withLock { $0[ObjectIdentifier(channel)] }?.close(end)
  }

  /// The channel is of no use any more.
  func close(_ channel: any Channel) {
    watches.withLock { $0.removeValue(forKey: ObjectIdentifier(channel)) }?.close()
  }

  /// Of a channel's connection; of one that is not here, one that never closes: tests have no connections.
  func watch(of channel: any Channel) -> ConnectionWatch {
    watches.withLock { $0[ObjectIdentifier(channel)] } ?? ConnectionWatch()
  }
}
