import Foundation
import Testing

@testable import Access

/// Does who guesses keys wait, and nobody else?
@Suite struct AttemptLimiterTests {
  private let clocks = TestClocks()

  private func limiter() -> AttemptLimiter { AttemptLimiter(now: clocks.instant) }

  @Test func afterTenInAMinute() {
    let limiter = limiter()
    for _ in 0..<10 { #expect(limiter.failed(from: "192.0.2.1") == .zero) }
    for seconds in [1, 2, 4, 8, 16, 16, 16] { #expect(limiter.failed(from: "192.0.2.1") == .seconds(seconds)) }
    #expect(limiter.failed(from: "192.0.2.2") == .zero)
    // After a minute of rest it begins anew.
    clocks.pass(60)
    for _ in 0..<10 { #expect(limiter.failed(from: "192.0.2.1") == .zero) }
    #expect(limiter.failed(from: "192.0.2.1") == .seconds(1))
  }

  /// A minute is any minute, not one of the clock.
  @Test func anyMinute() {
    let limiter = limiter()
    for _ in 0..<5 { #expect(limiter.failed(from: "a") == .zero) }
    clocks.pass(50)
    for _ in 0..<5 { #expect(limiter.failed(from: "a") == .zero) }
    clocks.pass(9.9)
    #expect(limiter.failed(from: "a") == .seconds(1))
    // The five of the beginning, but for one that has left already, are over a minute old.
    clocks.pass(0.2)
    for _ in 0..<4 { #expect(limiter.failed(from: "a") == .zero) }
    #expect(limiter.failed(from: "a") == .seconds(1))
  }

  @Test func slowlyIsNeverTooMuch() {
    let limiter = limiter()
    for _ in 0..<100 {
      #expect(limiter.failed(from: "a") == .zero)
      clocks.pass(6)
    }
  }

  @Test(arguments: [
    ("192.0.2.1", "::ffff:192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
    ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
    ("fe80::1%eth0", "fe80::2", true), ("unix", "unix", true), ("unix", "other", false), ("", "x", false),
    ("a\u{0}b", "a\u{0}b", true),
  ]) func sources(one: String, other: String, isSame: Bool) {
    #expect((AttemptLimiter.source(one) == AttemptLimiter.source(other)) == isSame)
  }

  @Test func aNameWithoutEnd() {
    #expect(AttemptLimiter.source(String(repeating: "x", count: 1_000_000)).count < 100)
  }

  /// However many addresses there are, so many are known.
  @Test func memory() {
    let limiter = limiter()
    func address(_ number: Int) -> String { "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)" }
    for _ in 0..<10 { _ = limiter.failed(from: "192.0.2.1") }
    for number in 0..<25_000 {
      clocks.pass(0.001)
      _ = limiter.failed(from: address(number))
      // One that goes on is not the oldest.
      if number.isMultiple(of: 1000) { #expect(limiter.failed(from: "192.0.2.1") > .zero) }
    }
    #expect(limiter.count <= AttemptLimiter.mostAddresses && limiter.count > AttemptLimiter.mostAddresses / 2)
    // The first one has left: it is new again.
    for _ in 0..<10 { #expect(limiter.failed(from: address(0)) == .zero) }
    // After a minute nobody of them counts.
    clocks.pass(61)
    for number in 0..<AttemptLimiter.mostAddresses { _ = limiter.failed(from: address(100_000 + number)) }
    #expect(limiter.count <= AttemptLimiter.mostAddresses)
  }
}
