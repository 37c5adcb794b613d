import Foundation
import Synchronization
import Testing

@testable import Serving

/// Do long texts wait for each other, and for nothing else?
@Suite(.timeLimit(.minutes(5))) struct TextTurnsTests {
  private static let long = TextTurns.short + 1

  /// What several tasks note.
  private final class Kept<Value: Sendable>: Sendable {
    private let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
      value.withLock { body(&$0) }
    }
  }

  /// One turn, which is taken.
  private func busy(mostWaiting: Int = 10) async throws -> TextTurns {
    let turns = TextTurns(atOnce: 1, mostWaiting: mostWaiting)
    try await turns.enter(until: nil, else: .cancelled)
    return turns
  }

  private func until(_ count: Int, wait turns: TextTurns) async throws {
    while turns.waiting != count { try await Task.sleep(for: .milliseconds(1)) }
  }

  @Test func shortOnesWaitForNobody() async throws {
    let turns = try await busy()
    #expect(try await turns.run(TextTurns.short) { 5 } == 5)
    turns.leave()
    #expect(try await turns.run(Self.long) { 6 } == 6)
  }

  @Test func longOnesGoInTheirOrder() async throws {
    let turns = try await busy()
    let done = Kept([Int]())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<5 {
        group.addTask { try await turns.run(Self.long) { done.withLock { $0.append(number) } } }
        try await until(number + 1, wait: turns)
      }
      #expect(done.withLock { $0.isEmpty })
      turns.leave()
      try await group.waitForAll()
    }
    #expect(done.withLock { $0 } == [0, 1, 2, 3, 4] && turns.waiting == 0)
  }

  @Test(arguments: [1, 3]) func noMoreThanSoManyAtOnce(_ most: Int) async throws {
    let turns = TextTurns(atOnce: most, mostWaiting: 100)
    let state = Kept((now: 0, most: 0, all: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<30 {
        group.addTask {
          try await turns.run(Self.long) {
            state.withLock { state in
              state.now += 1
              state.most = max(state.most, state.now)
            }
            Thread.sleep(forTimeInterval: 0.001)
            state.withLock { state in
              state.now -= 1
              state.all += 1
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let seen = state.withLock { $0 }
    #expect((1...most).contains(seen.most) && seen.all == 30 && seen.now == 0)
  }

  @Test func whoLeavesGivesUpItsPlace() async throws {
    let turns = try await busy()
    let leaving = Task { try await turns.run(Self.long) { 1 } }
    try await until(1, wait: turns)
    let staying = Task { try await turns.run(Self.long) { 2 } }
    try await until(2, wait: turns)
    leaving.cancel()
    await #expect(throws: EngineFailure.cancelled) { try await leaving.value }
    #expect(turns.waiting == 1)
    turns.leave()
    #expect(try await staying.value == 2)
  }

  /// An own deadline is over; what only waited too long may be asked again.
  @Test func whoWaitsTooLong() async throws {
    let turns = try await busy()
    await #expect(throws: EngineFailure.deadlineExceeded) {
      try await turns.run(Self.long, deadline: .now + .milliseconds(5), patience: .seconds(600)) {}
    }
    await #expect(throws: EngineFailure.queueFull(retryAfter: 1)) {
      try await turns.run(Self.long, deadline: .now + .seconds(600), patience: .milliseconds(5)) {}
    }
    #expect(turns.waiting == 0)
    turns.leave()
    await #expect(throws: EngineFailure.deadlineExceeded) { try await turns.run(Self.long, deadline: .now) {} }
    #expect(try await turns.run(Self.long, deadline: .now + .seconds(600)) { 3 } == 3)
  }

  @Test func noMoreThanSoManyWait() async throws {
    let turns = try await busy(mostWaiting: 1)
    let first = Task { try await turns.run(Self.long) { 1 } }
    try await until(1, wait: turns)
    await #expect(throws: EngineFailure.queueFull(retryAfter: 1)) { try await turns.run(Self.long) {} }
    turns.leave()
    #expect(try await first.value == 1)
  }

  @Test func whatFailsGivesItsTurnBack() async throws {
    struct Failure: Error {}
    let turns = TextTurns(atOnce: 1, mostWaiting: 1)
    for _ in 0..<2 {
      await #expect(throws: Failure.self) { try await turns.run(Self.long) { throw Failure() } }
    }
  }
}
