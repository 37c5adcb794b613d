import Comparing
import Files
import Foundation
import Records
import Runs

/// This program as the one in which a comparison runs.
struct CompareProgram: ComparisonProgram {
  let view: CompareView

  func arguments(_ configuration: RunConfiguration, out: RunFolder, program: String) throws -> [String] {
    try ["train"] + configuration.arguments() + ["--program", program, "--out", out.url.path]
  }

  func arguments(resuming run: RunFolder) -> [String] { ["resume", run.url.path] }

  func commandLine(_ arguments: [String]) -> String { "accrete " + shellWords(arguments) }

  func command(_ cell: ComparisonCell, of comparison: Comparison) throws -> String {
    try CompareReport.command(cell, of: comparison)
  }

  func write(_ comparison: Comparison, in folder: ComparisonFolder, reference: String?) throws -> ComparisonResults {
    try CompareReport.write(comparison, in: folder, reference: reference)
  }

  var stopsAsked: Int { Signals.stopsAsked }

  var stopSignal: Int32? { if case .stop(signal: let signal)? = Signals.request() { signal } else { nil } }

  func show(_ progress: ComparisonProgress) { view.show(progress) }
}
