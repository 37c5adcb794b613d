import Evolution
import Files
import Foundation
import Learning
import Registry
import TaskModels

/// The curves of one `learn` for TensorBoard: the training in the folder `NAME@VERSION`, the last one on all rows in `NAME@VERSION-all-rows`,
/// as TensorBoard shows folders side by side.
///
/// What was interrupted goes on in the same curve: steps after the checkpoint, which are taken again, are cut off.
final class LearnCurves {
  private let folder: URL
  private let registry: Registry
  /// Told where the curves cannot be written. They are not worth a training that is lost.
  private let warn: (String) -> Void

  /// The version that is made, from when its rows are known.
  private var version: String?
  private var isLast = false
  /// The step of the checkpoint that is gone on from, until its training has begun.
  private var kept: Int?
  private var log: TensorBoardLog?
  private var hasFailed = false

  init(in folder: URL, _ registry: Registry, warn: @escaping (String) -> Void) {
    (self.folder, self.registry, self.warn) = (folder, registry, warn)
  }

  func show(_ progress: EvolutionProgress) {
    switch progress {
    case .rows(let rows):
      // A task that is not known yet has no versions.
      let newest = try? registry.versions(named: rows.task).last?.number
      version = "\(rows.task)@\((newest ?? 0) + 1)"
    case .training(.goesOn(let step, _)): kept = step
    case .training(.allRows): (isLast, log) = (true, nil)
    case .training(.training(let report, _, _)):
      write(report.step, [("loss/train", report.loss), ("learning-rate", report.learningRate)])
    case .training(.measured(let measurement, _)):
      let alone = measurement.expertLoss.map { [("loss/choose, expert alone", $0)] } ?? []
      write(measurement.step, [("loss/choose", measurement.loss)] + alone)
    default: break
    }
  }

  private func write(_ step: Int, _ values: [(tag: String, value: Double)]) {
    guard !hasFailed, let version else { return }
    do {
      let place = folder.appendingPathComponent(version + (isLast ? "-all-rows" : ""))
        .appendingPathComponent(TensorBoardLog.fileName)
      let open = try log ?? TensorBoardLog(place, keepingTo: kept)
      (log, kept) = (open, nil)
      try open.append(step: step, values)
    } catch {
      hasFailed = true
      warn("warning: the curves for TensorBoard end here: \(error)")
    }
  }
}
