import Files
import Foundation

/// One row of near-duplicates a day: a burst from one source is one observation, as its rows are not independent. What a database does for
/// a team's sides (`SideStore`), for those of a simulation, which are in memory.
struct BurstThinning {
  private struct Burst: Hashable {
    let cluster: Digest
    let day: Int
  }

  private var bursts: Set<Burst> = []

  /// Whether a row is the first one of its near-duplicates and its day; it counts as seen then.
  ///
  /// - Parameter cluster: Its near-duplicates, or the item itself.
  /// - Parameter arrived: When it arrived.
  mutating func admits(_ cluster: Digest, arrived: Date) -> Bool {
    // Days of UTC since 1970.
    let day = Int(saturating: (arrived.timeIntervalSince1970 / 86_400).rounded(.down))
    return bursts.insert(Burst(cluster: cluster, day: day)).inserted
  }
}
