import Files
import Foundation
import Synchronization

extension CellRecord {
  /// Reads the record of a cell. Checks that it belongs to this comparison, that matrix and metrics follow from its outcomes, and, where
  /// the run folder exists, that the run still says the same.
  /// - Returns: `nil` when the cell is not complete.
  /// - Throws: ``ComparisonError/recordDamaged(cell:reason:hasRun:)``, ``ComparisonError/cellDiffers(cell:what:expected:got:)``;
  ///   `FileError`.
  public static func read(
    _ cell: ComparisonCell, in folder: ComparisonFolder, of comparison: Comparison
  ) throws -> CellRecord? {
    let file = folder.result(cell)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let data = try JSONFile.contents(of: file)
    let run = folder.hasRun(cell) ? folder.run(cell) : nil
    func damaged(_ error: any Error) -> ComparisonError {
      .recordDamaged(cell: cell.name, reason: "\(error)", hasRun: run != nil)
    }
    let record: CellRecord
    do {
      record = try decode(data, path: file.path)
    } catch {
      throw damaged(error)
    }
    guard record.cell == cell else {
      throw ComparisonError.cellDiffers(
        cell: cell.name, what: "its name in \(file.lastPathComponent)", expected: cell.name, got: record.cell.name)
    }
    try comparison.requireOwn(record.manifest, cell: cell)
    if let run { try record.requireSame(run, file.lastPathComponent) }
    // What follows from the bytes of the record and those of the predictions, which were compared with their digests just now,
    // follows from them at the next look too.
    let key = "\(record.digest) \(run != nil)"
    guard !checked.withLock({ $0.contains(key) }) else { return record }
    do {
      try record.requireFollowing(run)
    } catch let error as MetricError {
      throw damaged(error)
    }
    checked.withLock { _ = $0.insert(key) }
    return record
  }

  /// Records whose matrix and metrics this process has computed again.
  private static let checked = Mutex<Set<String>>([])

  private func requireFollowing(_ run: RunFolder?) throws {
    let own = try outcomes.unpacked(manifest)
    if let run {
      let routed = try run.readInferredMatrix()?.scores()
      let made = try RunOutcomes(manifest, of: run, routed: routed)
      guard made == own, try RecordedOutcomes(made, manifest, of: run) == outcomes else {
        throw ComparisonError.cellDiffers(
          cell: cell.name, what: "the outcomes in \(cell.name).json", expected: "those of the predictions",
          got: "others")
      }
    }
    try requireFollows(from: own, beside: "the outcomes in \(cell.name).json")
    _ = try outcomes.lastAnswers(cell, tasks: manifest.tasks)
  }

  /// The run is still the one that the record was made of.
  private func requireSame(_ run: RunFolder, _ name: String) throws {
    func same(_ what: String, _ expected: String, _ got: String) throws {
      guard expected == got else {
        throw ComparisonError.cellDiffers(cell: cell.name, what: what, expected: expected, got: got)
      }
    }
    guard try run.readManifest().withoutFolders == manifest.withoutFolders, try run.readMatrix() == matrix,
      try run.readMetrics() == metrics
    else {
      throw ComparisonError.cellDiffers(
        cell: cell.name, what: "manifest.json, matrix.json and metrics.json", expected: "what \(name) says",
        got: "something else")
    }
    try same(
      "manifest.json, which \(name) names", manifestDigest.description, Digest(ofFile: run.manifest).description)
    try same(
      "the predictions, which \(name) names", predictionsDigest.description,
      run.predictionsDigest(manifest.tasks).description)
  }
}

extension InferredMatrixFile {
  /// The same as a run has it.
  fileprivate func scores() throws -> RoutedScores {
    var result = RoutedScores(tasks: matrix.tasks)
    result.matrix = try matrix.matrix()
    result.routerAccuracy = try TaskMatrix(tasks: matrix.tasks, scores: routerAccuracy)
    result.unknownRate = try TaskMatrix(tasks: matrix.tasks, scores: unknownRate)
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
