import Foundation
import Hummingbird
import HummingbirdCore
import NIOCore
import Serving

/// The pieces of one form of answer, each the data of an event.
protocol EventForm: Sendable {
  /// Before anything is written.
  mutating func opening() -> [Data]
  /// What an event of the engine becomes.
  mutating func pieces(_ event: EngineEvent) -> [Data]
  /// After the last piece.
  func closing(_ usage: AnswerUsage) -> [Data]
}

/// Writes an answer as it comes, by server-sent events: keeps the connection alive while nothing comes, and gives the request up when its
/// client has left.
struct EventStreamer: Sendable {
  let exchange: Exchange
  let answer: EngineAnswer
  /// Of ``EngineAnswer/first()``.
  let first: EngineEvent

  /// What is waited for, whichever comes first.
  private enum Step: Sendable {
    case event(EngineEvent, source: Int)
    case ended
    case tick
    case disconnected
  }

  /// How often it is looked whether the stream was silent for too long.
  private var beat: Duration { exchange.core.options.limits.pingTime / 4 }

  /// Writes all of it.
  ///
  /// - Throws: After a failure was told, so that the connection is closed; ``Disconnected``.
  func write(_ form: some EventForm, to writer: inout any ResponseBodyWriter) async throws {
    do {
      try await writeEvents(form, to: &writer)
    } catch {
      switch error {
      case is Told: break
      // A write that fails is a client that has left, or read nothing for too long.
      default: exchange.counted(Disconnected())
      }
      throw error
    }
    try await writer.finish(nil)
  }

  private func writeEvents(_ form: some EventForm, to writer: inout any ResponseBodyWriter) async throws {
    var (pieces, joining, last) = (form, EngineAnswer.Joining(answer), ContinuousClock.now)
    try await send(pieces.opening(), to: &writer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let (steps, continuation) = AsyncStream.makeStream(of: Step.self)
      defer {
        group.cancelAll()
        continuation.finish()
      }
      // It was taken out before the others, and goes before them.
      continuation.yield(.event(first, source: 0))
      start(&group, continuation)
      for await step in steps {
        switch step {
        case .event(let one, let source):
          guard let event = joining.take(one, of: source) else { continue }
          exchange.watch.observe(event)
          if case .failed(let failure) = event { throw try await tell(failure, to: &writer) }
          try await send(pieces.pieces(event), to: &writer)
          last = .now
          guard case .completed(let usage) = event else { continue }
          exchange.settle(AnswerUsage(usage))
          try await send(pieces.closing(AnswerUsage(usage)), to: &writer)
          return try await put(.done, to: &writer)
        case .tick:
          guard last.duration(to: .now) >= exchange.core.options.limits.pingTime else { continue }
          try await put(.ping, to: &writer)
          last = .now
        case .disconnected: throw Disconnected()
        case .ended:
          // Nobody but the engine ends a stream before it is complete, and only when it ends itself.
          exchange.watch.observe(.failed(.cancelled))
          throw try await tell(.cancelled, to: &writer)
        }
      }
      throw Disconnected()
    }
  }

  private func start(_ group: inout ThrowingTaskGroup<Void, any Error>, _ steps: AsyncStream<Step>.Continuation) {
    let (connection, beat, sources) = (exchange.scope.connection, beat, answer.sources)
    let isFirstOver = if case .completed = first { true } else { false }
    for (index, source) in sources.enumerated() {
      group.addTask {
        var isOver = index == 0 && isFirstOver
        for await event in source {
          switch event {
          case .completed, .failed: isOver = true
          case .admitted, .piece, .finished: break
          }
          steps.yield(.event(event, source: index))
        }
        if !isOver { steps.yield(.ended) }
      }
    }
    group.addTask {
      await connection.untilClosed()
      steps.yield(.disconnected)
    }
    group.addTask {
      while !Task.isCancelled {
        try? await Task.sleep(for: beat)
        steps.yield(.tick)
      }
    }
  }

  /// Says why there is no more. The answer's status was sent long ago: clients look for an event that is an error.
  private func tell(_ failure: EngineFailure, to writer: inout any ResponseBodyWriter) async throws -> Told {
    let error = exchange.failure(of: failure)
    exchange.core.failures.note(error.code.rawValue)
    try await put(.data(error.json), to: &writer)
    return Told()
  }

  private func send(_ pieces: [Data], to writer: inout any ResponseBodyWriter) async throws {
    guard !pieces.isEmpty else { return }
    // Written together: one packet, mostly.
    let bytes = pieces.reduce(into: Data()) { $0 += ServerSentEvent.data($1).bytes }
    try await writer.write(ByteBuffer(bytes: bytes))
  }

  private func put(_ event: ServerSentEvent, to writer: inout any ResponseBodyWriter) async throws {
    try await writer.write(ByteBuffer(bytes: event.bytes))
  }

  /// A failure that the client was told.
  private struct Told: Error {}
}
