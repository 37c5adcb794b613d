import Decoder
import Files
import Foundation
import Serving
import Streams
import Synchronization

@testable import HTTPServer
@testable import TaskModels

/// An engine that writes what a test says, and remembers what it was asked.
final class FakeEngine: InferenceEngine {
  struct State {
    /// What becomes of each text request; a request that has all of it gets no more until the test says so.
    var events: [EngineEvent] = FakeEngine.hello
    /// What is thrown instead.
    var refusal: EngineFailure?
    /// Whether the streams stay open behind the events.
    var staysOpen = false
    var requests: [EngineRequest] = []
    /// Of what was asked that is no text to be written.
    var queueTimes: [Duration?] = []
    /// Bytes of what was cut into tokens.
    var tokenized: [Int] = []
    var cancelled = 0
    var route = RequestRouter.Route(
      task: "spam", confidence: 0.9, distance: 1, nearest: "spam", distances: ["spam": 1])
    var labels: [Int] = [0]
    var stopped = 0
    var statistics = EngineStatistics()
    var told: [String] = []
  }

  let state = Mutex(State())

  static let hello: [EngineEvent] = [
    .admitted(cachedTokens: 2), .piece(choice: 0, text: "Hel", tokens: [SampledToken(id: 1)]),
    .piece(choice: 0, text: "lo", tokens: [SampledToken(id: 2)]), .finished(choice: 0, end: .endToken),
    .completed(EngineUsage(promptTokens: 3, cachedTokens: 2, completionTokens: 3)),
  ]
  static let router = Digest(of: Data("router".utf8))

  func submit(_ request: EngineRequest) throws -> AsyncStream<EngineEvent> {
    let (events, staysOpen) = try state.withLock { state in
      if let refusal = state.refusal { throw refusal }
      state.requests.append(request)
      return (state.events, state.staysOpen)
    }
    let (stream, continuation) = AsyncStream.makeStream(of: EngineEvent.self)
    continuation.onTermination = { [weak self] reason in
      if case .cancelled = reason { self?.state.withLock { $0.cancelled += 1 } }
    }
    for event in events { continuation.yield(event) }
    if !staysOpen { continuation.finish() }
    return stream
  }

  func classify(
    _ rows: [RequestRow], by version: Digest, asker: String, deadline: ContinuousClock.Instant?, queueTime: Duration?
  ) async throws -> [TaskAnswer] {
    try state.withLock { state in
      state.queueTimes.append(queueTime)
      if let refusal = state.refusal { throw refusal }
      return rows.indices.map { index in
        let label = state.labels[index % state.labels.count]
        return TaskAnswer(
          text: FakeCatalog.labels[label], label: label, probabilities: label == 0 ? [0.75, 0.25] : [0.25, 0.75],
          parts: nil, droppedTokens: 0, isCut: false, promptTokens: 7)
      }
    }
  }

  func logprobs(
    of ids: [Int], by version: Digest?, top: Int, asker: String, deadline: ContinuousClock.Instant?,
    queueTime: Duration?
  ) async throws -> [TokenLogprobs] {
    ids.dropFirst().map { TokenLogprobs(chosen: -0.5, top: top > 0 ? [.init(id: $0, logprob: -0.5)] : []) }
  }

  func route(
    _ rows: [RequestRow], by router: Digest?, asker: String, deadline: ContinuousClock.Instant?, queueTime: Duration?
  ) async throws -> RoutedRows {
    let route = state.withLock { state in
      state.queueTimes.append(queueTime)
      return state.route
    }
    return RoutedRows(routes: rows.map { _ in route }, router: Self.router, tokens: 5 * rows.count)
  }

  func tokenizing<Value>(
    _ bytes: Int, deadline: ContinuousClock.Instant?, queueTime: Duration?, _ body: () throws -> Value
  ) async throws -> Value {
    state.withLock { $0.tokenized.append(bytes) }
    return try body()
  }

  func load(_ version: Digest) async throws { state.withLock { $0.told.append("load") } }
  func unload(_ version: Digest, force: Bool) async throws {
    state.withLock { $0.told.append(force ? "unload by force" : "unload") }
  }
  func pin(_ version: Digest, _ isPinned: Bool) async throws {
    state.withLock { $0.told.append(isPinned ? "pin" : "unpin") }
  }

  var statistics: EngineStatistics {
    state.withLock { state in
      var statistics = state.statistics
      statistics.heartbeat = .now
      return statistics
    }
  }

  func stop(cancelling: Bool) async { state.withLock { $0.stopped += 1 } }
}
