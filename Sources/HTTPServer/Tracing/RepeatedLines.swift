import Logging
import Synchronization

/// Keeps what repeats from filling the log: of each kind a line a second, with how many were held back before it. Whoever can make a request
/// fail could otherwise write as much as he likes.
final class RepeatedLines: Sendable {
  private struct Kind {
    var last: ContinuousClock.Instant
    var heldBack = 0
  }

  /// Between two lines of a kind.
  static let pause: Duration = .seconds(1)

  private let kinds = Mutex<[String: Kind]>([:])

  /// Whether a line may be written.
  enum Passage: Equatable {
    /// It may; so many of its kind were held back before it.
    case written(heldBack: Int)
    /// It may not. The first one after a line has to see to it that somebody says how many there were.
    case heldBack(isFirst: Bool)
  }

  /// - Parameter kind: One of a few: every kind that was seen is remembered.
  func pass(_ kind: String, at now: ContinuousClock.Instant = .now) -> Passage {
    kinds.withLock { kinds in
      guard var known = kinds[kind], now < known.last + Self.pause else {
        let heldBack = kinds[kind]?.heldBack ?? 0
        kinds[kind] = Kind(last: now)
        return .written(heldBack: heldBack)
      }
      known.heldBack += 1
      kinds[kind] = known
      return .heldBack(isFirst: known.heldBack == 1)
    }
  }

  /// How many of a kind were held back and not told yet; from now on none are.
  func take(_ kind: String, at now: ContinuousClock.Instant = .now) -> Int {
    kinds.withLock { kinds in
      guard let known = kinds[kind], known.heldBack > 0 else { return 0 }
      kinds[kind] = Kind(last: now)
      return known.heldBack
    }
  }

  /// Writes a line, or counts it.
  ///
  /// - Parameters:
  ///   - kind: What the line is of.
  ///   - logger: Where it goes.
  ///   - message: What happened.
  ///   - metadata: And to whom.
  func error(_ kind: String, to logger: Logger, _ message: @autoclosure () -> String, _ metadata: Logger.Metadata) {
    switch pass(kind) {
    case .written(let heldBack):
      var metadata = metadata
      if heldBack > 0 { metadata["held_back"] = .stringConvertible(heldBack) }
      logger.error("\(message())", metadata: metadata)
    case .heldBack(let isFirst):
      guard isFirst else { return }
      // Where no other one follows, this says how many there were.
      Task {
        try? await Task.sleep(for: Self.pause)
        let heldBack = take(kind)
        guard heldBack > 0 else { return }
        logger.error("\(kind): more of the kind before", metadata: ["held_back": .stringConvertible(heldBack)])
      }
    }
  }
}
