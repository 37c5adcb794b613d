public import Records

/// What a comparison tells while it works; values only, so that any front end can show it.
public enum ComparisonProgress: Sendable {
  /// Cells that have a result already; `fromRecords`: those whose run folders are gone.
  case known(done: Int, of: Int, fromRecords: Int)
  /// A process of an earlier start works on the cell and is waited for.
  case waiting(ComparisonCell, holder: String)
  case begun(ComparisonCell)
  case resumed(ComparisonCell)
  /// What goes on now.
  case running([ComparisonCell], done: Int, failed: Int, waiting: [ComparisonCell])
  case done(ComparisonCell, [RunMetrics.Metric])
  case failed(ComparisonCell, message: String, code: Int32)
  /// Somebody asked to stop; `atOnce`: without a checkpoint.
  case stopping(atOnce: Bool)
  /// The process of an earlier start is left to itself.
  case left(ComparisonCell)
  /// The cell's process has ended; `reason`: why, where not because it was asked to.
  case stopped(ComparisonCell, reason: String?)
  /// Nothing runs any more.
  case ended
}
