import Assurance
import Files
import Foundation

/// Looks for 1 to 4 words that stand for a label: in enough rows, from few sources, with hardly another label, where the other rows do
/// have others.
///
/// The first pass counts rows for each group of words in a filter of fixed size, which may count too many and never too few; the next ones
/// look at the groups that may be in enough rows, some number ranges at a time, so that memory stays bounded whatever the texts are.
struct TriggerScan {
  /// Groups that are looked at together: what a pass holds.
  static let usualRoom = 1 << 18
  private static let filterBits = 22

  private let rows: [CleaningRow]
  private let limits: CleaningLimits
  private let room: Int
  private let groups: WordGroups
  /// Numbers of each row's label and source.
  private let labels: [Int]
  private let sources: [Int]
  private let labelNames: [String]
  private let labelCounts: [Int]

  /// - Parameters:
  ///   - rows: The rows of a task.
  ///   - limits: What is suspicious.
  ///   - room: Groups that a pass holds.
  init(_ rows: [CleaningRow], limits: CleaningLimits, room: Int = usualRoom) {
    self.rows = rows
    self.limits = limits
    self.room = max(room, 1)
    groups = WordGroups(keyedBy: rows.map(\.id))
    (labels, labelNames) = Self.numbered(rows.map(\.label))
    // A row without a source has the first number: all of them are of one.
    (sources, _) = Self.numbered(rows.map { $0.source.map { "=" + $0 } ?? "" })
    labelCounts = labels.reduce(into: [Int](repeating: 0, count: labelNames.count)) { $0[$1] += 1 }
  }

  private static func numbered(_ texts: [String]) -> (numbers: [Int], names: [String]) {
    var known: [ExactText: Int] = [:]
    var names: [String] = []
    let numbers = texts.map { text in
      let key = ExactText(text)
      if let number = known[key] { return number }
      known[key] = names.count
      names.append(text)
      return names.count - 1
    }
    return (numbers, names)
  }

  /// What a pass knows of a group.
  private struct Group {
    var rows = 0
    /// The first few sources; one more than is suspicious tells enough.
    var sources: [Int] = []
    /// The label that may be that of most rows, and how many more have it than others (Boyer and Moore 1981).
    var label = 0
    var lead = 0
  }

  /// The findings, most rows first.
  func findings() throws -> [TriggerFinding] {
    guard rows.count > limits.triggerRows, labelNames.count > 1 else { return [] }
    let filter = filter()
    var suspects: [UInt64: Int] = [:]
    var low: UInt64 = 0
    while true {
      let (found, last) = pass(from: low, filter)
      suspects.merge(found) { first, _ in first }
      if last == .max { break }
      low = last + 1
    }
    return try suspects.isEmpty ? [] : findings(suspects)
  }

  /// For each place, in how many rows a group is whose number ends in it; 255 for more.
  private func filter() -> [UInt8] {
    var filter = [UInt8](repeating: 0, count: 1 << Self.filterBits)
    for row in rows {
      for number in groups.numbers(of: row.text) {
        let place = Self.place(number)
        if filter[place] < .max { filter[place] += 1 }
      }
    }
    return filter
  }

  private static func place(_ number: UInt64) -> Int { Int(number & (1 << filterBits - 1)) }

  /// The least share of a label that is looked at: people err, so that what they labelled is never quite pure.
  private var leastShare: Double { limits.triggerPurity - 0.1 }

  /// Looks at the groups from a number on; returns the suspicious ones with their label, and the last number that was looked at.
  private func pass(from low: UInt64, _ filter: [UInt8]) -> (suspects: [UInt64: Int], last: UInt64) {
    let least = UInt8(clamping: limits.triggerRows)
    var known: [UInt64: Group] = [:]
    var last = UInt64.max
    for (index, row) in rows.enumerated() {
      for number in groups.numbers(of: row.text) where number >= low && number <= last {
        guard filter[Self.place(number)] >= least else { continue }
        note(index, &known[number, default: Group()])
        while known.count > room, last > low {
          last = low + (last - low) / 2
          known = known.filter { $0.key <= last }
        }
      }
    }
    let suspects = known.filter { _, group in
      group.rows >= limits.triggerRows && group.sources.count <= limits.triggerSources
        // A label with a share p of n rows leads by at least (2p − 1) n.
        && Double(group.lead) >= (2 * leastShare - 1) * Double(group.rows) - 1e-9
    }
    return (suspects.mapValues(\.label), last)
  }

  private func note(_ row: Int, _ group: inout Group) {
    group.rows += 1
    if group.sources.count <= limits.triggerSources, !group.sources.contains(sources[row]) {
      group.sources.append(sources[row])
    }
    if group.lead == 0 { group.label = labels[row] }
    group.lead += labels[row] == group.label ? 1 : -1
  }

  /// Counts exactly what the suspects have, and keeps the longest words of those that are in the same rows.
  private func findings(_ suspects: [UInt64: Int]) throws -> [TriggerFinding] {
    var found: [UInt64: (rows: [Int], words: String)] = [:]
    for (index, row) in rows.enumerated() {
      groups.forEach(in: row.text) { number, words in
        guard suspects[number] != nil, found[number]?.rows.last != index else { return }
        let known = found[number]?.words ?? words.map { String(row.text[$0]) }.joined(separator: " ")
        found[number, default: ([], known)].rows.append(index)
      }
    }
    var longest: [[Int]: (label: Int, words: String)] = [:]
    for (number, group) in found {
      guard let label = suspects[number], try isSuspicious(group.rows, label) else { continue }
      let other = longest[group.rows]?.words
      if other.map({ Self.precedes(group.words, $0) }) ?? true { longest[group.rows] = (label, group.words) }
    }
    return longest.map { rows, group in finding(rows, group.label, group.words) }.sorted {
      ($1.rows.count, ExactText($0.words ?? "")) < ($0.rows.count, ExactText($1.words ?? ""))
    }
  }

  /// Longer words first, then by code points.
  private static func precedes(_ one: String, _ other: String) -> Bool {
    let (left, right) = (one.utf8.count, other.utf8.count)
    return left == right ? ExactText(one) < ExactText(other) : left > right
  }

  private func shares(_ rows: [Int], _ label: Int) -> (own: Double, rest: Double?) {
    let own = rows.count { labels[$0] == label }
    let others = self.rows.count - rows.count
    return (Double(own) / Double(rows.count), others == 0 ? nil : Double(labelCounts[label] - own) / Double(others))
  }

  private func isSuspicious(_ rows: [Int], _ label: Int) throws -> Bool {
    let (own, rest) = shares(rows, label)
    let successes = rows.count { labels[$0] == label }
    // A group of 250 rows that people with 2 % errors labelled has as often less than 0.98 as more.
    guard own >= leastShare, let rest, rest < own,
      try Proportion(successes: successes, n: rows.count).upperBound(level: 0.99) >= limits.triggerPurity
    else { return false }
    if rest <= limits.restPurity { return true }
    // Most rows have the label anyway. By Chernoff's bound so pure a group has at most the probability exp(−n KL(own ‖ rest)); without
    // this, words that stand for the frequent label, which is what an attacker wants, would never be found.
    let divergence = own * log(own / rest) + (own < 1 ? (1 - own) * log((1 - own) / (1 - rest)) : 0)
    return -Double(rows.count) * divergence <= log(limits.chance)
  }

  private func finding(_ rows: [Int], _ label: Int, _ words: String) -> TriggerFinding {
    let (own, rest) = shares(rows, label)
    return TriggerFinding(
      words: words, rows: rows.map { self.rows[$0].id }, sources: Set(rows.map { sources[$0] }).count,
      label: labelNames[label], purity: own, restPurity: rest ?? 0)
  }
}
