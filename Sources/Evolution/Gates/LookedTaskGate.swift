import Assurance
import Foundation

/// G3 of the loop: the task itself, on rows that may have been looked at before.
enum LookedTaskGate {
  /// The probability of error of all looks together.
  private static let error = 0.05

  /// How sure a bound is at a look, in words: `96.96 %`.
  private static func words(_ level: Double) -> String { String(format: "%.2f %%", level * 100) }

  /// A candidate beside the version that is served: it is no worse by more than a margin.
  ///
  /// - Parameter table: Both on the gate's rows.
  /// - Parameter margin: How much worse it may be, as a share of rows.
  /// - Parameter look: How often rows of the task's gate were looked at, this time included.
  /// - Throws: `AssuranceError` for a look before the first.
  static func noWorse(_ table: PairedTable, margin: Double, look: Int) throws -> Gate {
    let level = 1 - (try LookSpending.share(of: error, look: look))
    let low = table.lowerBound(level: level)
    let verdict: GateVerdict
    if table.isNonInferior(margin: margin, level: level) {
      verdict = .pass
    } else if table.difference > -margin {
      let left = margin + min(table.difference, 0)
      verdict = .underpowered(
        n: table.n,
        needed: max(
          PairedTable.rowsNeeded(discordant: table.discordant, margin: left, level: level),
          rowsForATie(margin: left, level: level)))
    } else {
      verdict = .fail
    }
    var numbers = numbers(table, level: level, look: look)
    (numbers["lowerBound"], numbers["margin"]) = (low, margin)
    return Gate(
      "G3", OwnTaskGate.nextQuestion, verdict, numbers: numbers,
      finding: finding(table)
        + "; the difference is at least \(OwnTaskGate.points(low)) points (one-sided \(words(level)) bound, look \(look)), and"
        + " −\(OwnTaskGate.points(margin)) are allowed",
      help: "More monitor rows make the bound narrower; each further look at the same rows makes it wider.")
  }

  /// A candidate beside the version that is served, on the rows since the set before: it is better there.
  ///
  /// - Parameter table: Both on these rows.
  /// - Parameter look: How often rows of the task's gate were looked at, this time included.
  /// - Throws: `AssuranceError` for a look before the first.
  static func better(_ table: PairedTable, look: Int) throws -> Gate {
    let level = 1 - (try LookSpending.share(of: error, look: look))
    let verdict: GateVerdict
    if table.isSuperior(level: level) {
      verdict = .pass
    } else if table.difference > 0 {
      // Superiority by what was seen takes as many rows as non-inferiority of equals with that margin.
      verdict = .underpowered(
        n: table.n,
        needed: max(
          table.n + 1,
          PairedTable.rowsNeeded(discordant: table.discordant, margin: table.difference, level: level)))
    } else {
      verdict = table.n == 0 ? .underpowered(n: 0, needed: 1) : .fail
    }
    var numbers = numbers(table, level: level, look: look)
    numbers["lowerBound"] = table.lowerBound(level: level)
    return Gate(
      "G3", "Is it better on what is new?", verdict, numbers: numbers,
      finding: finding(table)
        + "; on these rows the difference is at least \(OwnTaskGate.points(table.lowerBound(level: level))) points (one-sided"
        + " \(words(level)) bound, look \(look)), and it has to be above 0",
      help: "A candidate that is not better is not worth a new release; more monitor rows show a smaller gain.")
  }

  private static func finding(_ table: PairedTable) -> String {
    "\(OwnTaskGate.compared("its accuracy", by: table.difference)) (n \(table.n): \(table.onlyNew) right that were wrong,"
      + " \(table.onlyOld) wrong that were right)"
  }

  private static func numbers(_ table: PairedTable, level: Double, look: Int) -> [String: Double] {
    [
      "difference": table.difference, "n": Double(table.n), "onlyNew": Double(table.onlyNew),
      "onlyOld": Double(table.onlyOld), "level": level, "look": Double(look),
    ]
  }

  /// How many rows it takes until a candidate passes that never differs: the smallest n, to five in a hundred.
  private static func rowsForATie(margin: Double, level: Double) -> Int {
    var n = 1
    while n < Proportion.most / 2 {
      let tie = try? PairedTable(both: n, onlyNew: 0, onlyOld: 0, neither: 0)
      if tie?.isNonInferior(margin: margin, level: level) ?? false { return n }
      n += max(1, n / 20)
    }
    return .max
  }
}
