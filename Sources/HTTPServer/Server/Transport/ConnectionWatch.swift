import Synchronization

/// Whether the other end of a connection is still there. One for each connection; its requests wait on it.
///
/// Hummingbird tells a handler that its client has left while it reads the body's end, and gives up the connection afterwards. This tells
/// it at any time, before the first byte of a stream, too, and the connection can be used again.
final class ConnectionWatch: Sendable {
  /// Why nobody is there.
  enum End: Sendable {
    case left
    /// It was closed here, as the other end read nothing.
    case stalled
  }

  private struct State {
    var end: End?
    var next = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  var isClosed: Bool { end != nil }
  /// `nil`: the other end is still there.
  var end: End? { state.withLock { $0.end } }

  /// The other end has left, or is taken to have; the first reason counts.
  func close(_ end: End = .left) {
    let waiting = state.withLock { state in
      defer { state.waiting = [:] }
      state.end = state.end ?? end
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns when the other end has left, or the task is cancelled.
  func untilClosed() async {
    let number = state.withLock { state in
      state.next &+= 1
      return state.next
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        let isOver = state.withLock { state in
          // Whoever cancels later finds the continuation: cancelling comes before its handler, and that needs the lock.
          if state.end != nil || Task.isCancelled { return true }
          state.waiting[number] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
    }
  }

  /// Runs an operation, and cancels it where the other end leaves first.
  ///
  /// - Throws: ``Disconnected``, and what the operation throws.
  func whileConnected<Value: Sendable>(
    _ operation: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask { try await operation() }
      group.addTask {
        await self.untilClosed()
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let value = first else { throw Disconnected() }
      return value
    }
  }
}

/// Whoever asked has left: nobody reads an answer.
struct Disconnected: Error {}
