import Dispatch
import Files
import Synchronization

/// What others tell the engine: taken in from any thread, read by the engine's.
final class EngineInbox: Sendable {
  /// Something for the engine's thread.
  enum Message: Sendable {
    case work(EngineWork)
    case cancel(Int)
    /// A version was read from its files, or could not be.
    case loaded(Digest, Result<LoadedExpert, EngineFailure>)
    case want(Digest, @Sendable (EngineFailure?) -> Void)
    case unload(Digest, force: Bool, @Sendable (EngineFailure?) -> Void)
    case pin(Digest, Bool)
    case stop(cancelling: Bool)

    /// Tells whoever sent it that nobody reads it.
    fileprivate func refuse() {
      switch self {
      case .work(let work): work.fail(.draining)
      case .want(_, let done), .unload(_, _, let done): done(.draining)
      case .cancel, .loaded, .pin, .stop: break
      }
    }
  }

  private struct State {
    var messages: [Message] = []
    /// Requests that were taken in and have no place yet.
    var waiting = 0
    var waitingTokens = 0
    var isClosed = false
    /// The engine's thread reads no more.
    var isOver = false
    var number = 0
  }

  private let state = Mutex(State())
  private let bell = DispatchSemaphore(value: 0)

  /// Takes a message in, or refuses it behind the engine's end.
  func send(_ message: Message) {
    let isTaken = state.withLock { state in
      if !state.isOver { state.messages.append(message) }
      return !state.isOver
    }
    guard isTaken else { return message.refuse() }
    bell.signal()
  }

  /// Takes a request in, unless too many wait.
  ///
  /// - Parameters:
  ///   - tokens: What it is going to read and write at most.
  ///   - most: Requests that may wait.
  ///   - rate: Tokens a second that the engine does; 0: not known yet.
  ///   - patience: Seconds that it may wait.
  ///   - make: Gets its number.
  /// - Throws: ``EngineFailure``.
  func submit(
    tokens: Int, most: Int, rate: Double, patience: Double, make: (Int) -> EngineWork
  ) throws(EngineFailure) -> Int {
    let result: Result<Int, EngineFailure> = state.withLock { state in
      guard !state.isClosed else { return .failure(.draining) }
      let seconds = rate > 0 ? Double(state.waitingTokens) / rate : 0
      guard state.waiting < most, seconds <= patience else {
        return .failure(.queueFull(retryAfter: Int(min(max(seconds.rounded(.up), 1), 120))))
      }
      state.number += 1
      state.waiting += 1
      state.waitingTokens += tokens
      state.messages.append(.work(make(state.number)))
      return .success(state.number)
    }
    bell.signal()
    return try result.get()
  }

  /// A request has got a place, or was given up.
  func left(tokens: Int) {
    state.withLock { state in
      state.waiting -= 1
      state.waitingTokens -= tokens
    }
  }

  /// Requests that wait.
  var waiting: Int { state.withLock { $0.waiting } }

  /// Takes nothing in any more.
  func close() { state.withLock { $0.isClosed = true } }

  /// The engine's thread has ended: what it has not read, and what comes later, is refused.
  func end() {
    let unread = state.withLock { state in
      (state.isClosed, state.isOver) = (true, true)
      defer { state.messages = [] }
      return state.messages
    }
    for message in unread { message.refuse() }
  }

  /// All messages so far.
  func taken() -> [Message] {
    state.withLock { state in
      defer { state.messages = [] }
      return state.messages
    }
  }

  /// Waits for a message, at most so long.
  func wait(seconds: Double) { _ = bell.wait(timeout: .now() + seconds) }
}
