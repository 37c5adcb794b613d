public import Files

/// A complete cell in `results.json`: its record without the outcomes of single rows, and without what all cells share.
public struct CellResult: Sendable, Codable, Equatable {
  public var cell: ComparisonCell
  /// Whether its run folder is gone, so that its record is all there is of it.
  public var isFromRecord: Bool
  /// Makes the same run again, with the same matrix, predictions and experts.
  public var command: String
  public var libtorch: String
  public var program: Digest
  public var baseDigest: Digest
  public var tokenizerDigest: Digest
  public var promptDigest: Digest
  public var dataDigests: [String: Digest]
  /// Of `manifest.json`.
  public var manifestDigest: Digest
  /// Of all files of predictions, row by row and task by task.
  public var predictionsDigest: Digest
  public var matrix: MatrixFile
  /// With the costs.
  public var metrics: RunMetrics

  /// - Parameters:
  ///   - record: Of a cell of `comparison`.
  ///   - comparison: Whose program and libtorch the cell was made with.
  ///   - isFromRecord: Whether there is no run folder.
  init(_ record: CellRecord, of comparison: Comparison, isFromRecord: Bool) {
    (cell, command, self.isFromRecord) = (record.cell, record.command, isFromRecord)
    (libtorch, program) = (comparison.libtorch, comparison.program)
    let manifest = record.manifest
    (baseDigest, tokenizerDigest) = (manifest.baseDigest, manifest.tokenizerDigest)
    (promptDigest, dataDigests) = (manifest.promptDigest, manifest.dataDigests)
    (manifestDigest, predictionsDigest) = (record.manifestDigest, record.predictionsDigest)
    (matrix, metrics) = (record.matrix, record.metrics)
  }
}
