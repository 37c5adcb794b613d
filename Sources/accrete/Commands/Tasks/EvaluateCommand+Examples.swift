import ArgumentParser
import Assurance
import Evolution
import Files
import Foundation
import Registry
import Serving
import Streams
import TaskModels

extension EvaluateCommand {
  /// Scores labelled examples with a task of the registry.
  func evaluateExamples(_ printer: ProgressPrinter) throws {
    let opened = try registry.open(.reading)
    let released = try opened.currentRelease()?.manifest.experts.keys.sorted() ?? []
    guard let task = task ?? (released.count == 1 ? released.first : nil) else {
      let known = try opened.tasks().filter { $0.released != nil || $0.newest.state == .registered }.map(\.name)
      throw RegistryError.invalid(
        what: "--task", got: "nothing", expected: known.isEmpty ? "a task of the registry" : "one of \(known.listed)",
        fix: "Name the task that is to be scored.")
    }
    let loaded = try base.load(for: opened, answering: task)
    let served = try opened.load(task, on: loaded)
    if let scorer, served.runner.model.form.kind != .answer {
      throw RegistryError.invalid(
        what: "--scorer", got: scorer.printable, expected: "none: \(served.version.reference) answers with labels",
        fix: "Leave it out.")
    }
    var lines = try RequestLines(folder, columns: columns.names(), labelled: true, skips: skipUnreadable)
    var (rows, unread) = ([RequestRow](), [RequestProblem]())
    while let batch = try lines.next() {
      for row in batch {
        switch row {
        case .success(let row): rows.append(row)
        // Scores of some of the rows would be another number.
        case .failure(let problem):
          guard skipUnreadable else { throw problem.error }
          unread.append(problem)
        }
      }
    }
    // What is wrong with all of them is wrong with the file.
    if rows.isEmpty, let first = unread.first { throw first.error }
    let result: TaskEvaluation
    do {
      result = try TaskEvaluation(
        served, rows: rows, of: folder == StandardInput.name ? StandardInput.title : folder,
        keys: opened.rowKeys(of: served.version),
        scorer: scorer ?? served.manifest.run["options"]?["scorer"]?.string ?? "accuracy",
        leavingOut: skipUnreadable ? unread.map(\.line) : nil
      ) {
        printer.passing("scoring \($0)/\(rows.count)")
      }
    } catch let error as StreamError {
      // A text that is not tokenized is called by its index among all.
      guard error.detail.file.hasPrefix("row "), let index = Int(error.detail.file.dropFirst("row ".count)),
        rows.indices.contains(index)
      else {
        throw error
      }
      throw lines.located(error, line: rows[index].line)
    }
    if let leftOut = result.leftOut, !leftOut.isEmpty {
      let shown = leftOut.prefix(10).map(String.init).joined(separator: ", ") + (leftOut.count > 10 ? ", …" : "")
      Console.error(
        "warning: left out, as they cannot be read or have no label: \(RegistryText.count(leftOut.count, "row"))"
          + " (\(leftOut.count == 1 ? "line" : "lines") \(shown))")
    }
    guard !json else { return try Console.output(String(decoding: try JSONFile.encode(result), as: UTF8.self)) }
    for line in Self.lines(result) { try Console.output(line) }
  }

  static func text(_ interval: Interval?) -> String {
    interval.map { "[\(fixed($0.low, 4)), \(fixed($0.high, 4))]" } ?? ""
  }

  /// A share with its interval; of no row there is none.
  static func text(_ share: TaskEvaluation.Share) -> String {
    share.value.map { "\(fixed($0, 4)) \(text(share.interval))" } ?? "– (n 0)"
  }

  /// Precision, recall and F1 of a label; the n is that of its rows.
  static func text(precision: TaskEvaluation.Share, recall: TaskEvaluation.Share, f1: Double?) -> String {
    "precision \(text(precision))  recall \(text(recall))  F1 \(f1.map { fixed($0, 4) } ?? "–")  n \(recall.n)"
  }

  /// Which labels a mean over labels rests on, where these are not all of them, or some have no row; else "".
  ///
  /// - Parameter labels: Of each the rows that have it, and its F1.
  static func meanOf(_ labels: [(rows: Int, f1: Double?)]) -> String {
    let counted = labels.filter { $0.f1 != nil }
    let empty = counted.count { $0.rows == 0 }
    guard counted.count < labels.count || empty > 0 else { return "" }
    let rest = labels.count - counted.count
    let notes = [
      rest > 0 ? "\(rest) that no row has or got \(rest == 1 ? "is" : "are") left out" : nil,
      empty > 0 ? "\(empty) that rows got and none has \(empty == 1 ? "counts" : "count") as 0" : nil,
    ]
    return "  (mean of \(counted.count) of \(labels.count) labels: \(notes.compactMap(\.self).joined(separator: "; ")))"
  }

  /// That scores flatter, as rows were learned from. Where only the user's words are known, it is the text that was, not the row.
  static func seen(_ seen: Int, withOtherTurns around: Int, of n: Int) -> String {
    let turns = around == 0 ? "" : (around == seen ? ", " : ", \(around) of them ") + "with other turns around them"
    let rows = around == seen ? "texts" : "rows"
    return "\(seen) of \(n) \(rows) were learned from or chosen on\(turns): the scores below are too high"
  }

  static func lines(_ result: TaskEvaluation) -> [String] {
    var lines = ["\(result.version)  n \(result.n)  (intervals: two-sided 95 %)"]
    if let seen = result.seen, seen > 0 {
      let rest = result.accuracyOfUnseen.map {
        "; on the other \($0.n) the \(result.labelSets == nil ? "" : "subset ")accuracy is \(text($0))"
      }
      lines.append(Self.seen(seen, withOtherTurns: result.seenWithOtherTurns ?? 0, of: result.n) + (rest ?? ""))
    }
    if let score = result.score, let scorer = result.scorer {
      lines.append("mean \(scorer) \(fixed(score, 4)) \(text(result.scoreInterval))")
    }
    if let accuracy = result.accuracy {
      lines.append(
        "accuracy \(text(accuracy))  most frequent label \(fixed(result.majorityShare ?? 0, 4))"
      )
    }
    if let macro = result.macroF1 {
      let labels = meanOf((result.labels ?? []).map { ($0.recall.n, $0.f1) })
      lines.append("macro-F1 \(fixed(macro, 4)) \(text(result.macroF1Interval))\(labels)")
    }
    if let calibration = result.calibration {
      lines.append(
        "calibration: ECE \(fixed(calibration.ece, 4)), Brier \(fixed(calibration.brier, 4)) \(text(calibration.brierInterval)),"
          + " log loss \(fixed(calibration.logLoss, 4))")
    }
    if let sets = result.labelSets { return lines + Self.lines(sets) }
    guard let labels = result.labels, let confusion = result.confusion else { return lines }
    for (index, label) in labels.enumerated() {
      lines.append(
        "\(label.label.printable)  \(text(precision: label.precision, recall: label.recall, f1: label.f1))"
      )
      let answered = confusion[index].enumerated().filter { $0.element > 0 }
        .map { "\(labels[$0.offset].label.printable) × \($0.element)" }
      // A label that no row has was answered nowhere.
      if labels.count <= 20, !answered.isEmpty { lines.append("  answered: \(answered.joined(separator: ", "))") }
    }
    return lines
  }
}
