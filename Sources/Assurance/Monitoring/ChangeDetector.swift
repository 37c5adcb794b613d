import Foundation

/// Whether a share that may be at most α has risen: a mixture Shiryaev–Roberts e-detector (Shin, Ramdas and Rinaldo, arXiv 2203.03532).
///
/// It takes losses L ∈ {0, 1} one at a time: whether a decision was wrong, an item unknown, two releases of different opinions. For each of
/// several alternatives p_m above α, with equal weights w, R_m ← (R_m + w) · (p_m/α)ᴸ · ((1 − p_m)/(1 − α))¹⁻ᴸ from R_m = 0. The alarm is
/// raised where Σ R_m reaches A. While every loss has, given those before it, a probability of at most α, the expected number of losses
/// until a false alarm is at least A. Nothing else is assumed.
///
/// A running e-process answers another question and is the wrong monitor for a stream: good times cost it the power to see the change.
///
/// Logarithms of R_m + w are kept: they are finite from the start and never overflow.
public struct ChangeDetector: Sendable, Equatable {
  /// What a detector says.
  public enum State: String, Sendable, Codable {
    /// Σ R is below √A.
    case quiet
    /// Σ R is at least √A now: look more closely.
    case amber
    /// Σ R has reached A. It stays so: what follows an alarm is a new detector.
    case alarm
  }

  /// The expected number of losses to a false alarm, unless said otherwise.
  public static let usualRunLength = 10_000.0

  /// The share of losses that is allowed, α.
  public let limit: Double
  /// A: the expected number of losses to a false alarm is at least that.
  public let runLength: Double
  /// The shares p_m that it is quickest to see.
  public let alternatives: [Double]
  /// How many losses it was told.
  public private(set) var count: Int
  /// How many of them were 1.
  public private(set) var losses: Int
  /// ``count`` when Σ R first reached A; `nil`: no alarm yet.
  public private(set) var alarmAt: Int?
  /// ln(R_m + w), one for each alternative.
  private var logs: [Double]

  /// Makes a detector that has seen nothing.
  ///
  /// Its alternatives are 1.5, 2, 3 and 5 times the limit. From a limit of 0.2 up the last of these is no share any more, and the odds are
  /// multiplied instead.
  ///
  /// - Parameters:
  ///   - limit: The share of losses that is allowed, α, between 0 and 1.
  ///   - runLength: A, the expected number of losses to a false alarm, above 1 and at most 10¹².
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a number is out of its range.
  public init(limit: Double, runLength: Double = usualRunLength) throws {
    guard limit >= 1e-9, limit <= 1 - 1e-9 else {
      throw AssuranceError.value(
        what: "share of losses that a detector allows", row: nil, expected: "a number between 0 and 1", got: "\(limit)",
        fix: "A precision of 0.98 allows 0.02.")
    }
    guard runLength > 1, runLength <= 1e12 else {
      throw AssuranceError.value(
        what: "expected run to a false alarm", row: nil, expected: "above 1 and at most 1e12", got: "\(runLength)",
        fix: "10,000 is usual.")
    }
    (self.limit, self.runLength) = (limit, runLength)
    alternatives = Self.alternatives(to: limit)
    (count, losses, alarmAt) = (0, 0, nil)
    logs = alternatives.map { _ in Self.logWeight }
  }

  /// Makes a detector of a share that is known from rows only: the limit is the upper bound of what it may have been.
  ///
  /// With the share itself as the limit, half of all detectors would sound a false alarm early.
  ///
  /// - Parameters:
  ///   - reference: The share in the time with which to compare.
  ///   - error: The probability with which the bound may be below the true share, between 0 and 1.
  ///   - runLength: A, the expected number of losses to a false alarm, above 1 and at most 10¹².
  /// - Throws: ``AssuranceError/value(what:row:expected:got:fix:)`` if a number is out of its range, or so few rows are known that any
  ///   share is possible.
  public init(above reference: Proportion, error: Double = 0.01, runLength: Double = usualRunLength) throws {
    try self.init(limit: reference.upperBound(error: error), runLength: runLength)
  }

  /// Takes the next loss.
  ///
  /// - Parameter isLoss: Whether it is one.
  /// - Returns: The state after it.
  @discardableResult
  public mutating func observe(_ isLoss: Bool) -> State {
    for (index, share) in alternatives.enumerated() {
      let factor = isLoss ? log(share / limit) : log1p((limit - share) / (1 - limit))
      logs[index] = LogSum.of(logs[index] + factor, Self.logWeight)
    }
    count += 1
    if isLoss { losses += 1 }
    if alarmAt == nil, logSum >= log(runLength) { alarmAt = count }
    return state
  }

  /// What it says now.
  public var state: State {
    if alarmAt != nil { return .alarm }
    return logSum >= log(runLength) / 2 ? .amber : .quiet
  }

  /// Σ R_m; at most 10³⁰⁰.
  public var sum: Double { logSum == -.infinity ? 0 : LogSum.number(logSum) }

  /// ln Σ R_m; −∞ before the first loss.
  public var logSum: Double {
    guard count > 0 else { return -.infinity }
    let highest = logs.max() ?? 0
    let sum = logs.reduce(0) { $0 + exp($1 - highest) - exp(Self.logWeight - highest) }
    return sum > 0 ? highest + log(sum) : -.infinity
  }

  private static let multiples = [1.5, 2, 3, 5]
  private static let logWeight = -log(Double(multiples.count))

  private static func alternatives(to limit: Double) -> [Double] {
    let areShares = multiples.allSatisfy { $0 * limit < 1 }
    return multiples.map { areShares ? $0 * limit : $0 * limit / (1 - limit + $0 * limit) }
  }
}

extension ChangeDetector: Codable {
  private enum CodingKeys: CodingKey {
    case limit
    case runLength
    case count
    case losses
    case alarmAt
    case logs
  }

  /// Reads a detector, and checks it.
  ///
  /// - Throws: `DecodingError`, or ``AssuranceError`` where no detector can be in such a state.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      limit: container.decode(Double.self, forKey: .limit), runLength: container.decode(Double.self, forKey: .runLength)
    )
    count = try container.decode(Int.self, forKey: .count)
    losses = try container.decode(Int.self, forKey: .losses)
    alarmAt = try container.decodeIfPresent(Int.self, forKey: .alarmAt)
    logs = try container.decode([Double].self, forKey: .logs)
    let isPossible =
      (0...Proportion.most).contains(count) && (0...count).contains(losses) && logs.count == alternatives.count
      && (alarmAt.map { (1...max(count, 1)).contains($0) } ?? true)
      && logs.allSatisfy { $0.isFinite && $0 >= Self.logWeight.nextDown }
    guard isPossible else {
      throw AssuranceError.value(
        what: "state of a detector", row: nil, expected: "what a detector wrote",
        got: "count \(count), losses \(losses)",
        fix: "Begin a new detector, and certify again.")
    }
  }

  /// Writes a detector.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(limit, forKey: .limit)
    try container.encode(runLength, forKey: .runLength)
    try container.encode(count, forKey: .count)
    try container.encode(losses, forKey: .losses)
    try container.encodeIfPresent(alarmAt, forKey: .alarmAt)
    try container.encode(logs, forKey: .logs)
  }
}
