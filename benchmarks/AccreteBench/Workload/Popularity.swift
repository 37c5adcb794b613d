import ArgumentParser
import Foundation
import Randomness

/// Which adapter is asked how often, as in punica's `bench_textgen_lora.py`.
enum Popularity: String, CaseIterable, ExpressibleByArgument, Codable, Sendable {
  /// Each request another adapter, in turn.
  case distinct
  /// ⌈√n⌉ adapters, equally often.
  case uniform
  /// Adapters of which each is asked 1.5 times as often as the next.
  case skewed
  /// One adapter.
  case identical

  /// How many requests each adapter gets, most popular first; the sum is `requests`.
  func counts(_ requests: Int) -> [Int] {
    guard requests > 0 else { return [] }
    switch self {
    case .distinct: return Array(repeating: 1, count: requests)
    case .identical: return [requests]
    case .uniform:
      let groups = Int(exactly: Double(requests).squareRoot().rounded(.up)) ?? 1
      return (0..<groups).map { requests / groups + ($0 < requests % groups ? 1 : 0) }
    case .skewed:
      var (counts, sum, size) = ([Int](), 0, 1.0)
      while sum < requests {
        let count = min(Int(exactly: size.rounded(.up)) ?? requests, requests - sum)
        counts.append(count)
        sum += count
        size *= 1.5
      }
      return counts.sorted(by: >)
    }
  }

  /// The adapter of each request; adapters come again where there are fewer than it takes.
  ///
  /// - Parameters:
  ///   - requests: How many requests.
  ///   - adapters: How many adapters; none: the base answers all.
  ///   - seed: The measurement's.
  func adapters(_ requests: Int, of adapters: Int, seed: UInt64) -> [Int?] {
    guard adapters > 0 else { return Array(repeating: nil, count: max(requests, 0)) }
    var chosen = counts(requests).enumerated().flatMap { group, count in
      Array(repeating: group % adapters, count: count)
    }
    // In turn, any batch of as many requests as there are adapters has each of them once; shuffled, some would meet.
    if self != .distinct {
      var stream = RandomStream(seed: seed, "bench", "adapters")
      stream.shuffle(&chosen)
    }
    return chosen
  }
}

/// Adapters drawn request by request.
enum DrawnAdapters {
  /// As S-LoRA's generator draws them: ⌊u^(1/α) · n⌋ with u uniform, so that adapter i has the share ((i+1)/n)^α − (i/n)^α. α = 1 asks all
  /// equally often; the smaller α, the more requests go to the first.
  static func powerLaw(_ requests: Int, of adapters: Int, exponent: Double, seed: UInt64) -> [Int?] {
    guard adapters > 0 else { return Array(repeating: nil, count: max(requests, 0)) }
    var stream = RandomStream(seed: seed, "bench", "adapters")
    return (0..<max(requests, 0)).map { _ in
      let place = pow(stream.unit(), 1 / exponent) * Double(adapters)
      return min(Int(exactly: place.rounded(.down)) ?? 0, adapters - 1)
    }
  }

  /// Each as likely as the other.
  static func uniform(_ requests: Int, of adapters: Int, seed: UInt64) -> [Int?] {
    guard adapters > 0 else { return Array(repeating: nil, count: max(requests, 0)) }
    var stream = RandomStream(seed: seed, "bench", "adapters")
    return (0..<max(requests, 0)).map { _ in stream.below(adapters) }
  }
}
