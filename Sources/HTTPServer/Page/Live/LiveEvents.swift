import Foundation
import Synchronization

/// The last events, and who waits for the next.
///
/// A topic that changes all the time tells of it twice a second: what comes between replaces what still waits, as only the latest counts.
/// Times come from whoever calls, so that tests need no clock.
final class LiveEvents: Sendable {
  /// Events that are kept for whoever comes back.
  static let kept = 1_000
  /// Between two events of a topic.
  static let pause: Duration = .milliseconds(500)
  /// Streams at once of one session, and of all.
  static let (streamsOfSession, streams) = (4, 64)

  private struct State {
    var events: [LiveEvent] = []
    /// The number of the last event.
    var last: Int
    var told: [LiveEvent.Topic: ContinuousClock.Instant] = [:]
    var waiting: [LiveEvent.Topic: Data] = [:]
    var listeners: [Int: AsyncStream<Void>.Continuation] = [:]
    var sessions: [Int: String] = [:]
    var next = 0
  }

  /// What a stream is to be sent.
  struct Batch: Equatable {
    var events: [LiveEvent]
    /// Whether there were others, which are gone.
    var isIncomplete: Bool
    /// Up to where this is everything.
    var last: Int
  }

  private let state: Mutex<State>

  /// - Parameter started: When the server began. Numbers begin there, a million a second: after a restart they are beyond all that were
  ///   told before, so that whoever comes back with an old one is told that something is missing.
  init(started: Date = Date()) {
    let seconds = started.timeIntervalSince1970
    let first = seconds > 0 && seconds < 9e9 ? Int(seconds * 1e6) : 1
    state = Mutex(State(last: first))
  }

  /// Whether anybody listens.
  var isHeard: Bool { state.withLock { !$0.listeners.isEmpty } }

  /// The number of the last event: where a stream begins that asks for none before.
  var last: Int { state.withLock { $0.last } }

  /// Tells of something, now or as soon as its topic may tell again.
  ///
  /// - Parameters:
  ///   - topic: What a view is told of.
  ///   - data: One JSON object of ids and numbers.
  ///   - now: When it happened.
  func publish(_ topic: LiveEvent.Topic, _ data: Data, at now: ContinuousClock.Instant = .now) {
    let listeners = state.withLock { state -> [AsyncStream<Void>.Continuation] in
      state.waiting[topic] = data
      return Self.tell(&state, at: now)
    }
    for listener in listeners { listener.yield() }
  }

  /// Tells of what had to wait. Whoever runs the server calls it twice a second.
  ///
  /// - Parameter now: The time.
  func flush(at now: ContinuousClock.Instant = .now) {
    let listeners = state.withLock { Self.tell(&$0, at: now) }
    for listener in listeners { listener.yield() }
  }

  /// - Returns: Those to wake.
  private static func tell(_ state: inout State, at now: ContinuousClock.Instant) -> [AsyncStream<Void>.Continuation] {
    let due = LiveEvent.Topic.allCases.filter { topic in
      state.waiting[topic] != nil && state.told[topic].map { now - $0 >= pause } ?? true
    }
    for topic in due {
      guard let data = state.waiting.removeValue(forKey: topic) else { continue }
      state.last &+= 1
      state.told[topic] = now
      state.events.append(LiveEvent(number: state.last, topic: topic, data: data))
    }
    if state.events.count > kept { state.events.removeFirst(state.events.count - kept) }
    return due.isEmpty ? [] : Array(state.listeners.values)
  }

  /// What has happened since an event.
  ///
  /// - Parameters:
  ///   - number: The event's number. One that is not kept any more, or that nobody was told, makes the batch incomplete.
  ///   - topics: Which of them.
  func batch(after number: Int, of topics: Set<LiveEvent.Topic>) -> Batch {
    state.withLock { state in
      let first = state.last &- state.events.count
      return Batch(
        events: state.events.filter { $0.number > number && topics.contains($0.topic) },
        isIncomplete: number < first || number > state.last, last: state.last)
    }
  }

  /// Takes a stream in.
  ///
  /// - Parameter session: Whose it is.
  /// - Returns: Something that comes whenever something is new, and the number by which the stream is left; `nil`: there are too many.
  func join(_ session: String) -> (news: AsyncStream<Void>, number: Int)? {
    let (news, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    return state.withLock { state in
      let own = state.sessions.values.count { $0.utf8.elementsEqual(session.utf8) }
      guard own < Self.streamsOfSession, state.sessions.count < Self.streams else { return nil }
      state.next &+= 1
      state.listeners[state.next] = continuation
      state.sessions[state.next] = session
      return (news, state.next)
    }
  }

  /// Lets a stream go.
  ///
  /// - Parameter number: Of ``join(_:)``.
  func leave(_ number: Int) {
    let listener = state.withLock { state in
      state.sessions[number] = nil
      return state.listeners.removeValue(forKey: number)
    }
    listener?.finish()
  }

  /// Ends all streams: the server stops.
  func end() {
    let listeners = state.withLock { Array($0.listeners.values) }
    for listener in listeners { listener.finish() }
  }
}
