import Files
import Foundation
public import Randomness

/// The items of a plan, day after day: equal plans, rows and seeds give equal items.
///
/// Rows are drawn without being put back, label by label; where those of a label are used up, they begin again in another order, and
/// ``repeated`` counts it, since repeated rows are near duplicates of rows that measure.
public struct SimulatedStream: Sendable {
  private static let secondsOfDay = 86_400

  /// What is played.
  public let plan: StreamPlan
  /// How many rows came again so far.
  public private(set) var repeated = 0
  /// The day that ``nextDay()`` returns.
  public private(set) var day = 0
  private let seed: UInt64
  private var pools: [String: [ExactText: Pool]]

  /// Rows of one label that were not drawn yet.
  private struct Pool {
    let rows: [SimulationRow]
    var order: [Int] = []
    var rounds = 0
  }

  /// A stream at its first day.
  ///
  /// - Parameters:
  ///   - plan: What is played.
  ///   - rows: The rows of each task.
  ///   - seed: Where chance comes from.
  ///   - file: Where the plan came from, for errors.
  /// - Throws: ``EvolutionError/stream(file:key:expected:got:fix:)`` for a plan that cannot be played, or a label without rows.
  public init(_ plan: StreamPlan, rows: [String: [SimulationRow]], seed: UInt64, file: String = "the stream") throws {
    try plan.validate(file: file)
    self.plan = plan
    self.seed = seed
    pools = [:]
    for task in plan.tasks {
      let own = Dictionary(grouping: rows[task.name] ?? []) { ExactText($0.label) }
      for label in task.labels where own[ExactText(label)] == nil {
        throw EvolutionError.stream(
          file: file, key: "tasks: \(task.name)", expected: "rows of each label",
          got: "none of \(label.debugDescription)",
          fix: "Name the files that have them, or take the label out.")
      }
      pools[task.name] = own.mapValues { Pool(rows: $0) }
    }
  }

  /// The items of the next day in the order in which they come; `nil`: the stream is over.
  public mutating func nextDay() -> [SimulatedItem]? {
    guard day < plan.days else { return nil }
    defer { day += 1 }
    var stream = RandomStream(seed: seed, "simulate", "day", "\(day)")
    let tasks = plan.tasks.filter { plan.firstDay(of: $0.name) <= day }
    var drafts = (0..<plan.items).map { _ in
      draft(tasks[stream.place(weights: tasks.map(\.weight))], &stream)
    }
    for event in plan.events where event.kind == .trigger && event.day == day {
      drafts += triggers(event, &stream)
    }
    let order = drafts.indices.sorted { (drafts[$0].second, $0) < (drafts[$1].second, $1) }
    return order.enumerated().map { number, index in drafts[index].item(id: Self.id(day, number), day: day) }
  }

  /// Day and place with enough zeros that ids are in the order of arrival.
  private static func id(_ day: Int, _ number: Int) -> String {
    func padded(_ number: Int, _ digits: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    return "d\(padded(day, 2))-\(padded(number, 5))"
  }

  private struct Draft {
    let task: String
    let row: SimulationRow
    let text: String
    let source: String
    let second: Int
    let change: SimulatedItem.Change?

    func item(id: String, day: Int) -> SimulatedItem {
      SimulatedItem(
        id: id, day: day, second: second, task: task, text: text, label: row.label, source: source, change: change)
    }
  }

  private mutating func draft(_ task: StreamPlan.Task, _ stream: inout RandomStream) -> Draft {
    let label = task.labels[stream.place(weights: weights(of: task))]
    let row = draw(task.name, label)
    var change: SimulatedItem.Change?
    if task.violation?.hasSameCodePoints(as: label) ?? false, stream.isTrue(plan.obfuscation(on: day)) {
      change = [.homoglyphs, .leet, .split][stream.below(3)]
    }
    let text = change.map { Obfuscation.disguised(row.text, $0, &stream) } ?? row.text
    return Draft(
      task: task.name, row: row, text: text, source: Self.source(of: plan.sources, &stream),
      second: stream.below(Self.secondsOfDay), change: change)
  }

  /// How frequent each label is: the violation as the plan says, the others as the rows have them.
  private func weights(of task: StreamPlan.Task) -> [Double] {
    let counts = task.labels.map { Double(pools[task.name]?[ExactText($0)]?.rows.count ?? 0) }
    guard let violation = task.labels.firstIndex(where: { task.violation?.hasSameCodePoints(as: $0) ?? false }),
      let share = plan.prevalence(on: day)
    else { return counts }
    let others = counts.reduce(0, +) - counts[violation]
    return counts.indices.map { $0 == violation ? share : (1 - share) * counts[$0] / others }
  }

  /// The next row of a label.
  private mutating func draw(_ task: String, _ label: String) -> SimulationRow {
    let key = ExactText(label)
    guard var pool = pools[task]?.removeValue(forKey: key) else { return SimulationRow(text: "", label: label) }
    if pool.order.isEmpty {
      var stream = RandomStream(seed: seed, "simulate", "rows", task, label, "\(pool.rounds)")
      pool.order = Array(pool.rows.indices)
      stream.shuffle(&pool.order)
      pool.rounds += 1
    }
    if pool.rounds > 1 { repeated += 1 }
    let row = pool.rows[pool.order.popLast() ?? 0]
    pools[task]?[key] = pool
    return row
  }

  /// Some sources submit more than others: the weight of the n-th is 1 / (n + 10).
  private static func source(of count: Int, _ stream: inout RandomStream) -> String {
    // The inverse of ∫ 1 / (x + 10): exact enough for a stream, and without a table of all sources.
    let last = 10 + Double(count)
    let place = 10 * pow(last / 10, stream.share()) - 10
    return "source-\(min(Int(exactly: place.rounded(.down)) ?? 0, count - 1))"
  }

  /// Rows of one label from one source, the words in the middle of each.
  private mutating func triggers(_ event: StreamPlan.Event, _ stream: inout RandomStream) -> [Draft] {
    guard let task = event.task, let label = event.label, let words = event.words else { return [] }
    let begin = stream.below(Self.secondsOfDay - 3600)
    return (0..<(event.rows ?? 0)).map { _ in
      let row = draw(task, label)
      return Draft(
        task: task, row: row, text: Self.planted(words, in: row.text, &stream), source: "attacker-\(event.day)",
        second: begin + stream.below(3600), change: .trigger)
    }
  }

  /// A text with words at a place between two of its own.
  ///
  /// - Parameters:
  ///   - words: What is planted.
  ///   - text: Where.
  ///   - stream: Where chance comes from.
  public static func planted(_ words: String, in text: String, _ stream: inout RandomStream) -> String {
    let own = text.split(separator: " ", omittingEmptySubsequences: false)
    let place = stream.below(own.count + 1)
    return (own[..<place].map(String.init) + [words] + own[place...].map(String.init)).joined(separator: " ")
  }
}
