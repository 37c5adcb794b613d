import Files
import Foundation

/// Where everything goes that is not a result.
enum StandardError {
  /// Writes a line. Where nobody reads, the server goes on.
  static func line(_ text: String) {
    try? StandardDescriptors.write(Data((text.withoutControls + "\n").utf8), to: STDERR_FILENO)
  }
}
