import Evolution
import Randomness

/// A plan with everything that can happen in it, and rows for it.
enum SimulatedPlan {
  static let violation = "violation"

  static func task(_ name: String) -> StreamPlan.Task {
    StreamPlan.Task(name: name, rows: [], labels: ["ok", violation], violation: violation)
  }

  /// `days`: of which the events' days are shares, as of 60.
  static func plan(days: Int = 60, items: Int = 40) -> StreamPlan {
    func day(_ of60: Int) -> Int { of60 * days / 60 }
    return StreamPlan(
      name: "test", days: days, items: items, tasks: [task("one"), task("two"), task("new")], prevalence: 0.12,
      sources: 60,
      events: [
        StreamPlan.Event(.task, day: day(10), task: "new"),
        StreamPlan.Event(.prevalence, day: day(20), share: 0.3),
        StreamPlan.Event(.obfuscation, day: day(30), share: 0.4),
        StreamPlan.Event(.trigger, day: day(40), task: "one", rows: 250, words: "cf mn", label: "ok"),
        StreamPlan.Event(.strike, day: day(50), until: day(52), share: 0.5),
      ])
  }

  /// Rows with words that tell task and label, and others of which each row has its own.
  static func rows(of tasks: [String] = ["one", "two", "new"], each: Int = 400) -> [String: [SimulationRow]] {
    Dictionary(uniqueKeysWithValues: tasks.map { ($0, rows(of: $0, each: each)) })
  }

  private static func rows(of task: String, each: Int) -> [SimulationRow] {
    var stream = RandomStream(purposes: ["test", "rows", task])
    return (0..<2 * each).map { number in
      let label = number % 2 == 0 ? "ok" : violation
      let others = (0..<10).map { _ in "\(UInt16(truncatingIfNeeded: stream.next()))" }.joined(separator: " ")
      return SimulationRow(text: "\(task) \(label) \(others) \(number)", label: label)
    }
  }

  /// All items of a plan.
  static func items(_ plan: StreamPlan, each: Int = 400, seed: UInt64) throws -> [SimulatedItem] {
    var stream = try SimulatedStream(plan, rows: rows(of: plan.tasks.map(\.name), each: each), seed: seed)
    var items: [SimulatedItem] = []
    while let day = stream.nextDay() { items += day }
    return items
  }
}

/// Features of texts as a bag of words: each word adds to one of a few numbers, the label's words to their own.
enum BagOfWords {
  static func features(_ texts: [String]) -> [[Float]] {
    texts.map { text in
      var row = [Float](repeating: 0, count: 16)
      for word in text.split(separator: " ") {
        switch word {
        case "ok": row[0] += 3
        case "violation": row[1] += 3
        default: row[2 + (word.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }) % 14] += 1
        }
      }
      return row
    }
  }
}
