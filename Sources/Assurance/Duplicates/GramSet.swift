/// The different sequences of five code points of a text, by 64-bit hashes.
///
/// That two of a set's sequences have the same hash is left to chance: with a million of them it is 3 in 10⁸.
public struct GramSet: Sendable, Equatable {
  /// How many code points a sequence has.
  public static let length = 5

  /// The hashes, ascending, each once; at least one: a text of fewer code points is one sequence.
  public let hashes: [UInt64]

  /// Takes the sequences of a text.
  ///
  /// - Parameter text: The text.
  public init(_ text: NormalText) {
    let points = text.codePoints
    guard points.count > Self.length else {
      hashes = [Self.hash(points[...])]
      return
    }
    var all: [UInt64] = []
    all.reserveCapacity(points.count - Self.length + 1)
    for start in 0...points.count - Self.length { all.append(Self.hash(points[start..<start + Self.length])) }
    all.sort()
    var last: UInt64?
    all.removeAll { hash in
      defer { last = hash }
      return hash == last
    }
    hashes = all
  }

  /// The share of common sequences among all of both: |A ∩ B| / |A ∪ B| (Jaccard).
  ///
  /// - Parameter other: The set of another text.
  /// - Returns: 0…1.
  public func similarity(to other: GramSet) -> Double {
    var (one, two, common) = (0, 0, 0)
    while one < hashes.count, two < other.hashes.count {
      let (first, second) = (hashes[one], other.hashes[two])
      if first == second { common += 1 }
      if first <= second { one += 1 }
      if second <= first { two += 1 }
    }
    return Double(common) / Double(hashes.count + other.hashes.count - common)
  }

  /// Whether the similarity is high enough. Sets of very different sizes are not compared for it.
  func isSimilar(to other: GramSet, atLeast least: Double) -> Bool {
    let (fewer, more) = (min(hashes.count, other.hashes.count), max(hashes.count, other.hashes.count))
    return Double(fewer) / Double(more) >= least && similarity(to: other) >= least
  }

  private static func hash(_ points: ArraySlice<UInt32>) -> UInt64 {
    var state = UInt64(points.count)
    for point in points { state = (state ^ UInt64(point)) &* 0x9E37_79B9_7F4A_7C15 &+ (state >> 29) }
    return SplitMix.mixed(state)
  }
}
