import Foundation
import Synchronization

/// Lets texts of requests be cut into tokens, in the tasks of those who ask. Long ones take their turns, a few at a time and in the order in
/// which they came, so that there are always processors for the others.
final class TextTurns: Sendable {
  /// Bytes up to which a request waits for nobody: so many take about 20 ms.
  static let short = 64 << 10

  private struct Waiting {
    let number: Int
    let continuation: CheckedContinuation<EngineFailure?, Never>
  }

  private enum Decision {
    case goes, waits
    case refused(EngineFailure)
  }

  private struct State {
    var free: Int
    var number = 0
    var waiting: [Waiting] = []
  }

  private let state: Mutex<State>
  private let mostWaiting: Int

  /// - Parameters:
  ///   - atOnce: Long texts that are cut at the same time; `nil`: one for every two processors.
  ///   - mostWaiting: Requests that may wait.
  init(atOnce: Int? = nil, mostWaiting: Int) {
    state = Mutex(State(free: atOnce ?? max(ProcessInfo.processInfo.activeProcessorCount / 2, 1)))
    self.mostWaiting = mostWaiting
  }

  /// Requests that wait.
  var waiting: Int { state.withLock { $0.waiting.count } }

  /// Does something with texts, when their turn has come.
  ///
  /// - Parameters:
  ///   - bytes: Of the texts.
  ///   - deadline: When nobody waits for the answer any more.
  ///   - patience: How long it may wait for its turn; `nil`: until the deadline.
  ///   - body: What is done, in the task of whoever asks.
  /// - Throws: ``EngineFailure`` where it cannot wait; what `body` throws.
  func run<Value>(
    _ bytes: Int, deadline: ContinuousClock.Instant? = nil, patience: Duration? = nil, _ body: () throws -> Value
  ) async throws -> Value {
    guard bytes > Self.short else { return try body() }
    let lastMoment = patience.map { ContinuousClock.now + $0 }
    let end = [deadline, lastMoment].compactMap(\.self).min()
    // A client may ask again for what only took too long here.
    try await enter(until: end, else: end == deadline ? .deadlineExceeded : .queueFull(retryAfter: 1))
    defer { leave() }
    return try body()
  }

  /// Waits for a turn, which ``leave()`` gives back.
  func enter(until end: ContinuousClock.Instant?, else late: EngineFailure) async throws {
    let number = state.withLock { state in
      state.number += 1
      return state.number
    }
    let alarm = end.map { end in
      Task {
        try await Task.sleep(until: end, clock: .continuous)
        giveUp(number, late)
      }
    }
    defer { alarm?.cancel() }
    let failure = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<EngineFailure?, Never>) in
        let decision = state.withLock { state -> Decision in
          // Whoever gives up later finds the continuation: that needs the lock, too.
          if Task.isCancelled { return .refused(.cancelled) }
          if let end, end <= .now { return .refused(late) }
          if state.free > 0 {
            state.free -= 1
            return .goes
          }
          guard state.waiting.count < mostWaiting else { return .refused(.queueFull(retryAfter: 1)) }
          state.waiting.append(Waiting(number: number, continuation: continuation))
          return .waits
        }
        switch decision {
        case .goes: continuation.resume(returning: nil)
        case .refused(let failure): continuation.resume(returning: failure)
        case .waits: break
        }
      }
    } onCancel: {
      giveUp(number, .cancelled)
    }
    if let failure { throw failure }
  }

  /// Hands the turn to whoever waits longest.
  func leave() {
    let next = state.withLock { state -> Waiting? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
      state.free += 1
      return nil
    }
    next?.continuation.resume(returning: nil)
  }

  private func giveUp(_ number: Int, _ failure: EngineFailure) {
    let left = state.withLock { state in
      state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0) }
    }
    left?.continuation.resume(returning: failure)
  }
}
