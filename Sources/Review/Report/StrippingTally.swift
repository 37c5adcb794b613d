import Assurance
import Files
public import Foundation

/// Counts the items of one task and week, one after the other.
public struct StrippingTally: Sendable {
  /// What a report has to know of an item.
  public struct Item: Sendable, Equatable {
    /// The side that decided it; `nil` where a person did or has to.
    public var decidedAs: String?
    /// Which half of the coin's rows it is; `nil` where the coin did not draw it.
    public var coin: RowOrigin?
    /// The final label; `nil` where there is none.
    public var label: String?
    /// The state of each side when it arrived.
    public var states: [String: SideState]
    /// The probability of each side's label, by the scale of its certificate.
    public var scores: [String: Double]

    /// Describes an item.
    ///
    /// - Parameters:
    ///   - decidedAs: The side that decided it.
    ///   - coin: Which half of the coin's rows it is.
    ///   - label: The final label.
    ///   - states: The state of each side when it arrived.
    ///   - scores: The probability of each side's label.
    public init(
      decidedAs: String?, coin: RowOrigin?, label: String?, states: [String: SideState], scores: [String: Double]
    ) {
      self.decidedAs = decidedAs
      self.coin = coin
      self.label = label
      self.states = states
      self.scores = scores
    }
  }

  private struct Counts {
    var decided = 0
    var decidedByCoin = 0
    var monitored = 0
    var right = 0
    var states: [String: Int] = [:]
    var scored: [ScoredRow] = []
  }

  private let task: String
  private let week: Date
  private let sides: [String]
  private var items = 0
  private var coinRows = 0
  private var monitorRows = 0
  private var labels: [ExactText: Int] = [:]
  private var counts: [ExactText: Counts] = [:]

  /// Begins to count.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - week: The week's Monday, 00:00 UTC.
  ///   - sides: The task's sides, in the order of the report.
  public init(task: String, week: Date, sides: [String]) {
    self.task = task
    self.week = week
    self.sides = sides
  }

  /// The Monday, 00:00 UTC, of the week that a time lies in.
  ///
  /// - Parameter date: The time.
  public static func week(of date: Date) -> Date {
    // The first day of 1970 was a Thursday.
    let weeks = ((date.timeIntervalSince1970 / 86_400 + 3) / 7).rounded(.down)
    return Date(timeIntervalSince1970: (weeks * 7 - 3) * 86_400)
  }

  /// Counts an item.
  ///
  /// - Parameter item: The item.
  public mutating func count(_ item: Item) {
    items += 1
    let isFinal = item.coin != nil && item.label != nil
    if isFinal { coinRows += 1 }
    let isMonitored = item.coin.map { row in
      RowUse.measure.refusal(of: RowStanding(origin: row, isFinal: item.label != nil)) == nil
    }
    if isMonitored == true, let label = item.label {
      monitorRows += 1
      labels[ExactText(label), default: 0] += 1
    }
    for side in sides {
      var counts = self.counts[ExactText(side)] ?? Counts()
      let isRight = item.label?.hasSameCodePoints(as: side) == true
      counts.states[(item.states[side] ?? .inactive).rawValue, default: 0] += 1
      if item.decidedAs?.hasSameCodePoints(as: side) == true {
        counts.decided += 1
        if item.coin != nil { counts.decidedByCoin += 1 }
        if isMonitored == true {
          counts.monitored += 1
          if isRight { counts.right += 1 }
        }
      }
      if isFinal, let score = item.scores[side], score.isFinite {
        counts.scored.append(ScoredRow(score: score, isWrong: !isRight))
      }
      self.counts[ExactText(side)] = counts
    }
  }

  /// The report's rows, one for each side.
  ///
  /// - Parameters:
  ///   - certificates: The certificate of each side that has one.
  ///   - precisions: The precision that is asked of each side.
  public func rows(certificates: [String: NamedCertificate], precisions: [String: Double]) -> [StrippingRow] {
    sides.map { side in
      let counts = self.counts[ExactText(side)] ?? Counts()
      let oracle = precisions[side].flatMap { try? EmpiricalThreshold(rows: counts.scored, precision: $0) }
      return StrippingRow(
        task: task, side: side, week: week, items: items, stripped: .init(counts.decided, of: items),
        certified: certificates[side].map(StrippingRow.Certified.init),
        realised: .init(counts.right, of: counts.monitored),
        prevalence: .init(labels[ExactText(side)] ?? 0, of: monitorRows),
        states: counts.states, saved: counts.decided - counts.decidedByCoin, oracle: .init(oracle, of: coinRows))
    }
  }
}
