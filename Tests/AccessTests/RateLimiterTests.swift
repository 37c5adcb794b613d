import Files
import Foundation
import Synchronization
import Testing

@testable import Access

/// Does a key get what it may have, and what it gave back, and no more?
@Suite struct RateLimiterTests {
  private let clocks = TestClocks()

  private func limiter() -> RateLimiter { RateLimiter(now: clocks.instant) }

  private func refusal(_ limiter: RateLimiter, _ tokens: Int, _ grant: AccessGrant) -> RateLimitRefusal? {
    #expect(throws: RateLimitRefusal.self) { try limiter.reserve(tokens, for: grant) }
  }

  @Test func requestsAMinute() throws {
    let (limiter, grant) = (limiter(), grant(limits: AccessLimits(requestsPerMinute: 3)))
    for left in [2, 1, 0] {
      let reservation = try limiter.reserve(1_000_000, for: grant)
      #expect(reservation.standing.requests?.remaining == left && reservation.standing.tokens == nil)
      reservation.end(unused: 0)
    }
    let refused = try #require(refusal(limiter, 1, grant))
    #expect(refused.reason == .requests && refused.limit == 3 && refused.retryAfter == 20)
    #expect(refused.status == 429 && refused.code == "requests_exceeded" && refused.type == "rate_limit_error")
    #expect(refused.category == .busy && refused.description.contains("Try again in 20 seconds"))
    // Whoever waits as long as was said is let in, and not before.
    clocks.pass(19.9)
    #expect(refusal(limiter, 1, grant)?.retryAfter == 1)
    clocks.pass(0.1)
    _ = try limiter.reserve(1, for: grant)
    #expect(refusal(limiter, 1, grant)?.retryAfter == 20)
    // No more than a minute's are ever there.
    clocks.pass(3600)
    for _ in 0..<3 { _ = try limiter.reserve(1, for: grant) }
    #expect(refusal(limiter, 1, grant) != nil)
  }

  @Test func tokensAreReservedAndGivenBack() throws {
    let (limiter, grant) = (limiter(), grant(limits: AccessLimits(tokensPerMinute: 600)))
    let first = try limiter.reserve(500, for: grant)
    #expect(first.standing.tokens == RateLimitStanding.Part(limit: 600, remaining: 100, reset: .seconds(50)))
    let refused = try #require(refusal(limiter, 200, grant))
    #expect(refused.reason == .tokens(200) && refused.retryAfter == 10 && refused.code == "tokens_exceeded")
    // A refusal takes nothing.
    #expect(limiter.standing(of: grant).tokens?.remaining == 100)
    first.end(unused: 300)
    #expect(limiter.standing(of: grant).tokens?.remaining == 400)
    // Once.
    first.end(unused: 300)
    #expect(limiter.standing(of: grant).tokens?.remaining == 400)
    _ = try limiter.reserve(400, for: grant)
    #expect(limiter.standing(of: grant).tokens?.remaining == 0)
    clocks.pass(0.1)
    #expect(limiter.standing(of: grant).tokens?.remaining == 1)
  }

  /// What is given back never makes more of it than there was.
  @Test(arguments: [(Int.max, 600), (-5, 500), (101, 600), (40, 540)]) func whatIsGivenBack(unused: Int, left: Int)
    throws
  {
    let (limiter, grant) = (limiter(), grant(limits: AccessLimits(tokensPerMinute: 600)))
    try limiter.reserve(100, for: grant).end(unused: unused)
    #expect(limiter.standing(of: grant).tokens?.remaining == left)
  }

  @Test func moreThanAMinuteHas() throws {
    let (limiter, grant) = (limiter(), grant(limits: AccessLimits(tokensPerMinute: 600)))
    for tokens in [601, Int.max] {
      let refused = try #require(refusal(limiter, tokens, grant))
      #expect(refused.retryAfter == nil && refused.category == .usage)
      #expect(refused.headers.last?.name == "x-should-retry" && refused.headers.last?.value == "false")
      #expect(refused.description.contains("\(tokens) tokens"))
    }
    _ = try limiter.reserve(600, for: grant)
    // Less than nothing is nothing.
    _ = try limiter.reserve(.min, for: grant)
  }

  @Test func requestsAtATime() throws {
    let (limiter, grant) = (limiter(), grant(limits: AccessLimits(requestsPerMinute: 100, concurrency: 2)))
    let one = try limiter.reserve(1, for: grant)
    var two: RateLimiter.Reservation? = try limiter.reserve(1, for: grant)
    let refused = try #require(refusal(limiter, 1, grant))
    #expect(refused.reason == .concurrency && refused.limit == 2 && refused.retryAfter == 1)
    #expect(refused.code == "requests_exceeded" && refused.standing.requests?.remaining == 98)
    one.end(unused: 0)
    one.end(unused: 0)
    let three = try limiter.reserve(1, for: grant)
    #expect(refusal(limiter, 1, grant) != nil)
    // One that is lost holds no place.
    withExtendedLifetime(two) {}
    two = nil
    let four = try limiter.reserve(1, for: grant)
    #expect(refusal(limiter, 1, grant) != nil)
    three.end(unused: 0)
    four.end(unused: 0)
  }

  @Test func keysHaveTheirOwn() throws {
    let limits = AccessLimits(requestsPerMinute: 1)
    let (limiter, one, two) = (limiter(), grant("one", limits: limits), grant("two", limits: limits))
    _ = try limiter.reserve(1, for: one)
    _ = try limiter.reserve(1, for: two)
    #expect(refusal(limiter, 1, one) != nil && refusal(limiter, 1, two) != nil)
    for _ in 0..<1000 { _ = try limiter.reserve(.max, for: .unrestricted) }
    #expect(limiter.standing(of: .unrestricted).headers.isEmpty)
  }

  @Test func headers() throws {
    let (limiter, grant) = (limiter(), grant(limits: AccessLimits(requestsPerMinute: 60, tokensPerMinute: 6000)))
    let reservation = try limiter.reserve(50, for: grant)
    let expected = [
      "x-ratelimit-limit-requests: 60", "x-ratelimit-remaining-requests: 59", "x-ratelimit-reset-requests: 1s",
      "x-ratelimit-limit-tokens: 6000", "x-ratelimit-remaining-tokens: 5950", "x-ratelimit-reset-tokens: 500ms",
    ]
    #expect(reservation.standing.headers.map { "\($0.name): \($0.value)" } == expected)
    let refused = try #require(refusal(limiter, 6000, grant))
    #expect(refused.headers.map { "\($0.name): \($0.value)" } == expected + ["retry-after: 1"])
    clocks.pass(1)
    #expect(limiter.standing(of: grant).headers.filter { $0.name.contains("reset") }.map { $0.value } == ["0s", "0s"])
  }

  @Test(
    arguments: [
      (.zero, "0s"), (.seconds(-5), "0s"), (.milliseconds(17), "17ms"), (.nanoseconds(1), "1ms"), (.seconds(1), "1s"),
      (.milliseconds(7660), "7.66s"), (.milliseconds(1005), "1.005s"), (.seconds(59), "59s"),
      (.milliseconds(59_999), "59.999s"),
      (.seconds(360), "6m0s"), (.milliseconds(61_500), "1m1.5s"), (.seconds(3600), "1h0m0s"),
      (.seconds(Int64.max), "277777h46m40s"),
    ] as [(Duration, String)]) func times(duration: Duration, text: String)
  {
    #expect(RateLimitStanding.text(duration) == text)
  }

  /// Many threads never get more than there is.
  @Test func manyAtOnce() throws {
    let (limiter, grant) = (limiter(), grant(limits: AccessLimits(requestsPerMinute: 100, tokensPerMinute: 1000)))
    let taken = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 400) { _ in
      if (try? limiter.reserve(10, for: grant)) != nil { taken.withLock { $0 += 1 } }
    }
    #expect(taken.withLock { $0 } == 100)
    #expect(limiter.standing(of: grant).requests?.remaining == 0)
  }

  /// Keys that have used nothing for a while are forgotten, and no others.
  @Test func memory() throws {
    let limiter = limiter()
    let limits = AccessLimits(requestsPerMinute: 1)
    let held = try limiter.reserve(1, for: grant("held", limits: limits))
    for number in 1..<RateLimiter.mostAccounts { _ = try limiter.reserve(1, for: grant("\(number)", limits: limits)) }
    #expect(limiter.count == RateLimiter.mostAccounts)
    clocks.pass(60)
    _ = try limiter.reserve(1, for: grant("new", limits: limits))
    #expect(limiter.count == 2)
    #expect(refusal(limiter, 1, grant("new", limits: limits)) != nil)
    held.end(unused: 0)
  }
}
