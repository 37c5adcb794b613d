/// Right and wrong answers of two models on the same rows.
///
/// Only rows on which the two differ say which is better; how many there are decides what can be shown.
public struct PairedTable: Sendable, Equatable {
  /// Rows that both models answer rightly.
  public let both: Int
  /// Rows that only the new model answers rightly.
  public let onlyNew: Int
  /// Rows that only the old model answers rightly.
  public let onlyOld: Int
  /// Rows that neither answers rightly.
  public let neither: Int

  /// Counts the rows of each kind.
  ///
  /// - Parameters:
  ///   - old: Whether the old model is right, row by row.
  ///   - new: Whether the new model is right, for the same rows in the same order.
  /// - Throws: ``AssuranceError/lengths(what:expected:got:)`` if the lists have different lengths.
  public init(old: [Bool], new: [Bool]) throws {
    guard old.count == new.count else {
      throw AssuranceError.lengths(what: "answers of the new model", expected: old.count, got: new.count)
    }
    var counts = [0, 0, 0, 0]
    for (old, new) in zip(old, new) { counts[(new ? 0 : 2) + (old ? 0 : 1)] += 1 }
    try self.init(both: counts[0], onlyNew: counts[1], onlyOld: counts[2], neither: counts[3])
  }

  /// Makes a table of counts.
  ///
  /// - Parameters:
  ///   - both: Rows that both models answer rightly.
  ///   - onlyNew: Rows that only the new model answers rightly.
  ///   - onlyOld: Rows that only the old model answers rightly.
  ///   - neither: Rows that neither answers rightly.
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a count is negative, or they are more than
  ///   ``Proportion/most`` together.
  public init(both: Int, onlyNew: Int, onlyOld: Int, neither: Int) throws {
    var left = Proportion.most
    for count in [both, onlyNew, onlyOld, neither] {
      guard (0...left).contains(count) else {
        throw AssuranceError.value(
          what: "count of a paired table", row: nil, expected: "0 … \(Proportion.most), all four together",
          got: "\(count)",
          fix: "Count the rows again.")
      }
      left -= count
    }
    (self.both, self.onlyNew, self.onlyOld, self.neither) = (both, onlyNew, onlyOld, neither)
  }

  /// How many rows there are.
  public var n: Int { both + onlyNew + onlyOld + neither }

  /// The share of rows on which the models differ, 0…1; 0 without rows.
  public var discordant: Double { n == 0 ? 0 : Double(onlyNew + onlyOld) / Double(n) }

  /// The accuracy of the new model minus that of the old one, −1…1; 0 without rows.
  public var difference: Double { n == 0 ? 0 : Double(onlyNew - onlyOld) / Double(n) }

  /// McNemar's exact test: the two-sided p-value of the hypothesis that both models are right equally often.
  ///
  /// Under it the rows on which only the new one is right are binomial(onlyNew + onlyOld, ½); twice the smaller tail, at most
  /// 1. It is 1 where the models never differ.
  public var mcNemarExact: Double {
    guard onlyNew != onlyOld else { return 1 }
    let (fewer, all) = (Double(min(onlyNew, onlyOld)), Double(onlyNew + onlyOld))
    return min(1, 2 * Beta.tails(0.5, 0.5, all - fewer, fewer + 1).lower)
  }
}

extension PairedTable: Codable {
  private enum CodingKeys: CodingKey {
    case both
    case onlyNew
    case onlyOld
    case neither
  }

  /// Reads a table, and checks it as `init` does.
  ///
  /// - Throws: `DecodingError`, or ``AssuranceError``.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      both: container.decode(Int.self, forKey: .both), onlyNew: container.decode(Int.self, forKey: .onlyNew),
      onlyOld: container.decode(Int.self, forKey: .onlyOld), neither: container.decode(Int.self, forKey: .neither))
  }
}
