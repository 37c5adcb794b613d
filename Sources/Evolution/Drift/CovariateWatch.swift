/// Whether texts have changed, by one two-sample test a day: an alarm where two of three days say so.
///
/// One day in a thousand says so by chance; two of three do in about 3 · 10⁻⁶ of days.
public struct CovariateWatch: Sendable, Codable, Equatable {
  /// A day counts where p is below this.
  public static let level = 0.001
  private static let days = 3

  /// A day's test.
  public struct Day: Sendable, Codable, Equatable {
    /// The day's number.
    public let day: Int
    /// What its test said.
    public let test: TwoSampleTest
  }

  /// The latest days that were tested, at most three, ascending.
  public private(set) var latest: [Day] = []

  /// Nothing was tested yet.
  public init() {}

  /// Takes a day's test.
  ///
  /// - Parameters:
  ///   - test: The test; a day with too few texts has none, and is not given.
  ///   - day: The day's number. A day that was taken before, or is earlier, changes nothing.
  public mutating func take(_ test: TwoSampleTest, day: Int) {
    guard day > latest.last?.day ?? .min else { return }
    latest.append(Day(day: day, test: test))
    latest = latest.filter { day - $0.day < Self.days }
  }

  /// Whether two of the last three days say that texts have changed.
  public var isAlarm: Bool { latest.count { $0.test.p < Self.level } >= 2 }
}
