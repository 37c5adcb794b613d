public import Files
public import Foundation
import Streams

/// `cells/NAME.json`: what is kept of a complete cell. It is written when the cell's run is complete and was checked, whole or not
/// at all; nothing else makes a cell a result. Everything in the comparison's results can be computed from it alone, so that a
/// cell outlives its run folder.
public struct CellRecord: Sendable, Codable, Equatable {
  public var cell: ComparisonCell
  /// Makes the same run again, with the same matrix, predictions and experts.
  public var command: String
  /// The run's, with paths relative to the folder in which the comparison was started.
  public var manifest: Manifest
  /// Of `manifest.json`.
  public var manifestDigest: Digest
  /// Of all files of predictions, row by row and task by task.
  public var predictionsDigest: Digest
  public var matrix: MatrixFile
  /// With the costs.
  public var metrics: RunMetrics
  /// Of every scored row.
  var outcomes: RecordedOutcomes
  /// SHA-256 of the whole file with ``unsealed`` in its stead.
  package var digest = CellRecord.unsealed

  /// SHA-256 of nothing.
  static let unsealed = Digest(of: Data())
}

extension CellRecord {
  /// The record of a cell's run, if the run is complete and its files belong to the comparison and to each other.
  ///
  /// - Parameters:
  ///   - cell: Which.
  ///   - folder: Of the comparison.
  ///   - comparison: What the run must be of.
  ///   - command: Makes the run again.
  ///   - routed: Reads what the run's newest checkpoint says of scores with the task inferred.
  /// - Returns: `nil` while tasks are left to learn, or there is no run.
  /// - Throws: ``ComparisonError/cellDiffers(cell:what:expected:got:)``; `FileError`.
  package init?(
    checking cell: ComparisonCell, in folder: ComparisonFolder, of comparison: Comparison, command: String,
    routed: (RunFolder) throws -> RoutedScores?
  ) throws {
    let run = folder.run(cell)
    let files = FileManager.default
    guard [run.manifest, run.matrix, run.metrics].allSatisfy({ files.fileExists(atPath: $0.path) }) else { return nil }
    manifest = try run.readManifest().portable(from: ComparisonFolder.here)
    try comparison.requireOwn(manifest, cell: cell)
    guard let matrix = try run.readMatrix(), let metrics = try run.readMetrics() else { return nil }
    (self.matrix, self.metrics) = (matrix, metrics)
    guard metrics.tasksLearned == manifest.tasks.count, !matrix.scores.contains(where: { $0.contains(nil) }) else {
      return nil
    }
    self.cell = cell
    self.command = command
    manifestDigest = try Digest(ofFile: run.manifest)
    predictionsDigest = try run.predictionsDigest(manifest.tasks)
    let made = try RunOutcomes(manifest, of: run, routed: routed(run))
    outcomes = try RecordedOutcomes(made, manifest, of: run)
    try requireFollows(from: outcomes.unpacked(manifest), beside: "the predictions")
  }

  /// Writes the record with its digest.
  /// - Throws: `FileError`.
  public func write(to file: URL) throws { try AtomicFile.write(sealed(), to: file) }

  /// The file's bytes.
  package func sealed() throws -> Data {
    var record = self
    record.digest = Self.unsealed
    var data = try JSONFile.encode(record)
    data.append(UInt8(ascii: "\n"))
    return SealedJSON.sealed(data, blank: Self.unsealed)
  }

  /// Reads a record that is in memory already, if not one byte of it was changed.
  ///
  /// - Parameters:
  ///   - data: The JSON text.
  ///   - path: Where it came from, for errors.
  /// - Throws: `FileError.malformedJSON`.
  package static func decode(_ data: Data, path: String) throws -> CellRecord {
    let record = try JSONFile.decode(CellRecord.self, from: data, path: path)
    try SealedJSON.check(data, carries: record.digest, blank: unsealed, path: path)
    _ = try record.manifest.possible(path: path)
    _ = try record.matrix.possible(path: path)
    return record
  }
}

extension CellRecord {
  /// Matrix and metrics are those of outcomes.
  ///
  /// - Parameters:
  ///   - outcomes: Of the run.
  ///   - source: Where they come from, for the error.
  /// - Throws: ``ComparisonError/cellDiffers(cell:what:expected:got:)``; ``MetricError``.
  func requireFollows(from outcomes: RunOutcomes, beside source: String) throws {
    let computed = try outcomes.clean.matrix()
    try same("matrix.json beside \(source)", matrix.matrix(), computed)
    try same(
      "matrix.json beside its scores", matrix, MatrixFile(manifest, computed, .clean, cut: matrix.cut))
    try same(
      "metrics.json beside \(source)", metrics,
      RunMetrics(manifest, outcomes, learned: manifest.tasks.count, costs: metrics.costs, warnings: metrics.warnings))
  }

  package func same<Value: Encodable & Equatable>(_ what: String, _ recorded: Value, _ follows: Value) throws {
    guard let first = try Differences.list(follows, recorded).first else { return }
    throw ComparisonError.cellDiffers(
      cell: cell.name, what: "\(what), \(first.key)", expected: first.first, got: first.second)
  }
}
