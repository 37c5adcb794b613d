import Files
import Foundation

/// Standard output for results, standard error for everything else; control characters of names and messages are spelled out.
enum Console {
  /// Prints a result.
  /// - Throws: `StandardDescriptors.Failure`.
  static func output(_ text: String) throws {
    try StandardDescriptors.write(Data((text.withoutControls + "\n").utf8), to: STDOUT_FILENO)
  }

  /// Says how far it is, or what went wrong; where standard error is closed the work goes on.
  static func error(_ text: String) {
    try? StandardDescriptors.write(Data((text.withoutControls + "\n").utf8), to: STDERR_FILENO)
  }
}
