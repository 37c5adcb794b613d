import Files

/// Which rows repeat each other, exactly or nearly.
///
/// Rows whose ``NormalText``s are equal are exact duplicates. Of the others those are compared that agree in a band of MinHashes; they are
/// near duplicates where the true Jaccard similarity of their ``GramSet``s is high enough. Near duplicates of near duplicates are in one
/// cluster (single link).
///
/// Time grows with the rows as n log n and with a text's length linearly, whoever wrote them: a text is compared with at most
/// ``mostCompared`` others in a band. Of a row, its bands' keys are kept, 8 bytes each, and no second copy of its text.
public struct NearDuplicates: Sendable, Equatable {
  /// The largest number of rows.
  public static let mostRows = 1_000_000
  /// With how many texts of different clusters a text is compared in a band.
  ///
  /// Near duplicates that agree with more texts unlike each other may stay unseen in the band; they have others.
  public static let mostCompared = 16
  /// The similarity from which on texts are near duplicates, unless said otherwise.
  public static let usualSimilarity = 0.8

  /// For each row the first row with the same normal form.
  public let exactFirst: [Int]
  /// For each row the first row of its cluster, which is itself where it is like no earlier one.
  public let clusterFirst: [Int]

  /// Looks for duplicates.
  ///
  /// - Parameters:
  ///   - texts: The rows' texts; at most ``mostRows``, each of at most ``NormalText/mostBytes``.
  ///   - similarity: The Jaccard similarity from which on texts are near duplicates, above 0 and at most 1.
  ///   - bands: Which texts are compared.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if there are too many rows, a text is too long, or the similarity is out of
  ///   its range.
  public init(
    of texts: [String], similarity: Double = usualSimilarity, bands: MinHashBands = .training
  ) throws {
    try DuplicateLimits.require(texts, similarity)
    var rows: [Digest: Int] = [:]
    var (exact, unique, keys): ([Int], [Int], [UInt64]) = ([], [], [])
    for (row, text) in texts.enumerated() {
      let normal = try NormalText(text)
      let digest = normal.digest
      if let first = rows[digest] {
        exact.append(first)
        continue
      }
      rows[digest] = row
      exact.append(row)
      unique.append(row)
      keys += bands.keys(of: GramSet(normal))
    }
    var clusters = Clusters(rows: texts.count)
    for band in 0..<bands.bands {
      let buckets = Buckets(unique.indices.map { (keys[$0 * bands.bands + band], unique[$0]) })
      for bucket in buckets.shared { try Self.join(bucket, texts, similarity, &clusters) }
    }
    exactFirst = exact
    clusterFirst = exact.map { clusters.first($0) }
  }

  /// Clusters of two or more rows, exact duplicates among them, by their first rows; rows ascending.
  public var clusters: [[Int]] {
    Dictionary(grouping: clusterFirst.indices) { clusterFirst[$0] }.values.filter { $0.count > 1 }
      .sorted { $0[0] < $1[0] }
  }

  /// Joins the near duplicates among rows that agree in a band.
  private static func join(
    _ bucket: ArraySlice<Int>, _ texts: [String], _ similarity: Double, _ clusters: inout Clusters
  ) throws {
    var kept: [(row: Int, grams: GramSet)] = []
    for row in bucket {
      let own = clusters.first(row)
      var others: [(row: Int, grams: GramSet)] = []
      for one in kept where clusters.first(one.row) != own { others.append(one) }
      // Nothing to compare with, and its cluster is there already.
      guard !others.isEmpty || kept.isEmpty else { continue }
      let grams = GramSet(try NormalText(texts[row]))
      for other in others where grams.isSimilar(to: other.grams, atLeast: similarity) { clusters.join(row, other.row) }
      let isNew = !kept.contains { clusters.first($0.row) == clusters.first(row) }
      if isNew, kept.count < mostCompared { kept.append((row, grams)) }
    }
  }
}

/// What is refused before texts are compared.
enum DuplicateLimits {
  static func require(_ texts: [String], _ similarity: Double) throws {
    guard texts.count <= NearDuplicates.mostRows else {
      throw AssuranceError.value(
        what: "rows to compare", row: nil, expected: "at most \(NearDuplicates.mostRows)", got: "\(texts.count)",
        fix: "Compare fewer at a time.")
    }
    guard similarity > 0, similarity <= 1 else {
      throw AssuranceError.value(
        what: "similarity of near duplicates", row: nil, expected: "above 0 and at most 1", got: "\(similarity)",
        fix: "0.8 is usual.")
    }
    for (row, text) in texts.enumerated() where text.utf8.count > NormalText.mostBytes {
      throw AssuranceError.value(
        what: "text to compare", row: row, expected: "at most \(NormalText.mostBytes) bytes",
        got: "\(text.utf8.count) bytes", fix: "Leave it out, or compare its parts.")
    }
  }
}
