import Files
import Foundation
import Review

extension LoopProduction {
  /// COLLECT: rows up to the job's event that may teach or gate, by what chose them (F.2), as digests.
  public func collect(_ job: LoopJob) throws -> CollectedRows {
    let rows = try desk.loopRows(
      of: job.task, after: 0, upTo: job.inputs.require(\.sequence, "an event", of: job))
    let frozen = rows.compactMap { row in
      Self.use(of: row).map { FrozenRow(id: row.id, digest: row.digest, sequence: row.place, use: $0) }
    }
    return CollectedRows(
      rows: try files.add(JSONFile.lines(frozen)), count: frozen.count { $0.use == .teach })
  }

  private static func use(of row: FinalRow) -> FrozenRow.Use? {
    if RowUse.measure.refusal(of: row.standing) == nil { return .gate }
    return RowUse.train.refusal(of: row.standing) == nil ? .teach : nil
  }

  /// CLEAN: the frozen rows without what repeats, measures, contradicts or comes too much from one place.
  public func clean(_ job: LoopJob) throws -> CleanedRows {
    let frozen = try files.lines(FrozenRow.self, job.inputs.require(\.rows, "rows", of: job))
    let found = try desk.loopRows(of: job.task, after: 0, upTo: job.inputs.require(\.sequence, "an event", of: job))
    let known = Dictionary(found.map { (ExactText($0.id), $0) }, uniquingKeysWith: { first, _ in first })
    // What was erased or labelled otherwise since is not what was frozen.
    let rows = frozen.compactMap { row -> (row: FinalRow, use: FrozenRow.Use, words: String)? in
      guard let now = known[ExactText(row.id)], now.digest == row.digest, let words = now.words else { return nil }
      return (now, row.use, words)
    }
    let report = try Cleaning.report(
      on: rows.filter { $0.use == .teach }.map { row, _, words in
        CleaningRow(
          id: row.id, text: words, label: row.label, source: row.source, reviewers: row.reviewers,
          isSettled: row.isSettled,
          current: row.current.map { .init(label: $0.label, probability: $0.probability) })
      },
      heldOut: desk.heldOutRows(), limits: settings.cleaning)
    try desk.ask(report.forAdjudication, .adjudicate, of: job.task)
    try desk.ask(report.forSecondPerson, .secondPerson, of: job.task)
    let kept = Set(report.kept.map { ExactText($0) })
    let lines = rows.compactMap { row, use, words -> TrainingLine? in
      guard use == .gate || kept.contains(ExactText(row.id)) else { return nil }
      return TrainingLine(
        id: row.id, text: words, label: row.label, split: use == .gate ? .test : Self.split(of: row),
        sequence: row.place)
    }
    let findings = report.lines.filter { $0.hasPrefix("held") }
    return CleanedRows(
      set: try files.add(JSONFile.lines(lines)), report: try files.add(JSONFile.encode(report, pretty: false)),
      count: report.kept.count, suspicion: report.isHeld ? findings.joined(separator: " ") : nil)
  }

  /// About 15 of 100 rows are chosen on: by the digest of the text, so that a text never moves from one part to the other.
  private static func split(of row: FinalRow) -> TrainingLine.Split {
    let number = row.text.bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return number % 100 < 15 ? .validation : .train
  }
}
