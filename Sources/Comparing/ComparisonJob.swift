import Files
import Foundation
import ModelConfiguration
public import Records
import Runs

/// Runs every cell of a comparison that has no result yet, some side by side, each in a process of its own.
///
/// All that is kept between two starts is on disk: a cell is done when its result is there, begun when its run has a manifest.
/// So the job can be killed at any moment, and the same command goes on.
public final class ComparisonJob {
  private let comparison: Comparison
  private let folder: ComparisonFolder
  private let jobs: Int
  private let reference: String?
  private let program: any ComparisonProgram
  private var done: Int
  private var waiting: [ComparisonCell]
  private var running: [CellWorker] = []
  private var failures: [(cell: ComparisonCell, message: String, code: Int32)] = []
  private var isStopping = false
  /// Whether cells were ended at once: by us, and not for want of memory.
  private var isKilling = false

  /// How long it sleeps between two looks at its children.
  private static let pause: UInt32 = 100_000

  /// - Parameters:
  ///   - comparison: Begun in `folder`, of which the caller holds the lock.
  ///   - folder: Of the comparison.
  ///   - jobs: Cells side by side.
  ///   - reference: The method that the others are compared with in the report.
  ///   - program: Runs the cells, and is told what happens.
  /// - Throws: `ComparisonError` for a cell whose result is not of this comparison.
  public init(
    _ comparison: Comparison, in folder: ComparisonFolder, jobs: Int, reference: String?,
    by program: any ComparisonProgram
  ) throws {
    (self.comparison, self.folder, self.jobs, self.reference) = (comparison, folder, jobs, reference)
    self.program = program
    waiting = try comparison.cells.filter { try CellRecord.read($0, in: folder, of: comparison) == nil }
    done = comparison.cells.count - waiting.count
  }

  /// Works until nothing is left to do.
  /// - Returns: The results of all cells.
  /// - Throws: `ComparisonError.failed(folder:cells:of:code:)`, `ComparisonError.interrupted(folder:signal:done:of:)`.
  public func run() throws -> ComparisonResults {
    try program.write(comparison, in: folder, reference: reference)
    if done > 0 {
      let gone = comparison.cells.count { !waiting.contains($0) && !folder.hasRun($0) }
      program.show(.known(done: done, of: comparison.cells.count, fromRecords: gone))
    }
    try waitForOthers()
    var asked = 0
    while !running.isEmpty || !waiting.isEmpty {
      if program.stopsAsked > asked {
        asked = program.stopsAsked
        stop(atOnce: asked > 1)
      }
      while running.count < jobs, !waiting.isEmpty { begin(waiting.removeFirst()) }
      try collect()
      program.show(.running(running.map(\.cell), done: done, failed: failures.count, waiting: waiting))
      if !running.isEmpty { usleep(Self.pause) }
    }
    program.show(.ended)
    let results = try program.write(comparison, in: folder, reference: reference)
    if isStopping, let signal = program.stopSignal {
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
      program.show(.waiting(cell, holder: CellLog.holder(of: folder.run(cell))))
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
        ? program.arguments(resuming: run)
        : program.arguments(configuration(of: cell), out: run, program: "\(comparison.program)")
      running.append(try CellWorker(cell, in: folder, arguments: arguments, of: program, log: log))
      program.show(begun ? .resumed(cell) : .begun(cell))
    } catch {
      fail(cell, "\(error)", ErrorCategory(of: error).exitCode)
    }
  }

  /// With what the comparison computes in, whatever this processor would take.
  private func configuration(of cell: ComparisonCell) -> RunConfiguration {
    var result = cell.configuration(comparison.configuration)
    result.compute = result.compute ?? .float32
    return result
  }

  private func stop(atOnce: Bool) {
    isStopping = true
    isKilling = atOnce
    waiting = []
    for worker in running where !worker.isChild { program.show(.left(worker.cell)) }
    running.removeAll { !$0.isChild }
    program.show(.stopping(atOnce: atOnce))
    for worker in running { worker.send(atOnce ? SIGKILL : SIGTERM) }
  }

  /// Takes what processes that have ended have left.
  private func collect() throws {
    for worker in running where try !worker.isRunning() {
      running.removeAll { $0 === worker }
      let cell = worker.cell
      do {
        let command = try program.command(cell, of: comparison)
        if let record = try CellRecord(checking: cell, in: folder, of: comparison, command: command) {
          try record.write(to: folder.result(cell))
          done += 1
          try program.write(comparison, in: folder, reference: reference)
          program.show(.done(cell, record.metrics.metrics))
        } else if isStopping {
          let end = worker.failure()
          program.show(.stopped(cell, reason: isKilling || end.code == 128 + SIGTERM ? nil : end.message))
        } else if worker.isChild {
          let failure = worker.failure()
          fail(cell, failure.message, failure.code)
        } else {
          waiting.insert(cell, at: 0)
        }
      } catch {
        fail(cell, "\(error)", ErrorCategory(of: error).exitCode)
      }
    }
  }

  private func fail(_ cell: ComparisonCell, _ message: String, _ code: Int32) {
    failures.append((cell, message, code))
    program.show(.failed(cell, message: message, code: code))
  }
}
