import Foundation
import HTTPTypes
import Logging
import Synchronization
import Testing

@testable import HTTPServer

/// Does the end lose no request that runs?
@Suite struct DrainTests {
  @Test func phasesGoForwardAlone() {
    let drain = DrainState()
    drain.move(to: .draining)
    drain.move(to: .announced)
    #expect(drain.phase == .draining)
  }

  @Test func requestsAreCountedUntilTheyAreDropped() async {
    let drain = DrainState()
    var tokens = (0..<3).map { _ in drain.enter() }
    #expect(drain.running == 3 && tokens.allSatisfy { $0 != nil })
    drain.move(to: .announced)
    #expect(drain.enter() != nil)
    drain.move(to: .draining)
    #expect(drain.enter() == nil)
    #expect(await !drain.untilEmpty(within: .milliseconds(50)))
    tokens.removeAll()
    #expect(await drain.untilEmpty(within: .seconds(1)))
  }

  @Test func whatComesTooLateIsRefused() async throws {
    let server = FakeServer()
    let body = #"{"model":"base","messages":[{"role":"user","content":"abc"}]}"#
    server.core.drain.move(to: .announced)
    #expect(try await server.ask(.get, "/readyz").status == 503)
    #expect(try await server.ask(.post, "/v1/chat/completions", body).status == 200)
    server.core.drain.move(to: .draining)
    let late = try await server.ask(.post, "/v1/chat/completions", body)
    #expect(late.status == 503 && late.header("connection") == "close")
    #expect(try late.code() == "draining")
    // It lives still.
    #expect(try await server.ask(.get, "/healthz").status == 200)
  }

  /// In this order: not ready, nothing new, the end of those that run, and only then what is given up.
  @Test func theOrderOfTheEnd() async {
    let drain = DrainState()
    let cancelled = Mutex<(phase: DrainState.Phase, running: Int)?>(nil)
    let service = ShutdownService(
      nil, drain: drain, delay: .milliseconds(50), timeout: .seconds(600),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { cancelled.withLock { $0 = (drain.phase, drain.running) } }
    let token = Mutex(drain.enter())
    async let end: Void = service.finish(SIGTERM)
    while drain.phase < .draining { try? await Task.sleep(for: .milliseconds(5)) }
    #expect(cancelled.withLock { $0 } == nil && service.givenUp == 0)
    token.withLock { $0 = nil }
    await end
    let last = cancelled.withLock { $0 }
    #expect(last?.phase == .cancelling && last?.running == 0)
  }

  @Test func whatDoesNotEndIsGivenUp() async {
    let drain = DrainState()
    let token = Mutex(drain.enter())
    let service = ShutdownService(
      nil, drain: drain, delay: .zero, timeout: .milliseconds(50),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { token.withLock { $0 = nil } }
    // A clock says nothing here: other tests hold all threads for minutes now and then. Where it waits for the end, it never ends.
    await service.finish(SIGTERM)
    #expect(drain.running == 0 && service.givenUp == 1)
  }
}
