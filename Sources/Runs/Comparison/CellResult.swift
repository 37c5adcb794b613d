public import Files
import Foundation
import Streams

/// `cells/NAME.json`: the result of a complete cell. It is written when the cell's run is complete and was checked, whole or not
/// at all; nothing else makes a cell a result.
public struct CellResult: Sendable, Codable, Equatable {
  public var cell: ComparisonCell
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
}

extension CellResult {
  /// The result of a cell's run, if the run is complete and its files belong to the comparison and to each other.
  ///
  /// - Parameters:
  ///   - cell: which.
  ///   - folder: of the comparison.
  ///   - comparison: what the run must be of.
  ///   - command: makes the run again.
  /// - Returns: nil while tasks are left to learn, or there is no run.
  /// - Throws: ``ComparisonError/cellDiffers(cell:what:expected:got:)``; `FileError`.
  public init?(
    checking cell: ComparisonCell, in folder: ComparisonFolder, of comparison: Comparison, command: String
  ) throws {
    let run = folder.run(cell)
    let files = FileManager.default
    guard [run.manifest, run.matrix, run.metrics].allSatisfy({ files.fileExists(atPath: $0.path) }) else { return nil }
    let manifest = try run.readManifest()
    try comparison.requireOwn(manifest, cell: cell)
    let matrix = try MatrixFile.read(run.matrix)
    let metrics = try JSONFile.read(RunMetrics.self, from: run.metrics)
    guard metrics.tasksLearned == manifest.tasks.count, !matrix.scores.contains(where: { $0.contains(nil) }) else {
      return nil
    }
    func same<Value: Encodable & Equatable>(_ what: String, _ recorded: Value?, _ follows: Value?) throws {
      guard let first = try Differences.list(follows, recorded).first else { return }
      throw ComparisonError.cellDiffers(
        cell: cell.name, what: "\(what), \(first.key)", expected: first.first, got: first.second)
    }
    try same("matrix.json beside the predictions", matrix.matrix(), run.outcomes(manifest, .clean)?.matrix())
    try same(
      "metrics.json beside the predictions", metrics,
      RunMetrics(
        manifest, of: run, routed: run.newestRouted(), learned: metrics.tasksLearned, costs: metrics.costs))
    self.cell = cell
    self.command = command
    (libtorch, program) = (comparison.libtorch, comparison.program)
    (baseDigest, tokenizerDigest) = (manifest.baseDigest, manifest.tokenizerDigest)
    (promptDigest, dataDigests) = (manifest.promptDigest, manifest.dataDigests)
    manifestDigest = try Digest(ofFile: run.manifest)
    predictionsDigest = try run.predictionsDigest(manifest.tasks)
    (self.matrix, self.metrics) = (matrix, metrics)
  }

  /// Reads the result of a cell, and checks that it is one of this comparison and that its run still says the same.
  /// - Returns: nil when the cell is not complete.
  /// - Throws: ``ComparisonError/cellDiffers(cell:what:expected:got:)``; `FileError`.
  public static func read(
    _ cell: ComparisonCell, in folder: ComparisonFolder, of comparison: Comparison
  ) throws -> CellResult? {
    let file = folder.result(cell)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let result = try JSONFile.read(CellResult.self, from: file)
    let run = folder.run(cell)
    func same(_ what: String, _ expected: String, _ got: String) throws {
      guard expected == got else {
        throw ComparisonError.cellDiffers(cell: cell.name, what: what, expected: expected, got: got)
      }
    }
    try same("its name in \(file.lastPathComponent)", cell.name, result.cell.name)
    let manifest = try run.readManifest()
    try comparison.requireOwn(manifest, cell: cell)
    let name = file.lastPathComponent
    try same(
      "manifest.json, which \(name) names", result.manifestDigest.description,
      Digest(ofFile: run.manifest).description)
    try same(
      "the predictions, which \(name) names", result.predictionsDigest.description,
      run.predictionsDigest(manifest.tasks).description)
    guard try MatrixFile.read(run.matrix) == result.matrix,
      try JSONFile.read(RunMetrics.self, from: run.metrics) == result.metrics
    else {
      throw ComparisonError.cellDiffers(
        cell: cell.name, what: "matrix.json and metrics.json", expected: "what \(name) says", got: "something else")
    }
    return result
  }
}

extension RunFolder {
  /// SHA-256 of the digests of all files of predictions of a complete run.
  func predictionsDigest(_ tasks: [String]) throws -> Digest {
    var lines = try (0...tasks.count).flatMap { row in
      try tasks.map { "\(row) \($0) \(try Digest(ofFile: inside(predictions(row: row, task: $0))))" }
    }
    if FileManager.default.fileExists(atPath: inferredMatrix.path) {
      for row in 1...max(tasks.count, 1) {
        for task in tasks.prefix(row) {
          lines.append("\(row) \(task) inferred \(try Digest(ofFile: inside(routedPredictions(row: row, task: task))))")
        }
      }
    }
    return Digest(of: Data(lines.joined(separator: "\n").utf8))
  }
}
