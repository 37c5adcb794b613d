import Foundation
import Testing

@testable import HTTPServer

/// Does whoever waits for a connection's end hear of it, at any time?
@Suite struct ConnectionWatchTests {
  @Test func closingWakesAllAndStays() async {
    let watch = ConnectionWatch()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<10 { group.addTask { await watch.untilClosed() } }
      watch.close()
    }
    await watch.untilClosed()
    #expect(watch.isClosed)
  }

  @Test func theFirstReasonCounts() {
    let watch = ConnectionWatch()
    #expect(watch.end == nil)
    watch.close(.stalled)
    watch.close()
    #expect(watch.end == .stalled)
  }

  @Test func cancellingEndsTheWait() async {
    let watch = ConnectionWatch()
    for _ in 0..<100 {
      let task = Task { await watch.untilClosed() }
      task.cancel()
      await task.value
    }
    #expect(!watch.isClosed)
  }

  @Test func workGoesOnWhileItIsOpen() async throws {
    let value = try await ConnectionWatch().whileConnected { 5 }
    #expect(value == 5)
    // What is optional is not mistaken for the end.
    let nothing: Int? = try await ConnectionWatch().whileConnected { nil }
    #expect(nothing == nil)
  }

  @Test func workEndsWithIt() async {
    let watch = ConnectionWatch()
    await #expect(throws: Disconnected.self) {
      try await watch.whileConnected {
        watch.close()
        try await Task.sleep(for: .seconds(60))
      }
    }
  }

  @Test func errorsOfTheWorkComeOut() async {
    struct Failure: Error {}
    await #expect(throws: Failure.self) { try await ConnectionWatch().whileConnected { throw Failure() } }
  }
}
