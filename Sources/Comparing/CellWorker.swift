import Files
import Foundation
import Records

/// A process that works on a cell: a child of this one, or one of an earlier start that has not ended yet.
///
/// A child's standard input is a pipe into which nothing is written. Its end is the end of this process, also by SIGKILL: then the
/// child writes a checkpoint and ends (`StarterOptions`).
final class CellWorker {
  let cell: ComparisonCell
  private let log: URL
  /// Bytes of the log before it began.
  private let logStart: UInt64
  /// `nil` for one that was left behind.
  private let child: Process?
  /// Open as long as this process works on the cell.
  private let lifeline = Pipe()

  var isChild: Bool { child != nil }

  /// Somebody else's child, which holds the cell's log.
  init(leftBehind cell: ComparisonCell, in folder: ComparisonFolder) {
    (self.cell, log, logStart, child) = (cell, folder.log(cell), 0, nil)
  }

  /// Starts the program on a cell.
  ///
  /// - Parameters:
  ///   - cell: Which.
  ///   - folder: Of the comparison.
  ///   - arguments: Of the program.
  ///   - program: Which is started again.
  ///   - handle: The cell's log, locked.
  /// - Throws: `FileError` where the log cannot be written, or the program cannot be started.
  init(
    _ cell: ComparisonCell, in folder: ComparisonFolder, arguments: [String], of program: any ComparisonProgram,
    log handle: FileHandle
  ) throws {
    (self.cell, log) = (cell, folder.log(cell))
    let process = Process()
    guard let executable = Bundle.main.executableURL else { throw FileError.notFound(path: "accrete") }
    process.executableURL = executable
    process.arguments = arguments + ["--stop-at-end-of-input"]
    process.standardInput = lifeline
    process.standardOutput = handle
    process.standardError = handle
    do {
      let line = "— \(Date().formatted(.iso8601))  \(program.commandLine(arguments))\n"
      try handle.write(contentsOf: Data(line.utf8))
      logStart = try handle.offset()
    } catch {
      throw FileError.notWritable(path: log.path, reason: error.localizedDescription)
    }
    do {
      try process.run()
    } catch {
      throw FileError.notReadable(path: executable.path, reason: "it cannot be started: \(error.localizedDescription)")
    }
    // From now on the child alone holds the lock.
    try? handle.close()
    child = process
  }

  /// - Throws: `FileError` where the log of a left process cannot be looked at.
  func isRunning() throws -> Bool {
    if let child { return child.isRunning }
    return try CellLog.take(log) == nil
  }

  /// Passes a signal on to a child. A process that was left behind belongs to nobody here.
  func send(_ signal: Int32) {
    if let child, child.isRunning { kill(child.processIdentifier, signal) }
  }

  /// What a child that ended without a result said, and its exit code.
  func failure() -> (message: String, code: Int32) {
    let defect = ErrorCategory.internal.exitCode
    guard let child, !child.isRunning else { return ("ended without a result", defect) }
    let said = CellLog.complaint(log, from: logStart)
    if child.terminationReason == .uncaughtSignal {
      let guess = child.terminationStatus == SIGKILL ? " (out of memory, or somebody killed it)" : ""
      return ("ended by signal \(child.terminationStatus)\(guess)", defect)
    }
    let code = child.terminationStatus
    return (said ?? "ended with exit code \(code) and said nothing", code == 0 ? defect : code)
  }
}
