import Markup
import Records

extension ReportDocument {
  /// What a reader who reads nothing else should know.
  static func findings(_ comparison: RunSummary) -> [Phrase] {
    guard let first = comparison.groups.first?.members.first else {
      return ["No run is finished yet, so there is no result. What the runs show so far is below."]
    }
    var findings: [Phrase] = []
    let ranked = comparison.groups.compactMap { group in
      group.values["ACC"].map { (group: group, estimate: $0) }
    }.sorted { $0.estimate.mean > $1.estimate.mean }
    if comparison.isComparable, !ranked.isEmpty {
      let shares: [Phrase] = ranked.map { "\(strong: $0.group.name) \(share($0.estimate))" }
      let what =
        comparison.isPlainAccuracy
        ? "answers are right in these shares of the test rows, on average over the tasks"
        : "the mean of the tasks' scores, each as a share of its measure's range, is"
      findings.append(
        "After learning \(Format.count(first.tasks.count, "task")) one after the other, \(what): \(shares.joined(separator: ", "))."
      )
    }
    findings += comparison.differences.map(lead)
    findings += [forgetting(comparison), sizes(comparison), basis(comparison)].compactMap(\.self)
    return findings
  }

  /// The cards, in the order of the groups.
  static func cards(_ comparison: RunSummary) -> [Card] {
    let accuracies = comparison.groups.compactMap { $0.values["ACC"]?.mean }
    return comparison.groups.enumerated().compactMap { number, group in
      guard let accuracy = group.values["ACC"] else { return nil }
      let isBest =
        comparison.isComparable && accuracies.count > 1
        && Format.percent(accuracy.mean) == accuracies.max().map(Format.percent)
        && Set(accuracies.map(Format.percent)).count > 1
      var facts: [Card.Fact] = []
      func add(_ name: String, _ measure: String, _ text: (Double) -> String) {
        if let estimate = group.values[measure] { facts.append(.init(name: name, value: text(estimate.mean))) }
      }
      add("change since learned", "BWT") { Format.points($0) + "\u{A0}points" }
      add("kept in all", "kept in all") { Format.number($0, .bytes) }
      add("time to learn", "time to learn", Format.duration)
      facts.append(.init(name: group.members.count == 1 ? "run" : "runs", value: group.experiments))
      return Card(
        name: group.name, series: number, value: Format.percent(accuracy.mean), detail: detail(accuracy, comparison),
        isBest: isBest,
        facts: facts)
    }
  }

  private static func detail(_ estimate: Estimate, _ comparison: RunSummary) -> String {
    let what = comparison.isPlainAccuracy ? "right at the end (ACC)" : "mean score at the end (ACC)"
    if let deviation = estimate.deviation {
      return "\(what), ± \(Format.decimals(100 * deviation, 1)) over \(estimate.runs) runs"
    }
    guard let interval = estimate.interval else { return what }
    return "\(what), 95 %: \(Format.decimals(100 * interval.lower, 1)) to \(Format.percent(interval.upper))"
  }

  /// `74.4 % (95 %: 70.2 to 78.1 %)`
  private static func share(_ estimate: Estimate) -> String {
    let percent = Format.percent(estimate.mean)
    if let deviation = estimate.deviation {
      return "\(percent) (± \(Format.decimals(100 * deviation, 1)), \(estimate.runs) runs)"
    }
    guard let interval = estimate.interval else { return percent }
    return
      "\(percent) (95 %: \(Format.decimals(100 * interval.lower, 1)) to \(Format.decimals(100 * interval.upper, 1)))"
  }

  private static func lead(_ difference: GroupDifference) -> Phrase {
    let ahead: Phrase =
      "\(strong: difference.first) is \(Format.points(difference.mean).trimmingPrefix("+").description) points ahead of \(strong: difference.second)"
    if let lower = difference.lower, let upper = difference.upper, let rows = difference.rows {
      let verdict =
        lower > 0 ? "more than the choice of test rows explains." : "which the choice of test rows alone can explain."
      return ahead
        + " on the same \(rows) test rows\(experiment(difference)) (95 %: \(Format.points(lower)) to \(Format.points(upper))), \(verdict)"
    }
    guard let deviation = difference.deviation else { return ahead + "." }
    let pairs =
      "± \(Format.decimals(100 * deviation, 1)) over \(difference.pairs) pairs of runs with the same order and seed"
    guard let seeds = difference.overSeeds else {
      return ahead + " (\(pairs)); one seed does not say what others would give."
    }
    guard !seeds.isOfEqual else {
      return ahead + " (\(pairs)); the same with all \(seeds.n) seeds, which is too few to say what others would give."
    }
    let verdict =
      seeds.lower > 0 || seeds.upper < 0
      ? "more than the choice of seeds explains" : "which the choice of seeds alone can explain"
    return ahead
      + " (\(pairs); 95 % over \(seeds.n) seeds: \(Format.points(seeds.lower)) to \(Format.points(seeds.upper))), \(verdict)."
  }

  /// Which run of each a difference of two runs is between.
  private static func experiment(_ difference: GroupDifference) -> String {
    guard let order = difference.order, let seed = difference.seed else { return "" }
    return ", order \(order), seed \(seed)"
  }

  private static func forgetting(_ comparison: RunSummary) -> Phrase? {
    let changes = comparison.groups.compactMap { group -> Phrase? in
      group.values["BWT"].map { "\(strong: group.name) \(Format.points($0.mean))" }
    }
    guard !changes.isEmpty else { return nil }
    return
      "Change on earlier tasks since each was learned, in points (BWT; below zero is forgetting): \(changes.joined(separator: ", "))."
  }

  private static func sizes(_ comparison: RunSummary) -> Phrase? {
    let sizes = comparison.groups.compactMap { group -> Phrase? in
      guard let bytes = group.values["kept in all"], let seconds = group.values["time to learn"] else { return nil }
      return "\(strong: group.name) \(Format.number(bytes.mean, .bytes)), \(Format.duration(seconds.mean))"
    }
    guard !sizes.isEmpty else { return nil }
    return "What is kept after the last task, and the time to learn all: \(sizes.joined(separator: "; "))."
  }

  private static func basis(_ comparison: RunSummary) -> Phrase? {
    let counts = comparison.groups.map(\.members.count)
    let rows = Set(comparison.groups.flatMap { $0.matrices.flatMap(\.rows) }).sorted()
    guard !rows.isEmpty else { return nil }
    let each = "\(Format.span(rows)) scored rows of each task"
    if counts.allSatisfy({ $0 == 1 }) {
      return "\(each), one run of each method: intervals cover the choice of test rows, not that of seeds and orders."
    }
    return "\(each); ± is the sample standard deviation over a method's runs."
  }
}
