import Foundation
import Learning
import Records
import Runs

/// The curves of a run of the laboratory: each task's in the folder `NUMBER-TASK`.
final class RunCurves {
  private let writer: CurveWriter

  /// - Throws: `FileError` where the folder cannot be made.
  init(in folder: URL) throws { writer = try CurveWriter(in: folder) }

  func show(_ progress: RunProgress) {
    guard case .training(let task, let number, _, let report, let speed, _) = progress else { return }
    let terms = report.terms.sorted { $0.key < $1.key }.map { (tag: "term/\($0.key)", value: $0.value) }
    writer.write(
      report.step,
      [
        ("loss/train", report.loss), ("learning-rate", report.learningRate), ("gradient-norm", report.gradientNorm),
        ("tokens-per-second", speed),
      ] + terms, to: "\(number)-\(task)", keepingTo: report.step - 1)
  }
}

extension ProgressPrinter {
  /// What a run is told to do with its progress: shown, and drawn where a folder for curves is named.
  ///
  /// - Throws: `FileError` where that folder cannot be made.
  func report(drawingIn folder: String?) throws -> (RunProgress) -> Void {
    let curves = try folder.map { try RunCurves(in: URL(fileURLWithPath: absolute($0))) }
    return { progress in
      self.show(progress)
      curves?.show(progress)
    }
  }
}
