import Files
import Foundation
import Runs

/// Runs every cell of a comparison that has no result yet, some side by side, each in a process of its own.
///
/// All that is kept between two starts is on disk: a cell is done when its result is there, begun when its run has a manifest.
/// So the job can be killed at any moment, and the same command goes on.
final class CompareJob {
  private let comparison: Comparison
  private let folder: ComparisonFolder
  private let jobs: Int
  private let reference: String?
  private let view: CompareView
  private var done: Int
  private var waiting: [ComparisonCell]
  private var running: [CellWorker] = []
  private var failures: [(cell: ComparisonCell, message: String, code: Int32)] = []
  private var isStopping = false

  /// How long it sleeps between two looks at its children.
  private static let pause: UInt32 = 100_000

  /// - Parameters:
  ///   - comparison: begun in `folder`, of which the caller holds the lock.
  ///   - folder: of the comparison.
  ///   - jobs: cells side by side.
  ///   - reference: the method that the others are compared with in the report.
  ///   - printer: whom its progress is told.
  /// - Throws: ``ComparisonError`` for a cell whose result is not of this comparison.
  init(
    _ comparison: Comparison, in folder: ComparisonFolder, jobs: Int, reference: String?, _ printer: ProgressPrinter
  ) throws {
    (self.comparison, self.folder, self.jobs, self.reference) = (comparison, folder, jobs, reference)
    waiting = try comparison.cells.filter { try CellRecord.read($0, in: folder, of: comparison) == nil }
    done = comparison.cells.count - waiting.count
    view = CompareView(folder: folder, cells: comparison.cells.count, waiting: waiting, printer)
  }

  /// Works until nothing is left to do.
  /// - Returns: the results of all cells.
  /// - Throws: ``ComparisonError/failed(folder:cells:of:code:)``, ``ComparisonError/interrupted(folder:signal:done:of:)``.
  func run() throws -> ComparisonResults {
    try CompareReport.write(comparison, in: folder, reference: reference)
    if done > 0 {
      let gone = comparison.cells.count { !waiting.contains($0) && !folder.hasRun($0) }
      let records = gone > 0 ? ", \(gone) of them known from their records alone" : ""
      view.line(
        "\(done) of \(comparison.cells.count) cells are done already\(records)",
        LogEvent("known", ["done": done, "cells": comparison.cells.count, "fromRecords": gone]))
    }
    try waitForOthers()
    var asked = 0
    while !running.isEmpty || !waiting.isEmpty {
      if Signals.stopsAsked > asked {
        asked = Signals.stopsAsked
        stop(atOnce: asked > 1)
      }
      while running.count < jobs, !waiting.isEmpty { begin(waiting.removeFirst()) }
      try collect()
      view.show(running.map(\.cell), done: done, failed: failures.count, waiting: waiting)
      if !running.isEmpty { usleep(Self.pause) }
    }
    view.close()
    let results = try CompareReport.write(comparison, in: folder, reference: reference)
    if isStopping, case .stop(let signal) = Signals.request() {
      throw ComparisonError.interrupted(
        folder: folder.url.path, signal: signal, done: done, of: comparison.cells.count)
    }
    if let first = failures.first {
      throw ComparisonError.failed(
        folder: folder.url.path, cells: failures.map { "\($0.cell.name): \($0.message)" },
        of: comparison.cells.count, code: first.code)
    }
    return results
  }

  /// Cells whose process of an earlier start has not ended yet count as running: they are waited for.
  private func waitForOthers() throws {
    for cell in waiting where FileManager.default.fileExists(atPath: folder.log(cell).path) {
      guard try CellLog.take(folder.log(cell)) == nil else { continue }
      waiting.removeAll { $0 == cell }
      running.append(CellWorker(leftBehind: cell, in: folder))
      let holder = CellLog.holder(of: folder.run(cell))
      view.line(
        "\(cell.name): \(holder), of an earlier start, has not ended yet; waiting for it",
        LogEvent("waiting", ["cell": cell.name, "holder": holder]))
    }
  }

  private func begin(_ cell: ComparisonCell) {
    do {
      guard let log = try CellLog.take(folder.log(cell)) else {
        running.append(CellWorker(leftBehind: cell, in: folder))
        return
      }
      let run = folder.run(cell)
      let begun = FileManager.default.fileExists(atPath: run.manifest.path)
      let arguments =
        try begun
        ? ["resume", run.url.path]
        : ["train"] + cell.configuration(comparison.configuration).arguments()
          + ["--program", "\(comparison.program)", "--out", run.url.path]
      running.append(try CellWorker(cell, in: folder, arguments: arguments, log: log))
      view.line(
        "\(cell.name): \(begun ? "going on" : "begun")",
        LogEvent(begun ? "cellResumed" : "cellBegun", ["cell": cell.name]))
    } catch {
      fail(cell, "\(error)", Failure.code(error))
    }
  }

  private func stop(atOnce: Bool) {
    isStopping = true
    waiting = []
    for worker in running where !worker.isChild {
      view.line(
        "\(worker.cell.name): the process of an earlier start ends by itself",
        LogEvent("left", ["cell": worker.cell.name]))
    }
    running.removeAll { !$0.isChild }
    view.line(
      atOnce ? "stopping now" : "stopping after a checkpoint of each running cell; once more to stop now",
      LogEvent("stopping", ["atOnce": atOnce]))
    for worker in running { worker.send(atOnce ? SIGKILL : SIGTERM) }
  }

  /// Takes what processes that have ended have left.
  private func collect() throws {
    for worker in running where try !worker.isRunning() {
      running.removeAll { $0 === worker }
      let cell = worker.cell
      do {
        let command = try CompareReport.command(cell, of: comparison)
        if let record = try CellRecord(checking: cell, in: folder, of: comparison, command: command) {
          try record.write(to: folder.result(cell))
          done += 1
          try CompareReport.write(comparison, in: folder, reference: reference)
          let metrics = record.metrics.metrics
          let numbers = metrics.map { "\($0.name) \(String(format: "%+.4f", $0.value))" }
          view.line(
            "\(cell.name): done, \(numbers.joined(separator: "  "))",
            LogEvent(
              "cellDone", ["cell": cell.name, "metrics": Dictionary(metrics.map { ($0.name, $0.value) }) { $1 }]))
        } else if isStopping {
          let end = worker.failure()
          let isOurs = end.code == 128 + SIGTERM
          view.line(
            "\(cell.name): stopped" + (isOurs ? "" : ": \(end.message)"),
            LogEvent("cellStopped", ["cell": cell.name, "text": isOurs ? nil : end.message]))
        } else if worker.isChild {
          let failure = worker.failure()
          fail(cell, failure.message, failure.code)
        } else {
          waiting.insert(cell, at: 0)
        }
      } catch {
        fail(cell, "\(error)", Failure.code(error))
      }
    }
  }

  private func fail(_ cell: ComparisonCell, _ message: String, _ code: Int32) {
    failures.append((cell, message, code))
    view.line(
      "\(cell.name): FAILED: \(message)",
      LogEvent("cellFailed", ["cell": cell.name, "text": message, "code": code]))
  }
}
