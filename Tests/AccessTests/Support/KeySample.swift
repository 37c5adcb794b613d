import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Access

/// Two clocks that a test moves together: the one on the wall, and the one that nobody sets.
final class TestClocks: Sendable {
  private static let start = ContinuousClock.now
  private let passed = Mutex(0.0)

  func pass(_ seconds: Double) { passed.withLock { $0 += seconds } }

  var date: @Sendable () -> Date {
    { [self] in Date(timeIntervalSince1970: 1_800_000_000 + passed.withLock { $0 }) }
  }
  var instant: @Sendable () -> ContinuousClock.Instant {
    { [self] in Self.start.advanced(by: .seconds(passed.withLock { $0 })) }
  }
}

/// The keys of a folder of its own.
final class KeySample: Sendable {
  let scratch: Scratch
  let clocks = TestClocks()
  let keys: AccessKeys

  init() throws {
    scratch = try Scratch()
    keys = try AccessKeys.open(in: scratch.url, mode: .writing, clock: clocks.date, instant: clocks.instant)
  }

  var file: URL { scratch.url(AccessDatabase.file) }

  /// The same keys as another process sees them.
  func opened(
    _ mode: AccessKeys.Mode = .writing, report: @escaping @Sendable (any Error) -> Void = { _ in }
  ) throws -> AccessKeys {
    try AccessKeys.open(in: scratch.url, mode: mode, clock: clocks.date, instant: clocks.instant, report: report)
  }

  /// A file with one key, closed, for a test that changes its bytes.
  static func closed(_ request: AccessKeyRequest = AccessKeyRequest("ci", models: ["spam@*"])) throws -> (
    KeySample, key: String
  ) {
    let sample = try KeySample()
    let made = try sample.keys.create(request)
    try sample.keys.close()
    return (sample, made.key)
  }
}

/// A grant that no file has.
func grant(
  _ id: String = "0123456789ab", scopes: Set<AccessScope> = [.infer], models: [String] = ["*"],
  limits: AccessLimits = AccessLimits()
) -> AccessGrant {
  AccessGrant(
    id: id, name: "test", scopes: scopes, models: models.compactMap { ModelPattern($0) }, limits: limits, expires: nil)
}

/// Expects an error of one line that has these words in it.
func expectRefusal(
  _ words: String..., location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("nothing was refused", sourceLocation: location)
  } catch {
    let text = "\(error)"
    #expect(!text.contains("\n"), sourceLocation: location)
    for word in words { #expect(text.contains(word), "\(text)", sourceLocation: location) }
  }
}
