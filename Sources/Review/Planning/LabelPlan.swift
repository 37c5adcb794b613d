public import Assurance
import Files

/// How many labels, days and hours it takes until a side can be certified, before anything is labelled.
///
/// Rows that count are coin rows of the calibrating half that score above the threshold. How many of all items these are follows from how
/// frequent the label is; how many of them it takes, from what is asked of the side and from how often the model is wrong there
/// (``SideTarget/rowsNeeded(trueError:power:)``). A plan rests on guesses, and guarantees nothing; what is certified rests on rows.
public struct LabelPlan: Sendable, Codable, Equatable {
  /// What is known, or guessed, of the stream and of the people.
  public struct Stream: Sendable, Codable, Equatable {
    /// Items a day.
    public let itemsPerDay: Double
    /// The share of items that have the side's label, 0…1.
    public let prevalence: Double
    /// The share of these that score above the threshold, 0…1.
    public let coverage: Double
    /// The share of items that the coin takes, 0…1.
    public let coinShare: Double
    /// The share of coin rows that two people label, 0…1.
    public let doubleShare: Double
    /// Seconds that a person takes for an item.
    public let secondsPerItem: Double

    /// Describes a stream.
    ///
    /// - Parameters:
    ///   - itemsPerDay: Items a day.
    ///   - prevalence: The share of items that have the side's label.
    ///   - coverage: The share of these that score above the threshold.
    ///   - coinShare: The share of items that the coin takes.
    ///   - doubleShare: The share of coin rows that two people label.
    ///   - secondsPerItem: Seconds that a person takes for an item.
    /// - Throws: `AssuranceError.value(what:row:expected:got:fix:)` for a number out of its range.
    public init(
      itemsPerDay: Double, prevalence: Double, coverage: Double = 0.7, coinShare: Double = 0.5,
      doubleShare: Double = 0.1, secondsPerItem: Double = 15
    ) throws {
      try Self.require(itemsPerDay, "items a day", above: 0, to: 1e12)
      try Self.require(prevalence, "prevalence of the label", above: 0, to: 1)
      try Self.require(coverage, "share of the label's items above the threshold", above: 0, to: 1)
      try Self.require(coinShare, "share of the coin", above: 0, to: 1)
      guard doubleShare == 0 || (0...1).contains(doubleShare) else {
        throw Self.refused(doubleShare, "share of coin rows that are labelled twice", "0 … 1")
      }
      try Self.require(secondsPerItem, "seconds for an item", above: 0, to: 86_400)
      self.itemsPerDay = itemsPerDay
      self.prevalence = prevalence
      self.coverage = coverage
      self.coinShare = coinShare
      self.doubleShare = doubleShare
      self.secondsPerItem = secondsPerItem
    }

    private static func require(_ value: Double, _ what: String, above low: Double, to high: Double) throws {
      guard value > low, value <= high else { throw refused(value, what, "a number above \(low), at most \(high)") }
    }

    private static func refused(_ value: Double, _ what: String, _ expected: String) -> AssuranceError {
      .value(what: what, row: nil, expected: expected, got: "\(value)", fix: "Shares are written as 0.12.")
    }
  }

  /// What it takes if the model is wrong so often.
  public struct Case: Sendable, Codable, Equatable {
    /// The share of wrong ones among rows above the threshold.
    public let trueError: Double
    /// Calibrating rows above the threshold.
    public let rows: Int
    /// How many of these may be wrong at most.
    public let wrongAllowed: Int
    /// Coin rows to label, of both halves.
    public let coinRows: Int
    /// Items that have to come for it.
    public let items: Int
    /// Days until they have come.
    public let days: Double
    /// Hours that people spend on the coin rows, those that are labelled twice counted twice.
    public let coinHours: Double
    /// Hours that people spend on all items until then: as long as no side is certified, every item is theirs.
    public let allHours: Double
  }

  /// The probability of being certified with so many rows.
  public static let power = 0.9

  /// The share of wrong decisions that is allowed.
  public let errorLimit: Double
  /// The probability with which a certificate may be wrong.
  public let error: Double
  /// What was known of the stream and of the people.
  public let stream: Stream
  /// The cases, the best model first. A model that is wrong nearly as often as is allowed has none.
  public let cases: [Case]

  /// The shares of the allowed error for which a plan says what it takes.
  private static let shares = [0, 0.25, 0.5, 0.7]

  /// Makes a plan.
  ///
  /// - Parameters:
  ///   - target: What is asked of the side.
  ///   - stream: What is known of the stream and of the people.
  public init(_ target: SideTarget, _ stream: Stream) {
    (errorLimit, error, self.stream) = (target.errorLimit, target.error, stream)
    cases = Self.shares.compactMap { share in
      let trueError = share * target.errorLimit
      guard let least = target.rowsNeeded(wrong: 0),
        let enough = target.rowsNeeded(trueError: trueError, power: Self.power)
      else { return nil }
      // The walk over thresholds begins where twice the least number of rows is to be expected.
      return Self.planned(max(enough, 2 * least), trueError, target, stream)
    }
  }

  private static func planned(
    _ rows: Int, _ trueError: Double, _ target: SideTarget, _ stream: Stream
  ) -> Case {
    // Half of the coin rows calibrate, the other half watches.
    let coinRows = (2 * Double(rows) / (stream.prevalence * stream.coverage)).rounded(.up)
    let items = (coinRows / stream.coinShare).rounded(.up)
    let hour = 3600 / stream.secondsPerItem
    let twice = coinRows * stream.doubleShare
    return Case(
      trueError: trueError, rows: rows, wrongAllowed: target.wrongAllowed(rows: rows) ?? 0,
      coinRows: Int(saturating: coinRows), items: Int(saturating: items), days: items / stream.itemsPerDay,
      coinHours: (coinRows + twice) / hour, allHours: (items + twice) / hour)
  }
}
