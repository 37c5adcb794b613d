/// Requests that wait, each asker's behind each other: who has been served least comes first.
///
/// Virtual token counters (Sheng et al., arXiv 2401.00588): a counter for each asker and expert grows by 1 for a token that was read and by 2
/// for one that was written. One that was idle is lifted to the smallest of those that wait, or to the one that went last where nobody waits,
/// so that nobody saves up. A request older than ten seconds goes before all.
struct FairQueue<Entry> {
  /// Whether an entry may go now.
  enum Passage {
    case goes
    /// It may go, and takes nothing that others wait for.
    case goesBeside
    /// Not yet, for a reason of its own: others may pass.
    case waits
    /// Not yet: there is too little room. Others may pass until it is old; then room is kept for it.
    case needsRoom
  }

  /// Whose counter.
  struct Line: Hashable {
    let asker: String
    let expert: String
  }

  private struct Waiting {
    var entry: Entry
    let line: Line
    let arrived: ContinuousClock.Instant
    let number: Int
    let isBackground: Bool
  }

  /// Service of each line, in tokens.
  private var service: [Line: Double] = [:]
  private var waiting: [Line: [Waiting]] = [:]
  /// Entries that come before all others: they had a place already.
  private var returned: [Waiting] = []
  private var number = 0
  /// Whose entry went last.
  private var last: Line?

  /// When somebody has waited so long that fairness no longer counts.
  static var patience: Duration { .seconds(10) }
  /// Lines whose service is remembered without anybody waiting.
  private static var remembered: Int { 10_000 }

  var count: Int { returned.count + waiting.values.reduce(0) { $0 + $1.count } }
  var isEmpty: Bool { returned.isEmpty && waiting.isEmpty }

  /// Adds an entry to the end of its line.
  mutating func add(_ entry: Entry, to line: Line, at now: ContinuousClock.Instant, isBackground: Bool = false) {
    if waiting[line] == nil {
      let least = waiting.keys.compactMap { service[$0] }.min() ?? last.flatMap { service[$0] } ?? 0
      service[line] = max(service[line] ?? 0, least)
      if service.count > Self.remembered { forget() }
    }
    waiting[line, default: []].append(
      Waiting(entry: entry, line: line, arrived: now, number: number, isBackground: isBackground))
    number += 1
  }

  /// Puts an entry before all others.
  mutating func putBack(_ entry: Entry, to line: Line, at now: ContinuousClock.Instant) {
    returned.append(Waiting(entry: entry, line: line, arrived: now, number: number, isBackground: false))
    number += 1
  }

  /// Counts tokens that were read and written for a line.
  mutating func count(read: Int, written: Int, of line: Line) {
    service[line, default: 0] += Double(read) + 2 * Double(written)
  }

  /// How much a line has been served, in tokens.
  func served(_ line: Line) -> Double { service[line] ?? 0 }

  /// Takes the next entry that may go.
  ///
  /// - Parameter now: The time.
  /// - Parameter passage: Whether an entry may go now; one that may not keeps those behind it in its line waiting.
  mutating func next(at now: ContinuousClock.Instant, where passage: (Entry) -> Passage) -> Entry? {
    for index in returned.indices where passage(returned[index].entry) == .goes {
      return returned.remove(at: index).entry
    }
    // Nobody passes those that were taken out: they would never come back under load.
    guard returned.isEmpty else { return nil }
    let heads = waiting.values.compactMap(\.first)
    func isOld(_ head: Waiting) -> Bool { !head.isBackground && now - head.arrived > Self.patience }
    let order = heads.sorted { one, other in
      if isOld(one) != isOld(other) { return isOld(one) }
      if isOld(one) { return one.number < other.number }
      if one.isBackground != other.isBackground { return other.isBackground }
      let (mine, others) = (served(one.line), served(other.line))
      return mine == others ? one.number < other.number : mine < others
    }
    var isHeld = false
    for head in order {
      switch passage(head.entry) {
      case .goes where !isHeld, .goesBeside: return take(head)
      case .goes, .waits: continue
      // Small requests would take every place that becomes free, and a large one would wait for ever.
      case .needsRoom: isHeld = isHeld || isOld(head)
      }
    }
    return nil
  }

  private mutating func take(_ head: Waiting) -> Entry {
    waiting[head.line]?.removeFirst()
    if waiting[head.line]?.isEmpty == true { waiting.removeValue(forKey: head.line) }
    last = head.line
    return head.entry
  }

  /// Takes all entries out that somebody names.
  mutating func remove(where isGone: (Entry) -> Bool) -> [Entry] {
    let gone = (returned + waiting.values.flatMap(\.self)).map(\.entry).filter(isGone)
    guard !gone.isEmpty else { return [] }
    returned.removeAll { isGone($0.entry) }
    for line in waiting.keys {
      waiting[line]?.removeAll { isGone($0.entry) }
      if waiting[line]?.isEmpty == true { waiting.removeValue(forKey: line) }
    }
    return gone
  }

  /// All that wait.
  var entries: [Entry] { (returned + waiting.values.flatMap(\.self)).map(\.entry) }

  /// Lines that nobody waits in and that were served least are forgotten.
  private mutating func forget() {
    let idle = service.filter { waiting[$0.key] == nil }.sorted { $0.value < $1.value }
    for (line, _) in idle.prefix(idle.count / 2) { service.removeValue(forKey: line) }
  }
}
