import Files
public import Foundation
import Synchronization

/// Where the lines of the log go, one after the other.
public final class LogOutput: Sendable {
  private let descriptor: Int32
  /// How many lines could not be written. The lock also keeps lines whole: a pipe takes long ones in pieces.
  private let lostLines = Mutex(0)

  /// - Parameter descriptor: An open file; it stays open.
  public init(descriptor: Int32 = STDERR_FILENO) { self.descriptor = descriptor }

  /// How many lines could not be written: nobody reads them, or the disk is full.
  public var lost: Int { lostLines.withLock { $0 } }

  /// Writes a line.
  func write(_ line: String) {
    lostLines.withLock { lost in
      do {
        try StandardDescriptors.write(Data((line + "\n").utf8), to: descriptor)
      } catch {
        lost += 1
      }
    }
  }
}
