import Files
import Foundation
import Hummingbird
import HummingbirdCore
import NIOCore

/// Writes events to a view as they come, and a comment where none come for long.
struct LiveStream: Sendable {
  let events: LiveEvents
  let topics: Set<LiveEvent.Topic>
  /// The last event that the view knows of.
  let start: Int
  let connection: ConnectionWatch
  /// After so much silence a comment is written.
  let silence: Duration

  /// What is waited for, whichever comes first.
  private enum Step: Sendable {
    case news
    case silence
    case over
  }

  /// Writes until the view is left or the server stops.
  ///
  /// - Parameters:
  ///   - news: Of `LiveEvents.join`.
  ///   - writer: The answer's body.
  func write(_ news: AsyncStream<Void>, to writer: inout any ResponseBodyWriter) async throws {
    var last = start
    // A browser that lost the connection waits three seconds before it comes back.
    try await writer.write(ByteBuffer(string: "retry: 3000\n\n"))
    try await send(&last, to: &writer)
    try await withThrowingTaskGroup(of: Void.self) { group in
      let (steps, continuation) = AsyncStream.makeStream(of: Step.self)
      defer {
        group.cancelAll()
        continuation.finish()
      }
      group.addTask {
        for await _ in news { continuation.yield(.news) }
        continuation.yield(.over)
      }
      group.addTask { [connection] in
        await connection.untilClosed()
        continuation.yield(.over)
      }
      group.addTask { [silence] in
        while !Task.isCancelled {
          try? await Task.sleep(for: silence)
          continuation.yield(.silence)
        }
      }
      for await step in steps {
        switch step {
        case .news: try await send(&last, to: &writer)
        case .silence: try await writer.write(ByteBuffer(bytes: ServerSentEvent.ping.bytes))
        case .over: return
        }
      }
    }
    try await writer.finish(nil)
  }

  private func send(_ last: inout Int, to writer: inout any ResponseBodyWriter) async throws {
    let batch = events.batch(after: last, of: topics)
    last = batch.last
    // Whoever has missed something takes all of it anew.
    let sent =
      batch.isIncomplete
      ? [ServerSentEvent.named("resync", number: batch.last, Data(JSONTree.object([JSONTree.Member]()).json))]
      : batch.events.map(\.sent)
    guard !sent.isEmpty else { return }
    try await writer.write(ByteBuffer(bytes: sent.reduce(into: Data()) { $0 += $1.bytes }))
  }
}
