import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import HTTPServer

extension FakeServer {
  /// Runs a test against the public listener, on a thread of its own: reading from a socket waits.
  func connected(_ body: @escaping @Sendable (Int) throws -> Void) async throws {
    try await publicApplication.test(.live) { client in
      let port = try #require(client.port)
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        Thread.detachNewThread { continuation.resume(with: Result { try body(port) }) }
      }
    }
  }
}

extension FakeServer {
  /// The same with all that a listener of the program has: the limit of connections is not there in Hummingbird's tests.
  func listening(_ body: @escaping @Sendable (Int) throws -> Void) async throws {
    let (addresses, continuation) = AsyncStream.makeStream(of: ListenAddress.self)
    let service = listener(.ofPublic(core)) { address in
      continuation.yield(address)
      continuation.finish()
    }
    let running = Task { try await service.run() }
    defer { running.cancel() }
    guard case .host(_, let port)? = await addresses.first(where: { _ in true }) else { throw RawConnection.Failure() }
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      Thread.detachNewThread { continuation.resume(with: Result { try body(port) }) }
    }
  }
}

/// Looks until something is so, for four minutes: other tests hold all threads now and then.
func eventually(_ isSo: @Sendable () -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(240)
  while ContinuousClock.now < end {
    if isSo() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("it did not come about within four minutes")
}
