import Foundation
import Synchronization

/// Slows down who tries keys: after ten wrong ones within a minute, an address waits longer for each further answer.
///
/// Only answers to wrong keys wait. Behind one address there may be many, and one of them shall not stop the others; and to guess one of 2²⁵⁶
/// keys nobody needs to be kept from by more.
public final class AttemptLimiter: Sendable {
  /// Wrong keys of an address within ``window`` whose answers do not wait.
  public static let free = 10
  public static let window = Duration.seconds(60)
  /// Addresses that are known at most; those whose last attempt is the oldest leave first.
  public static let mostAddresses = 10_000
  /// The wait of the first answer that waits; it doubles with each until ``longestDelay``.
  static let firstDelay = Duration.seconds(1)
  static let longestDelay = Duration.seconds(16)
  /// How many leave at once, so that not every new address looks at all of them.
  private static let leaving = mostAddresses / 10

  private struct Attempts {
    /// The last ten, the oldest first.
    var times: [ContinuousClock.Instant] = []
    /// How many in a row were too many.
    var excess = 0
    var last: ContinuousClock.Instant
  }

  private let attempts = Mutex<[[UInt8]: Attempts]>([:])
  private let now: @Sendable () -> ContinuousClock.Instant

  /// - Parameter now: A clock that nobody sets.
  public init(now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }) { self.now = now }

  /// Notes a wrong key.
  ///
  /// - Parameter address: Where it came from, without a port. Of IPv6 the first 64 bits count: one customer has all addresses of these.
  /// - Returns: How long the answer has to wait; zero: not at all.
  public func failed(from address: String) -> Duration {
    let (source, now) = (Self.source(address), now())
    return attempts.withLock { attempts in
      if attempts[source] == nil, attempts.count >= Self.mostAddresses { Self.makeRoom(&attempts, at: now) }
      var known = attempts[source] ?? Attempts(last: now)
      defer { attempts[source] = known }
      known.last = now
      known.times.append(now)
      guard known.times.count > Self.free else { return .zero }
      // Ten before this one: are they all of the last minute?
      let oldest = known.times.removeFirst()
      guard oldest.duration(to: now) < Self.window else {
        known.excess = 0
        return .zero
      }
      defer { known.excess = min(known.excess + 1, 16) }
      return min(Self.firstDelay * (1 << known.excess), Self.longestDelay)
    }
  }

  /// Removes who has not tried for a minute, and where that is too few the oldest tenth.
  private static func makeRoom(_ attempts: inout [[UInt8]: Attempts], at now: ContinuousClock.Instant) {
    attempts = attempts.filter { $0.value.last.duration(to: now) < window }
    guard attempts.count >= mostAddresses else { return }
    for (source, _) in attempts.sorted(by: { $0.value.last < $1.value.last }).prefix(leaving) {
      attempts[source] = nil
    }
  }

  /// What counts as one source: an IPv4 address, also where IPv6 carries it, or 64 bits of IPv6. Of any other text its beginning.
  static func source(_ address: String) -> [UInt8] {
    // `fe80::1%eth0`: the interface is ours.
    let plain = String(address.prefix { $0 != "%" })
    var four = in_addr()
    if inet_pton(AF_INET, plain, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
    var six = in6_addr()
    guard inet_pton(AF_INET6, plain, &six) == 1 else { return Array("?".utf8) + address.utf8.prefix(64) }
    let bytes = withUnsafeBytes(of: &six) { Array($0) }
    let carriesFour = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return carriesFour ? Array(bytes.suffix(4)) : Array(bytes.prefix(8))
  }

  /// How many addresses are known at the moment.
  var count: Int { attempts.withLock { $0.count } }
}
