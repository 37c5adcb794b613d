import Files
import Foundation
import Learning
public import Records
import Streams

extension SequenceRun {
  /// `matrix.json`, `matrix-legacy.json` where there is such a column, and `metrics.json`, as far as the run has come.
  func results() throws -> [RunFolder.NewFile] {
    var files: [RunFolder.NewFile] = []
    if let legacy = sideColumns.legacy {
      files.append(try .init(MatrixFile(manifest, legacy, .legacy, cut: sideColumns.cut), at: folder.legacyMatrix))
    }
    files.append(try .init(MatrixFile(manifest, matrix, .clean, cut: sideColumns.cut), at: folder.matrix))
    if let routed {
      let file = InferredMatrixFile(
        matrix: MatrixFile(
          manifest, routed.matrix, .clean, cut: nil,
          rows:
            "R[i][j]: \(manifest.scoreName(.clean)) on task j after learning i tasks, of the experts that the router chose"
        ),
        routerAccuracy: routed.routerAccuracy.scores, unknownRate: routed.unknownRate.scores)
      files.append(try .init(file, at: folder.inferredMatrix))
    }
    // Last: whoever reads them first finds all that they tell of.
    files.append(try .init(metrics(), at: folder.metrics))
    return files
  }

  /// The metrics as they are now.
  /// - Throws: `FileError` where predictions cannot be read.
  public func metrics() throws -> RunMetrics {
    try RunMetrics(manifest, of: folder, routed: routed, learned: learned, costs: costs)
  }

  /// The matrix and what stands beside it, as the files have them.
  public var matrixFiles: [MatrixFile] {
    let legacy = sideColumns.legacy.map { MatrixFile(manifest, $0, .legacy, cut: sideColumns.cut) }
    return [MatrixFile(manifest, matrix, .clean, cut: sideColumns.cut)] + [legacy].compactMap(\.self)
  }
}
