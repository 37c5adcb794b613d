import Console
import Foundation
import Synchronization

@testable import HTTPServer

/// A queue without a database: items with numbers, which never ends.
final class FakeReviews: ReviewSource {
  struct State {
    var next = 1
    /// Whose each item is.
    var leases: [String: String] = [:]
    var votes: [(item: String, vote: PageVote, person: String)] = []
    var isEmpty = false
  }

  let state = Mutex(State())

  func take(for person: String) async throws -> String? {
    state.withLock { state in
      guard !state.isEmpty else { return nil }
      let item = "item/\(state.next)"
      state.next += 1
      state.leases[item] = person
      return item
    }
  }

  func content(of item: String?, for person: String) async throws -> ReviewContent? {
    state.withLock { state in
      let now = Date(timeIntervalSince1970: 1_796_000_000)
      guard let item else { return ReviewContent(now: now) }
      guard state.leases[item] == person else { return nil }
      return ReviewContent(
        now: now,
        item: .init(
          id: item, task: "spam", text: "text of \(item)", labels: [.init(name: "a&b"), .init(name: "👩\u{200D}💻")],
          leaseEnds: now.addingTimeInterval(300)))
    }
  }

  func vote(_ vote: PageVote, on item: String, by person: String) async throws -> ReviewOutcome {
    state.withLock { state in
      guard state.leases.removeValue(forKey: item) == person else {
        return ReviewOutcome(notice: .leaseOver, progress: .init())
      }
      state.votes.append((item, vote, person))
      return ReviewOutcome(notice: .labelled, progress: .init(today: state.votes.count, undoable: 1))
    }
  }

  func undo(by person: String) async throws -> ReviewOutcome {
    state.withLock { state in
      guard let last = state.votes.popLast() else { return ReviewOutcome(notice: .nothingToUndo, progress: .init()) }
      state.leases[last.item] = person
      return ReviewOutcome(notice: .undone, progress: .init(today: state.votes.count), item: last.item)
    }
  }

  func renew(_ item: String, by person: String) async throws -> TimeInterval? {
    state.withLock { $0.leases[item] == person ? 300 : nil }
  }
}
