import Foundation

/// Which texts are worth comparing: those whose MinHashes agree in a whole band (Broder 1997; Leskovec and others, *Mining of Massive
/// Datasets*, chapter 3).
///
/// The least hash of a set under a random order is that of another set with a probability of their Jaccard similarity s. So two texts with
/// b bands of r hashes agree in at least one band with the probability 1 − (1 − sʳ)ᵇ.
public struct MinHashBands: Sendable, Codable, Equatable {
  /// How many bands, b.
  public let bands: Int
  /// How many hashes a band has, r.
  public let hashes: Int

  /// 20 bands of 13 hashes, as NeMo Curator has them, within training sets: they find 68 % of the pairs with a similarity of 0.8 and 92 % at
  /// 0.85. A repeated row that is missed costs little.
  public static let training = MinHashBands(checkedBands: 20, hashes: 13)
  /// 40 bands of 6 hashes, against rows that measure: they find more than 99.99 % of the pairs with a similarity of 0.8.
  public static let heldOut = MinHashBands(checkedBands: 40, hashes: 6)

  /// Makes bands.
  ///
  /// - Parameters:
  ///   - bands: How many bands, 1 … 256.
  ///   - hashes: How many hashes a band has, 1 … 64.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a number is out of its range.
  public init(bands: Int, hashes: Int) throws {
    guard (1...256).contains(bands), (1...64).contains(hashes) else {
      throw AssuranceError.value(
        what: "bands of MinHashes", row: nil, expected: "1 … 256 bands of 1 … 64 hashes", got: "\(bands) of \(hashes)",
        fix: "20 of 13 and 40 of 6 are usual.")
    }
    self.init(checkedBands: bands, hashes: hashes)
  }

  private init(checkedBands bands: Int, hashes: Int) { (self.bands, self.hashes) = (bands, hashes) }

  /// The probability that two texts are compared.
  ///
  /// - Parameter similarity: Their Jaccard similarity, 0…1.
  public func probability(similarity: Double) -> Double {
    1 - pow(1 - pow(similarity, Double(hashes)), Double(bands))
  }

  /// One number for each band: two texts agree in a band where theirs are equal.
  ///
  /// - Parameter grams: The sequences of a text.
  public func keys(of grams: GramSet) -> [UInt64] {
    // The same orders for every text, on every machine.
    var source = SplitMix(seed: 0)
    return (0..<bands).map { _ in
      var key: UInt64 = 0
      for _ in 0..<hashes {
        // The hashes are mixed already: an odd factor alone, which maps no two to one, makes another order of them.
        let (mask, factor) = (source.next(), source.next() | 1)
        var least = UInt64.max
        for hash in grams.hashes { least = min(least, (hash ^ mask) &* factor) }
        key = SplitMix.mixed(key ^ least)
      }
      return key
    }
  }
}

extension MinHashBands {
  private enum CodingKeys: CodingKey {
    case bands
    case hashes
  }

  /// Reads bands, and checks them as `init` does.
  ///
  /// - Throws: `DecodingError`, or ``AssuranceError``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      bands: container.decode(Int.self, forKey: .bands), hashes: container.decode(Int.self, forKey: .hashes))
  }
}
