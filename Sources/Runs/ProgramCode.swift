public import Files
import Foundation

/// Which program this is.
public enum ProgramCode {
  /// SHA-256 of the file that this process runs.
  ///
  /// The file holds all of our code, the C++ part and the Swift packages included, so that equal digests mean equal code. It does
  /// not hold libtorch, whose version every run records beside it, nor the Swift runtime. The reverse does not hold: the same
  /// sources, built with another toolchain, other options or in another folder, give another file, and count as another program.
  /// - Throws: `FileError` where the file cannot be read.
  public static func digest() throws -> Digest { try own.get() }

  private static let own = Result { try Digest(ofFile: file()) }

  /// What runs, also when another file has taken its name since.
  private static func file() throws -> URL {
    let running = URL(fileURLWithPath: "/proc/self/exe")
    if FileManager.default.fileExists(atPath: running.path) { return running }
    guard let named = Bundle.main.executableURL else { throw FileError.notFound(path: running.path) }
    return named
  }
}
