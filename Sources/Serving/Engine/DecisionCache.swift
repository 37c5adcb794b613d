import Files
import Foundation
import Synchronization

/// Where requests belonged when they were routed last: the same text has the same route by the same router.
final class DecisionCache: Sendable {
  /// Where a text belongs, and how many tokens were read to find that.
  struct Decision: Sendable {
    let route: RequestRouter.Route
    let tokens: Int
  }

  private struct State {
    var known: [Digest: (decision: Decision, used: Int)] = [:]
    var clock = 0
    var hits = 0
  }

  private let state = Mutex(State())
  private let limit: Int

  /// - Parameter limit: Decisions that are kept; what was asked for last stays.
  init(limit: Int = 10_000) { self.limit = limit }

  /// What a decision is kept under: neither text nor instruction can be read from it. Each asker has its own: the time that an answer takes
  /// would tell what others have asked.
  static func key(_ router: Digest, asker: String, _ text: String, instruction: String?) -> Digest {
    // Each part with its length before it: two requests have the same key only if they are the same.
    var data = router.bytes
    for part in [asker, text, instruction ?? ""] {
      withUnsafeBytes(of: UInt64(part.utf8.count).littleEndian) { data.append(contentsOf: $0) }
      data.append(contentsOf: part.utf8)
    }
    data.append(instruction == nil ? 0 : 1)
    return Digest(of: data)
  }

  subscript(key: Digest) -> Decision? {
    state.withLock { state in
      guard let known = state.known[key] else { return nil }
      state.clock += 1
      state.hits += 1
      state.known[key]?.used = state.clock
      return known.decision
    }
  }

  func keep(_ decision: Decision, for key: Digest) {
    state.withLock { state in
      state.clock += 1
      state.known[key] = (decision, state.clock)
      guard state.known.count > limit else { return }
      // A tenth at once, so that it is not sorted for every request.
      let oldest = state.known.sorted { $0.value.used < $1.value.used }.prefix(limit / 10 + 1)
      for (key, _) in oldest { state.known.removeValue(forKey: key) }
    }
  }

  var count: Int { state.withLock { $0.known.count } }
  /// How often a decision was found.
  var hits: Int { state.withLock { $0.hits } }
}
