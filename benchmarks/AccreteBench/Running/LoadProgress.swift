import Synchronization

/// How far a measurement is, said once a second, and whether the server is still there.
final class LoadProgress: Sendable {
  private struct State {
    var done = 0
    var failed = 0
    var tokens = 0
    var refusedInARow = 0
    var said = 0.0
  }

  /// So many connections in a row that fail are a server that has gone.
  static let patience = 32

  private let label: String
  private let total: Int
  private let say: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// - Parameters:
  ///   - label: What is measured.
  ///   - count: How many requests there are.
  ///   - say: Takes a line.
  init(_ label: String, count: Int, say: @escaping @Sendable (String) -> Void) {
    (self.label, total, self.say) = (label, count, say)
  }

  /// Whether nobody has taken a connection for too long.
  var isServerAway: Bool { state.withLock { $0.refusedInARow >= Self.patience } }

  /// Counts an answer.
  func add(_ answer: StreamedAnswer) {
    let line = state.withLock { state -> String? in
      state.done += 1
      state.tokens += answer.outputTokens
      state.failed += answer.failure == nil ? 0 : 1
      // Only who was never reached: a connection that breaks later was taken by somebody.
      let isRefused = answer.failure?.code == RequestFailure.connectionCode && answer.status == nil
      // What was not sent says nothing new of the server.
      if answer.failure?.code != RequestFailure.notSentCode {
        state.refusedInARow = isRefused ? state.refusedInARow + 1 : 0
      }
      guard answer.ended - state.said >= 1 || state.done == total else { return nil }
      state.said = answer.ended
      return "\(label): \(state.done)/\(total) requests, \(state.failed) failed, \(state.tokens) tokens,"
        + " \(Figures.text(answer.ended, places: 1)) s"
    }
    if let line { say(line) }
  }
}
