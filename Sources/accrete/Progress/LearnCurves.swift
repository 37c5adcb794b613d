import Evolution
import Foundation
import Learning
import Records
import Registry
import TaskModels

/// The curves of one `learn`: its training in the folder `NAME@VERSION`, the last one on all rows in `NAME@VERSION-all-rows`.
final class LearnCurves {
  private let writer: CurveWriter
  private let registry: Registry
  /// The version that is made, from when its rows are known.
  private var version: String?
  private var isLast = false

  /// - Throws: `FileError` where the folder cannot be made.
  init(in folder: URL, _ registry: Registry) throws {
    guard !(folder.standardizedFileURL.path + "/").hasPrefix(registry.url.standardizedFileURL.path + "/") else {
      throw RegistryError.invalid(
        what: "--tensorboard", got: folder.path, expected: "a folder outside of the registry",
        fix: "Name another one.")
    }
    writer = try CurveWriter(in: folder)
    self.registry = registry
  }

  func show(_ progress: EvolutionProgress) {
    switch progress {
    case .rows(let rows):
      // A task that is not known yet has no versions.
      let newest = try? registry.versions(named: rows.task).last?.number
      version = "\(rows.task)@\((newest ?? 0) + 1)"
    case .training(.allRows): isLast = true
    case .training(.training(let report, _, _)):
      write(
        report.step, [("loss/train", report.loss), ("learning-rate", report.learningRate)], keepingTo: report.step - 1)
    case .training(.measured(let measurement, _)):
      let alone = measurement.expertLoss.map { [("loss/choose, expert alone", $0)] } ?? []
      // Before the first step nothing of this training is there.
      let kept = measurement.step > 0 ? measurement.step : nil
      write(measurement.step, [("loss/choose", measurement.loss)] + alone, keepingTo: kept)
    default: break
    }
  }

  /// Says so where there were no steps.
  func finish() {
    if !writer.hasWritten {
      writer.removeEmpty()
      Console.error("--tensorboard: no curves were written, as a closed-form head alone has no steps of training")
    }
  }

  private func write(_ step: Int, _ values: [(tag: String, value: Double)], keepingTo kept: Int?) {
    guard let version else { return }
    writer.write(step, values, to: version + (isLast ? "-all-rows" : ""), keepingTo: kept)
  }
}
