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

    /// Tells whoever waits for it that nobody reads it any more.
    func refuse() {
      switch self {
      case .work(let work): work.fail(EngineFailure.draining)
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
    /// Places that those have who run.
    var held = 0
    var isClosed = false
    /// Whether nobody reads any more.
    var isOver = false
    /// Whether the reader sleeps until the bell rings.
    var isAsleep = false
    var number = 0

    /// Adds a message.
    /// - Returns: Whether the bell has to ring.
    mutating func add(_ message: Message) -> Bool {
      messages.append(message)
      defer { isAsleep = false }
      return isAsleep
    }
  }

  private let state = Mutex(State())
  private let bell = DispatchSemaphore(value: 0)

  /// Takes a message in.
  func send(_ message: Message) {
    let (isRead, rings) = state.withLock { $0.isOver ? (false, false) : (true, $0.add(message)) }
    if rings { bell.signal() }
    if !isRead { message.refuse() }
  }

  /// Takes a request in, unless too many wait.
  ///
  /// - Parameters:
  ///   - tokens: What it is going to read and write at most.
  ///   - places: Places that there are. So many requests as nobody has a place of are about to get one: they do not wait.
  ///   - most: Requests that may wait beside these.
  ///   - rate: Tokens a second that the engine does; 0: not known yet.
  ///   - patience: Seconds that it may wait.
  ///   - make: Gets its number.
  /// - Throws: ``EngineFailure``.
  func submit(
    tokens: Int, places: Int, most: Int, rate: Double, patience: Double, make: (Int) -> EngineWork
  ) throws(EngineFailure) -> Int {
    let result: Result<(number: Int, rings: Bool), EngineFailure> = state.withLock { state in
      guard !state.isClosed else { return .failure(.draining) }
      let free = max(places - state.held, 0)
      let seconds = rate > 0 && state.waiting >= free ? Double(state.waitingTokens) / rate : 0
      guard state.waiting - free < most, seconds <= patience else {
        return .failure(.queueFull(retryAfter: Int(min(max(seconds.rounded(.up), 1), 60))))
      }
      state.number += 1
      state.waiting += 1
      state.waitingTokens += tokens
      return .success((state.number, state.add(.work(make(state.number)))))
    }
    let taken = try result.get()
    if taken.rings { bell.signal() }
    return taken.number
  }

  /// A request has got its places, or was given up and takes none.
  func left(tokens: Int, taking places: Int = 0) {
    state.withLock { state in
      state.waiting -= 1
      state.waitingTokens -= tokens
      // In the same breath: whoever comes between would count it neither here nor there.
      state.held += places
    }
  }

  /// So many places have somebody now.
  func hold(_ places: Int) { state.withLock { $0.held = places } }

  /// Requests that wait.
  var waiting: Int { state.withLock { $0.waiting } }

  /// Takes nothing in any more.
  func close() { state.withLock { $0.isClosed = true } }

  /// All messages so far.
  func taken() -> [Message] {
    state.withLock { state in
      defer { state.messages = [] }
      return state.messages
    }
  }

  /// Waits for a message, at most so long.
  func wait(seconds: Double) {
    let sleeps = state.withLock { state in
      state.isAsleep = state.messages.isEmpty
      return state.isAsleep
    }
    if sleeps { _ = bell.wait(timeout: .now() + seconds) }
  }

  /// Nobody reads any more: those who sent what was not read are told, and so is whoever sends something later.
  func end() {
    let left = state.withLock { state in
      (state.isClosed, state.isOver) = (true, true)
      defer { state.messages = [] }
      return state.messages
    }
    for message in left { message.refuse() }
  }
}
