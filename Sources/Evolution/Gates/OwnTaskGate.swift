import Assurance
import Files
import Foundation

/// G3: the task itself. A first version must be better than always saying the most frequent label; a new one no worse than the last.
enum OwnTaskGate {
  static func points(_ share: Double) -> String {
    String(format: "%.1f", share * 100).replacing("-", with: "−")
  }

  /// What a new version is asked.
  static let nextQuestion = "Is it as good as the released version?"

  /// How a new version differs from the last one, in words: `its accuracy is 1.5 points above that of the released version`.
  static func compared(_ what: String, by difference: Double) -> String {
    let size = points(abs(difference))
    guard size != "0.0" else { return "\(what) is \(difference == 0 ? "" : "about ")that of the released version" }
    return "\(what) is \(size) points \(difference > 0 ? "above" : "below") that of the released version"
  }

  /// How bad the difference may be, and how bad it must not be.
  static func bounded(_ low: Double, margin: Double) -> String {
    "the difference is at least \(points(low)) points (one-sided 95 % bound), and −\(points(margin)) are allowed"
  }

  /// How many rows it takes until a version that never differs from the last one passes: the lower bound is −z²/(n + z²) then.
  static func rowsForATie(margin: Double) -> Int {
    Int(exactly: (2.706 * (1 - margin) / margin).rounded(.up)) ?? .max
  }

  /// How many rows it takes until a first version passes that makes half of the errors of the most frequent label.
  ///
  /// - Parameter gold: The right answers of the gate rows; where all are equal, nothing can be told: `nil`.
  static func fewestRows(labelsOf gold: [String]) -> Int? {
    let counts = gold.reduce(into: [ExactText: Int]()) { $0[ExactText($1), default: 0] += 1 }
    guard counts.count > 1, let most = counts.values.max() else { return nil }
    let share = Double(most) / Double(gold.count)
    return rowsNeeded(accuracy: (1 + share) / 2, above: share, from: 0)
  }

  /// A first version of a label task.
  static func first(_ report: ClassReport, version: String) -> Gate {
    let bound = report.accuracy.lowerBound()
    let majority = report.majorityShare.value
    let n = report.accuracy.n
    let finding =
      "accuracy \(points(report.accuracy.value)) %, one-sided 95 % lower bound \(points(bound)) % (n \(n)); the most frequent label has"
      + " \(points(majority)) %"
    let numbers = [
      "accuracy": report.accuracy.value, "lowerBound": bound, "majorityShare": majority, "n": Double(n),
    ]
    let verdict: GateVerdict
    if bound > majority {
      verdict = .pass
    } else if report.accuracy.value > majority {
      verdict = .underpowered(n: n, needed: rowsNeeded(accuracy: report.accuracy.value, above: majority, from: n))
    } else {
      verdict = .fail
    }
    return Gate(
      "G3", "Is it better than always saying the most frequent label?", verdict, numbers: numbers, finding: finding,
      help: firstHelp(version))
  }

  /// So many rows would tell such an accuracy from a share, by the same bound, to five in a hundred.
  static func rowsNeeded(accuracy: Double, above share: Double, from n: Int) -> Int {
    var size = n
    while size < 100_000_000 {
      size += max(1, size / 20)
      let right = Int(saturating: (accuracy * Double(size)).rounded(.down))
      if let bound = (try? Proportion(successes: right, n: size))?.lowerBound(), bound > share { return size }
    }
    return .max
  }

  /// A first version of a task with free answers, beside the base without an expert on the same rows.
  static func first(scores: [Double], base: [Double], version: String) -> Gate {
    let differences = zip(scores, base).map { $0 - $1 }
    let mean = MeanInterval(scores)
    let interval = MeanInterval(differences).student(level: 0.9)
    let low = interval?.low ?? -1
    return Gate(
      "G3", "Is it better than the base alone?", low > 0 ? .pass : .fail,
      numbers: [
        "score": mean.mean, "difference": MeanInterval(differences).mean, "lowerBound": low, "n": Double(scores.count),
      ],
      finding:
        "mean score \(points(mean.mean)) %, \(points(MeanInterval(differences).mean)) points above the base, one-sided 95 % lower bound"
        + " \(points(low)) (n \(scores.count))",
      help: "More rows help most; then a larger base, more --max-epochs, or another --scorer. Or \(promoted(version))")
  }

  /// A new version of a label task, beside the last one on the same rows. `version`: what it will be called.
  static func next(_ table: PairedTable, margin: Double, version: String) -> Gate {
    let interval = table.tango(level: 0.9)
    let numbers = [
      "difference": table.difference, "lowerBound": interval.low, "margin": margin, "n": Double(table.n),
      "onlyNew": Double(table.onlyNew), "onlyOld": Double(table.onlyOld),
    ]
    let finding =
      "\(compared("its accuracy", by: table.difference)) (n \(table.n): \(table.onlyNew) right that were wrong,"
      + " \(table.onlyOld) wrong that were right); \(bounded(interval.low, margin: margin))"
    let verdict: GateVerdict
    if table.isSuperior() || table.isNonInferior(margin: margin) {
      verdict = .pass
    } else if table.difference > -margin {
      let left = margin + min(table.difference, 0)
      verdict = .underpowered(
        n: table.n,
        needed: max(PairedTable.rowsNeeded(discordant: table.discordant, margin: left), rowsForATie(margin: left)))
    } else {
      verdict = .fail
    }
    return Gate(
      "G3", nextQuestion, verdict, numbers: numbers, finding: finding, help: help(verdict, version))
  }

  private static func promoted(_ version: String) -> String {
    "release it all the same with `accrete promote \(version) --reason …`."
  }

  /// What helps a first version of labels.
  static func firstHelp(_ version: String) -> String {
    "More rows of each label help most; then a larger base, a clearer --instruction, or labels that are words. Or \(promoted(version))"
  }

  static func help(_ verdict: GateVerdict, _ version: String) -> String {
    let promote = promoted(version)
    if case .underpowered(_, let needed) = verdict {
      let all = Int(saturating: (Double(needed) / 0.15).rounded(.up))
      return
        "With a difference such as this one it takes about \(needed) gate rows (of 15 % for the gates: about \(all) rows in all) to tell; give"
        + " them, a larger --margin, or \(promote)"
    }
    return "See what it gets wrong with `accrete evaluate FILE --task \(version)`; give better rows, or \(promote)"
  }

  /// The same of free answers: the mean difference of scores.
  static func next(scores: [Double], released: [Double], margin: Double, version: String) -> Gate {
    let differences = zip(scores, released).map { $0 - $1 }
    let mean = MeanInterval(differences)
    let low = mean.student(level: 0.9)?.low ?? -1
    let verdict: GateVerdict
    if low > -margin {
      verdict = .pass
    } else if mean.mean > -margin, let deviation = mean.deviation {
      let needed = 6.18 * deviation * deviation / ((margin + min(mean.mean, 0)) * (margin + min(mean.mean, 0)))
      verdict = .underpowered(n: mean.n, needed: Int(exactly: needed.rounded(.up)) ?? .max)
    } else {
      verdict = .fail
    }
    return Gate(
      "G3", nextQuestion, verdict,
      numbers: ["difference": mean.mean, "lowerBound": low, "margin": margin, "n": Double(mean.n)],
      finding:
        "\(compared("its mean score", by: mean.mean)) (n \(mean.n)); \(bounded(low, margin: margin))",
      help: help(verdict, version))
  }
}
