import Assurance
import Files

/// G3 of tasks with several labels.
extension OwnTaskGate {
  /// A first version: beside the set of labels that, given to every gate row, has the highest micro-F1.
  static func first(
    _ report: LabelSetReport, _ intervals: LabelSetReport.Intervals, labels: [String], version: String
  ) -> Gate {
    let (f1, n) = (report.microF1, report.subsetAccuracy.n)
    let bound = intervals.microF1LowerBound
    let constant = report.constant.microF1
    let names = report.constant.labels.map { labels[$0] }
    let finding =
      "micro-F1 \(points(f1)) %, one-sided 95 % lower bound \(points(bound)) % (n \(n)); always answering"
      + " \(names.isEmpty ? "no label" : names.listed) has \(points(constant)) %"
    let verdict: GateVerdict
    if bound > constant {
      verdict = .pass
    } else if f1 > constant {
      // The bound comes nearer with the root of the rows.
      let ratio = (f1 - bound) / (f1 - constant)
      verdict = .underpowered(n: n, needed: max(n + 1, Int(saturating: (Double(n) * ratio * ratio).rounded(.up))))
    } else {
      verdict = .fail
    }
    return Gate(
      "G3", "Is it better than always answering the same labels?", verdict,
      numbers: ["microF1": f1, "lowerBound": bound, "constantMicroF1": constant, "n": Double(n)], finding: finding,
      help: firstHelp(version))
  }

  /// A new version beside the last one on the same rows: the mean difference of each row's F1.
  ///
  /// Rows that are answered alike tell nothing by their spread, so that the bound is no better than that of a table of as many rows in
  /// which the versions never differ.
  static func next(rowF1: [Double], released: [Double], margin: Double, version: String) -> Gate {
    let differences = zip(rowF1, released).map { $0 - $1 }
    let mean = MeanInterval(differences)
    let n = Double(mean.n)
    // z² of a one-sided 95 % bound, as in `rowsForATie(margin:)`.
    let tie = -2.706 / (n + 2.706)
    let student = mean.student(level: 0.9)?.low ?? -1
    let isSuperior = student > 0 && differences.contains { $0 != differences.first }
    let low = isSuperior ? student : min(student, tie)
    let verdict: GateVerdict
    if isSuperior || low > -margin {
      verdict = .pass
    } else if mean.mean > -margin {
      let left = margin + min(mean.mean, 0)
      let deviation = mean.deviation ?? 0
      let needed = Int(saturating: (6.18 * deviation * deviation / (left * left)).rounded(.up))
      verdict = .underpowered(n: mean.n, needed: max(needed, rowsForATie(margin: left)))
    } else {
      verdict = .fail
    }
    return Gate(
      "G3", nextQuestion, verdict,
      numbers: ["difference": mean.mean, "lowerBound": low, "margin": margin, "n": n],
      finding:
        "\(compared("the mean F1 of its rows", by: mean.mean)) (n \(mean.n)); \(bounded(low, margin: margin))",
      help: help(verdict, version))
  }
}
