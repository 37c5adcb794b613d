import Files
import Foundation

/// Standard output for results, standard error for everything else.
///
/// Lines hold names, labels and paths that somebody else has chosen: control characters in them are spelled out here, for all commands.
enum Console {
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) != 0 }

  /// Columns of the terminal behind standard error; 80 where it does not say.
  static var terminalWidth: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  static func output(_ text: String) { write(text.withoutControls + "\n", to: .standardOutput) }

  static func error(_ text: String) { write(text.withoutControls + "\n", to: .standardError) }

  /// Text without a line end, as it is generated: a file or another program gets it as it is, a terminal without control characters.
  static func stream(_ text: String) {
    write(isatty(STDOUT_FILENO) != 0 ? text.withoutControls : text, to: .standardOutput)
  }

  static func errorRaw(_ text: String) { write(text, to: .standardError) }

  // A closed pipe is the reader's decision, not an error of ours.
  private static func write(_ text: String, to handle: FileHandle) {
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
