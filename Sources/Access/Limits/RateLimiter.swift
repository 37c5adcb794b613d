import Files
import Synchronization

/// Keeps each key within its limits: requests and tokens a minute as token buckets, and how many requests are answered at a time.
///
/// A request reserves all tokens that it may take (those of its prompt and the most that may be written), and gives back at its end what it did
/// not use:
///
/// ```swift
/// let reservation = try limiter.reserve(prompt + longest, for: grant)   // throws RateLimitRefusal
/// defer { reservation.end(unused: prompt + longest - used) }
/// response.headers += reservation.standing.headers
/// ```
///
/// What is refused takes nothing. Limits are of this process: a server that starts anew begins with full buckets.
public final class RateLimiter: Sendable {
  /// Tokens and a place that one request holds until ``end(unused:)``. If it is lost, the place is free again, and the tokens count as used.
  public final class Reservation: Sendable {
    /// What the key had left once this was taken.
    public let standing: RateLimitStanding
    private let limiter: RateLimiter
    private let id: String
    private let tokens: Int
    private let isOpen = Mutex(true)

    fileprivate init(_ limiter: RateLimiter, id: String, tokens: Int, standing: RateLimitStanding) {
      self.limiter = limiter
      self.id = id
      self.tokens = tokens
      self.standing = standing
    }

    /// Gives its place to others, and back what was not used. Only the first call does.
    ///
    /// - Parameter unused: Tokens that were reserved and not used; never more than were reserved are given back.
    public func end(unused: Int) {
      let wasOpen = isOpen.withLock { isOpen in
        defer { isOpen = false }
        return isOpen
      }
      guard wasOpen else { return }
      limiter.end(id, unused: min(max(0, unused), tokens))
    }

    deinit { end(unused: 0) }
  }

  /// What a key has.
  private struct Account {
    var requests: TokenBucket?
    var tokens: TokenBucket?
    /// Requests that are being answered.
    var open = 0

    init(_ limits: AccessLimits, now: ContinuousClock.Instant) {
      requests = limits.requestsPerMinute.map { TokenBucket(limit: max(1, $0), now: now) }
      tokens = limits.tokensPerMinute.map { TokenBucket(limit: max(1, $0), now: now) }
    }

    mutating func fill(at now: ContinuousClock.Instant) {
      requests?.fill(at: now)
      tokens?.fill(at: now)
    }

    /// Takes a request, its tokens and a place, or nothing.
    mutating func take(_ amount: Int, of limits: AccessLimits) throws {
      if let most = limits.concurrency, open >= most { throw refusal(.concurrency, most, wait: 1) }
      if let bucket = requests, case let wait = bucket.wait(for: 1), wait > 0 {
        throw refusal(.requests, bucket.limit, wait: wait)
      }
      if let bucket = tokens, case let wait = bucket.wait(for: amount), wait > 0 {
        throw refusal(.tokens(amount), bucket.limit, wait: amount > bucket.limit ? nil : wait)
      }
      requests?.take(1)
      tokens?.take(amount)
      open += 1
    }

    /// - Parameter wait: Seconds; `nil`: for ever. Whoever waits as many whole ones is let in.
    private func refusal(_ reason: RateLimitRefusal.Reason, _ limit: Int, wait: Double?) -> RateLimitRefusal {
      RateLimitRefusal(
        reason: reason, limit: limit,
        retryAfter: wait.map { min(max(1, Int(saturating: $0.rounded(.up))), RateLimitRefusal.longestWait) },
        standing: standing)
    }

    var standing: RateLimitStanding { RateLimitStanding(requests: requests?.standing, tokens: tokens?.standing) }

    /// Whether it is as if it had never been used.
    var isFresh: Bool { open == 0 && requests?.isFull ?? true && tokens?.isFull ?? true }
  }

  /// How many keys are known before those that have used nothing for a while are forgotten.
  static let mostAccounts = 10_000

  private let accounts = Mutex<[String: Account]>([:])
  private let now: @Sendable () -> ContinuousClock.Instant

  /// - Parameter now: A clock that nobody sets.
  public init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) { self.now = now }

  /// Takes a request, its tokens and a place, or nothing.
  ///
  /// - Parameters:
  ///   - tokens: Those of the prompt, and the most that may be written, of all choices together.
  ///   - grant: Whose limits they are.
  /// - Throws: ``RateLimitRefusal``.
  public func reserve(_ tokens: Int, for grant: AccessGrant) throws -> Reservation {
    let (tokens, now) = (max(0, tokens), now())
    let standing: RateLimitStanding = try accounts.withLock { accounts in
      var account = Self.account(of: grant, in: &accounts, at: now)
      try account.take(tokens, of: grant.limits)
      accounts[grant.id] = account
      return account.standing
    }
    return Reservation(self, id: grant.id, tokens: tokens, standing: standing)
  }

  /// What a key has left now.
  public func standing(of grant: AccessGrant) -> RateLimitStanding {
    let now = now()
    return accounts.withLock { Self.account(of: grant, in: &$0, at: now).standing }
  }

  private func end(_ id: String, unused: Int) {
    let now = now()
    accounts.withLock { accounts in
      guard var account = accounts[id] else { return }
      account.fill(at: now)
      account.tokens?.giveBack(unused)
      account.open = max(0, account.open - 1)
      accounts[id] = account
    }
  }

  /// What a key has now.
  private static func account(
    of grant: AccessGrant, in accounts: inout [String: Account], at now: ContinuousClock.Instant
  ) -> Account {
    if accounts[grant.id] == nil, accounts.count >= mostAccounts { sweep(&accounts, at: now) }
    var account = accounts[grant.id] ?? Account(grant.limits, now: now)
    account.fill(at: now)
    return account
  }

  private static func sweep(_ accounts: inout [String: Account], at now: ContinuousClock.Instant) {
    accounts = accounts.filter { _, account in
      var account = account
      account.fill(at: now)
      return !account.isFresh
    }
  }

  /// How many keys are known at the moment.
  var count: Int { accounts.withLock { $0.count } }
}
