import Files

/// The texts of rows that measure, against which every row that is to teach is held.
///
/// A row that teaches must not be near one that calibrates, monitors, gates or tests, of any task: it is the one to go, never the other.
public struct HeldOutTexts: Sendable {
  /// A held-out row that a text repeats.
  public struct Match: Sendable, Equatable {
    /// The row's place among the texts.
    public let row: Int
    /// The Jaccard similarity of both texts; 1 where their normal forms are equal.
    public let similarity: Double
    /// Whether their normal forms are equal.
    public let isExact: Bool

    func isCloser(than other: Match) -> Bool { (similarity, other.row) > (other.similarity, row) }
  }

  /// With how many rows of a band a text is compared.
  public static let mostCompared = 64

  private let texts: [String]
  private let similarity: Double
  private let bands: MinHashBands
  private let exact: [Digest: Int]
  private let buckets: [Buckets]

  /// Takes the texts. Of each its bands' keys are kept, 16 bytes each.
  ///
  /// - Parameters:
  ///   - texts: The held-out rows' texts, of all tasks; at most ``NearDuplicates/mostRows``, each of at most ``NormalText/mostBytes``.
  ///   - similarity: The Jaccard similarity from which on a text repeats another, above 0 and at most 1.
  ///   - bands: Which texts are compared.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if there are too many rows, a text is too long, or the similarity is out of
  ///   its range.
  public init(
    _ texts: [String], similarity: Double = NearDuplicates.usualSimilarity, bands: MinHashBands = .heldOut
  ) throws {
    try DuplicateLimits.require(texts, similarity)
    var exact: [Digest: Int] = [:]
    var pairs = [[(key: UInt64, row: Int)]](repeating: [], count: bands.bands)
    for (row, text) in texts.enumerated() {
      let normal = try NormalText(text)
      guard exact[normal.digest] == nil else { continue }
      exact[normal.digest] = row
      for (band, key) in bands.keys(of: GramSet(normal)).enumerated() { pairs[band].append((key, row)) }
    }
    (self.texts, self.similarity, self.bands, self.exact) = (texts, similarity, bands, exact)
    buckets = pairs.map { Buckets($0) }
  }

  /// The held-out row that a text repeats most closely, the first of equal ones.
  ///
  /// - Parameter text: A text of at most ``NormalText/mostBytes``.
  /// - Returns: `nil` where it repeats none that it was compared with.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if it is too long.
  public func match(_ text: String) throws -> Match? {
    let normal = try NormalText(text)
    if let row = exact[normal.digest] { return Match(row: row, similarity: 1, isExact: true) }
    let grams = GramSet(normal)
    var (seen, best): (Set<Int>, Match?) = ([], nil)
    for (bucket, key) in zip(buckets, bands.keys(of: grams)) {
      for row in bucket.rows(of: key, atMost: Self.mostCompared) where seen.insert(row).inserted {
        let other = GramSet(try NormalText(texts[row]))
        guard grams.isSimilar(to: other, atLeast: similarity) else { continue }
        let found = Match(row: row, similarity: grams.similarity(to: other), isExact: false)
        if best.map({ found.isCloser(than: $0) }) ?? true { best = found }
      }
    }
    return best
  }
}
