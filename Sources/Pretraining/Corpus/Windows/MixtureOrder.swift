import Files
import Randomness

/// Which source each position of a stage takes its window of: blocks of 1,024 positions, in each of which every source has its share.
public struct MixtureOrder: Sendable {
  /// The positions of a block.
  public static let blockSize = 1_024

  /// The positions that each source has in a block, in the order of the sources.
  public let shares: [Int]
  private let seed: UInt64
  private let stage: Int

  /// - Parameters:
  ///   - weights: Finite, none negative, not all zero, in the order of the sources.
  ///   - seed: The run's seed.
  ///   - stage: The stage's number, from 0.
  /// - Throws: ``CorpusError/plan(_:)``.
  public init(weights: [Double], seed: UInt64, stage: Int) throws {
    shares = try Self.shares(of: weights, stage: stage)
    self.seed = seed
    self.stage = stage
  }

  /// The source of each position of a block, shuffled with stream `SEED/mixture/STAGE/BLOCK`.
  ///
  /// - Parameter block: From 0.
  public func block(_ block: Int) -> [Int] {
    var order = shares.enumerated().flatMap { source, share in repeatElement(source, count: share) }
    var stream = RandomStream(seed: seed, "mixture", String(stage), String(block))
    stream.shuffle(&order)
    return order
  }

  /// The largest remainders of w / Σw · 1,024: first floors, then one more in order of falling remainders, equal ones in order of
  /// the sources.
  private static func shares(of weights: [Double], stage: Int) throws -> [Int] {
    let sum = weights.reduce(0, +)
    guard weights.allSatisfy({ $0 >= 0 }), sum > 0, sum.isFinite else {
      throw CorpusError.plan(
        .init(
          "stage \(stage)", expected: "finite weights, none negative and one above zero",
          got: weights.map { "\($0)" }.listed,
          fix: "A source's weight is its share of the windows; 0 leaves it out."))
    }
    let quotas = weights.map { $0 / sum * Double(blockSize) }
    var shares = quotas.map { Int(saturating: $0) }
    let order = quotas.indices.filter { weights[$0] > 0 }.sorted {
      let (first, second) = (quotas[$0] - Double(shares[$0]), quotas[$1] - Double(shares[$1]))
      return first == second ? $0 < $1 : first > second
    }
    for source in order.prefix(max(0, blockSize - shares.reduce(0, +))) { shares[source] += 1 }
    return shares
  }
}
