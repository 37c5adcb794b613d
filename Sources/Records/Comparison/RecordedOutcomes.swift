import Streams

/// What became of every scored row of a complete run: all that its metrics and its comparison with other runs are computed from.
///
/// Tasks are in the manifest's order, and so are the lists here.
package struct RecordedOutcomes: Sendable, Equatable, Codable {
  /// Of each task: the numbers of the rows behind ``clean`` in the task's file, see ``PackedRows``.
  package var rows: [String]
  package var clean: [PackedScores]
  /// `nil`: no task has a legacy column.
  package var legacy: [PackedScores]?
  /// With the task inferred; `nil`: the method has no router.
  package var inferred: [PackedScores]?
  /// See ``RoutedScores``; there where ``inferred`` is.
  package var routerAccuracy: [[Double?]]?
  package var unknownRate: [[Double?]]?
  /// It follows from the scores of labels, which are not here; `nil`: no task has two labels, or an earlier version made the record.
  var stripping: HeldOutStripping?
}

extension RecordedOutcomes {
  /// Packs the outcomes of a run.
  ///
  /// - Parameters:
  ///   - outcomes: Read from its predictions.
  ///   - manifest: Of the run.
  ///   - folder: Of the run.
  /// - Throws: `FileError`; ``MetricError`` for macro-F1, which rows have no scores of.
  init(_ outcomes: RunOutcomes, _ manifest: Manifest, of folder: RunFolder) throws {
    rows = try manifest.tasks.map { task in
      let answers = try folder.answers(manifest, row: manifest.tasks.count, task: task)
      return PackedRows.pack(answers.rowScores(manifest.scoring(of: task), .clean).map(\.index))
    }
    clean = try Self.pack(outcomes.clean)
    legacy = try outcomes.legacy.map(Self.pack)
    inferred = try outcomes.inferred.map { try Self.pack($0.outcomes) }
    routerAccuracy = outcomes.inferred?.scores.routerAccuracy.scores
    unknownRate = outcomes.inferred?.scores.unknownRate.scores
    stripping = outcomes.stripping
  }

  private static func pack(_ outcomes: Outcomes) throws -> [PackedScores] {
    try outcomes.tasks.indices.map { column in
      try PackedScores(
        outcomes.cells.map { row in
          switch row[column] {
          case .scores(let scores): scores
          case .labels:
            throw MetricError.value(what: "a measure", expected: "one that each row has", got: "macro-F1")
          case nil: nil
          }
        })
    }
  }

  /// The outcomes again.
  /// - Throws: ``MetricError`` for what no run with this manifest can have.
  func unpacked(_ manifest: Manifest) throws -> RunOutcomes {
    guard (legacy != nil) == manifest.hasLegacyColumn else {
      throw MetricError.value(
        what: "legacy outcomes", expected: manifest.hasLegacyColumn ? "some" : "none",
        got: legacy == nil ? "none" : "some")
    }
    let clean = try Self.unpack(self.clean, manifest)
    for (column, task) in manifest.tasks.enumerated() {
      // Compared like this, because numbers in a file may be anything.
      guard let scored = manifest.rows[task]?.scored, scored >= manifest.scoring(of: task).leftOut.count,
        scored - manifest.scoring(of: task).leftOut.count == self.clean[column].n
      else {
        throw MetricError.value(
          what: "scored rows of \(task)", expected: "those of the manifest", got: "\(self.clean[column].n)")
      }
    }
    return RunOutcomes(
      clean: clean, legacy: try legacy.map { try Self.unpack($0, manifest) }, inferred: try unpackedInferred(manifest),
      stripping: stripping)
  }

  private func unpackedInferred(_ manifest: Manifest) throws -> RunOutcomes.Inferred? {
    guard let inferred, let routerAccuracy, let unknownRate else {
      guard inferred == nil, routerAccuracy == nil, unknownRate == nil else {
        throw MetricError.value(what: "outcomes with the task inferred", expected: "all or none", got: "a part")
      }
      return nil
    }
    let outcomes = try Self.unpack(inferred, manifest)
    var scores = RoutedScores(tasks: manifest.tasks)
    scores.matrix = try outcomes.matrix()
    scores.routerAccuracy = try TaskMatrix(tasks: manifest.tasks, scores: routerAccuracy)
    scores.unknownRate = try TaskMatrix(tasks: manifest.tasks, scores: unknownRate)
    return RunOutcomes.Inferred(outcomes: outcomes, scores: scores)
  }

  private static func unpack(_ columns: [PackedScores], _ manifest: Manifest) throws -> Outcomes {
    let tasks = manifest.tasks
    guard columns.count == tasks.count else {
      throw MetricError.shape(what: "tasks with outcomes", expected: tasks.count, got: columns.count)
    }
    let scores = try columns.map { column in
      let cells = try column.scores()
      guard cells.count == tasks.count + 1 else {
        throw MetricError.shape(what: "rows of outcomes", expected: tasks.count + 1, got: cells.count)
      }
      return cells
    }
    return try Outcomes(
      tasks: tasks,
      cells: (0...tasks.count).map { row in scores.map { cells in cells[row].map(Outcome.scores) } })
  }

  /// What the run answered in its last row.
  ///
  /// - Parameters:
  ///   - cell: Whose run.
  ///   - tasks: Of its manifest.
  /// - Throws: ``MetricError`` for what no run can have.
  func lastAnswers(_ cell: ComparisonCell, tasks: [String]) throws -> MethodDifference.Answers {
    guard rows.count == tasks.count, clean.count == tasks.count else {
      throw MetricError.shape(what: "tasks with outcomes", expected: tasks.count, got: min(rows.count, clean.count))
    }
    return MethodDifference.Answers(
      cell: cell,
      tasks: try tasks.enumerated().map { column, task in
        let (numbers, scores) = (try PackedRows.unpack(rows[column]), try clean[column].scores().last ?? nil)
        guard let scores, scores.count == numbers.count else {
          throw MetricError.shape(what: "rows of \(task)", expected: numbers.count, got: scores?.count ?? 0)
        }
        return (task, zip(numbers, scores).map { (index: $0, score: $1) })
      })
  }
}
