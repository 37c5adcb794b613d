/// The check of counts that a test wrote earlier.
enum PairCounts {
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a count is negative, they are more than ``Proportion/most`` together,
  ///   or a verdict is older than the first pair or younger than the last.
  static func require(_ counts: [Int], reachedAt: Int?) throws {
    var left = Proportion.most
    for count in counts {
      guard (0...left).contains(count) else {
        throw AssuranceError.value(
          what: "pairs of a test", row: nil, expected: "0 … \(Proportion.most), all together", got: "\(count)",
          fix: "Begin a new test.")
      }
      left -= count
    }
    let all = Proportion.most - left
    if let reachedAt, !(1...max(all, 1)).contains(reachedAt) {
      throw AssuranceError.value(
        what: "pair at which a test ended", row: nil, expected: "1 … \(all)", got: "\(reachedAt)",
        fix: "Begin a new test.")
    }
  }
}
