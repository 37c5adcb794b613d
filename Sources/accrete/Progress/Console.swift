import Files
import Foundation
import Synchronization

/// Standard output for results, standard error for everything else.
///
/// A result that does not arrive is an error of the command: it ends quietly where nobody reads any more, and with a complaint where
/// writing fails. What goes to standard error tells how far the work is; where that is closed or full, the work goes on.
/// Lines hold names, labels and paths that somebody else has chosen: control characters in them are spelled out here, for all commands.
enum Console {
  private static let errorsAreJSON = Atomic<Bool>(false)
  private static let outputIsClosed = Atomic<Bool>(false)
  private static let hasLostOutput = Atomic<Bool>(false)

  /// Whether standard error is for programs.
  static var writesErrorsAsJSON: Bool { errorsAreJSON.load(ordering: .relaxed) }

  /// From now on every line of standard error is an object of JSON.
  static func writeErrorsAsJSON() { errorsAreJSON.store(true, ordering: .relaxed) }

  /// Whoever started this process has closed standard output: `accrete list >&-`.
  static func loseOutput() { outputIsClosed.store(true, ordering: .relaxed) }

  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) != 0 }

  /// Columns of the terminal behind standard error; 80 where it does not say.
  static var terminalWidth: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// Prints a line.
  /// - Throws: ``LostOutput``.
  static func output(_ text: String) throws(LostOutput) { try write(text.withoutControls + "\n") }

  /// Prints text without a line end, as it is generated: a file or another program gets it as it is, a terminal without control characters.
  /// - Throws: ``LostOutput``.
  static func stream(_ text: String) throws(LostOutput) {
    try write(isatty(STDOUT_FILENO) != 0 ? text.withoutControls : text)
  }

  static func error(_ text: String) {
    guard !writesErrorsAsJSON else { return log(LogEvent(text: text)) }
    errorRaw(text.withoutControls + "\n")
  }

  /// Writes an event to standard error.
  static func log(_ event: LogEvent) { errorRaw(event.line().withoutControls + "\n") }

  static func errorRaw(_ text: String) {
    try? StandardDescriptors.write(Data(text.utf8), to: STDERR_FILENO)
  }

  /// Closes standard output, for good: a file system may say only now that it has lost what it took.
  /// - Parameter isNeeded: Whether what was printed is the command's result; of a training it is in its files.
  /// - Throws: ``LostOutput``.
  static func finish(isNeeded: Bool) throws(LostOutput) {
    if isNeeded, hasLostOutput.load(ordering: .relaxed) { throw LostOutput(StandardDescriptors.Failure(code: EBADF)) }
    do { try StandardDescriptors.close(STDOUT_FILENO) } catch { throw LostOutput(error) }
  }

  private static func write(_ text: String) throws(LostOutput) {
    if outputIsClosed.load(ordering: .relaxed) { hasLostOutput.store(true, ordering: .relaxed) }
    do { try StandardDescriptors.write(Data(text.utf8), to: STDOUT_FILENO) } catch { throw LostOutput(error) }
  }
}

/// Why results did not reach standard output.
struct LostOutput: AccreteError {
  private let cause: StandardDescriptors.Failure

  init(_ cause: StandardDescriptors.Failure) { self.cause = cause }

  var category: ErrorCategory { cause.category }

  /// Nobody reads any more, which is the reader's decision (`accrete … | head`).
  var isReadersDecision: Bool { cause.code == EPIPE }

  var description: String {
    guard cause.code != EBADF else {
      return
        "standard output cannot be written: it is closed, and what this command prints is its result. Open it, or send it to a file."
    }
    return
      "standard output cannot be written: \(cause.reason). What was printed before is not all of it: free some space there, or send it"
      + " elsewhere. What the command wrote into a run's folder or a registry stays there; what only prints can be run again."
  }
}
