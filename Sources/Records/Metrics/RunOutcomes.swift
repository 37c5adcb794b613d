/// Everything that the metrics of a complete run are computed from.
package struct RunOutcomes: Sendable, Equatable {
  /// The same with the task inferred.
  package struct Inferred: Sendable, Equatable {
    /// Of learned tasks only, in the clean column.
    var outcomes: Outcomes
    package var scores: RoutedScores
  }

  package var clean: Outcomes
  /// `nil`: no task has a legacy column.
  package var legacy: Outcomes?
  /// `nil`: the method has no router.
  package var inferred: Inferred?
  /// `nil`: no task has two labels.
  var stripping: HeldOutStripping?
}

extension RunOutcomes {
  /// Reads the predictions of a complete run.
  ///
  /// - Parameters:
  ///   - manifest: Of the run.
  ///   - folder: With its predictions.
  ///   - routed: The scores with the task inferred; `nil` where the method has no router.
  /// - Throws: `FileError` where predictions cannot be read; ``MetricError``.
  init(_ manifest: Manifest, of folder: RunFolder, routed: RoutedScores?) throws {
    clean = try folder.cleanOutcomes(manifest)
    legacy = try folder.legacyOutcomes(manifest)
    inferred = try routed.map { Inferred(outcomes: try folder.routedOutcomes(manifest), scores: $0) }
    stripping = try HeldOutStripping(
      manifest.tasks.map { task in
        (task, try folder.answers(manifest, row: manifest.tasks.count, task: task).predictions)
      }, seed: manifest.configuration.seed)
  }
}
