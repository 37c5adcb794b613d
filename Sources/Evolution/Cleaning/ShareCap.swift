/// How many rows each of some groups may bring so that none has more than its share of what is left.
///
/// The share is one of the set that results, not of the one that was given: the largest T with T = free + Σ min(n_g, ⌊share · T⌋). It is
/// found from above, since the right side does not fall with T (Tarski's fixed point).
struct ShareCap: Equatable {
  /// The most rows of a group.
  let rows: Int
  /// Rows of the set that results.
  let total: Int

  /// - Parameters:
  ///   - share: The largest share, above 0 and at most 1.
  ///   - groups: Rows of each group.
  ///   - free: Rows that belong to no group.
  init(share: Double, groups: some Sequence<Int>, free: Int = 0) {
    let sizes = groups.sorted()
    let sums = sizes.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let given = free + sums[sizes.count]
    guard share < 1 else {
      (rows, total) = (given, given)
      return
    }
    var total = given
    while true {
      // 1/20 of 100 rows is 5 rows, also where the product is 4.999….
      let most = Int(exactly: (share * Double(total) + 1e-9).rounded(.down)) ?? 0
      let small = Self.count(of: sizes, upTo: most)
      let next = min(total, free + sums[small] + (sizes.count - small) * most)
      if next == total {
        (rows, self.total) = (most, total)
        return
      }
      total = next
    }
  }

  /// How many of ascending sizes are at most `limit`.
  private static func count(of sizes: [Int], upTo limit: Int) -> Int {
    var (low, high) = (0, sizes.count)
    while low < high {
      let middle = (low + high) / 2
      if sizes[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
