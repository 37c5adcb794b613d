public import Files
import Foundation
import Torch

/// Which program this is.
public enum ProgramCode {
  /// What a program's code is known by.
  public struct Identity: Sendable, Equatable {
    public let digest: Digest
    public let basis: Basis
  }

  /// What a digest is of.
  public enum Basis: Sendable, Equatable {
    /// The sources and the compiler, by a statement that was made when the program was built.
    case sources(SourcesStatement)
    /// The program's file alone, and why there is no usable statement.
    case file(reason: String)
  }

  /// Identifies the code that this process runs.
  ///
  /// Where the build left a ``SourcesStatement`` beside the program, and it names the files that run, it is the digest of sources,
  /// dependencies and compiler. Two builds of the same sources then agree. Otherwise it is the SHA-256 of the program's file, which differs
  /// for every build. Neither covers libtorch or the Swift runtime; every run records libtorch's version separately.
  /// - Throws: `FileError` where the file cannot be read.
  public static func digest() throws -> Digest { try identity().digest }

  /// The same with what it is of.
  /// - Throws: `FileError` where the file cannot be read.
  public static func identity() throws -> Identity { try own.get() }

  private static let own = Result {
    // Loads the library, so that the one that is used can be found.
    _ = TorchRuntime.version
    let beside = (Bundle.main.executableURL ?? URL(fileURLWithPath: "/proc/self/exe")).resolvingSymlinksInPath()
      .deletingLastPathComponent()
    return try identity(
      of: file(), library: TorchRuntime.library, statement: beside.appendingPathComponent(SourcesStatement.fileName))
  }

  /// Identifies a program by its files.
  ///
  /// - Parameters:
  ///   - program: The program's file.
  ///   - library: The library that it has loaded; `nil`: none.
  ///   - statement: Where the statement is, if there is one.
  /// - Throws: `FileError` where the program cannot be read.
  static func identity(of program: URL, library: URL?, statement: URL) throws -> Identity {
    let own = try Digest(ofFile: program)
    func file(_ reason: String) -> Identity { Identity(digest: own, basis: .file(reason: reason)) }
    let stated: SourcesStatement
    do {
      guard
        let found = try OptionalFile.read({
          try JSONFile.read(SourcesStatement.self, from: statement, limit: 1 << 16)
        })
      else { return file("\(statement.path) is missing") }
      stated = found
    } catch {
      return file("\(error)")
    }
    guard stated.program == own else {
      return file("\(statement.path) is of another program, \(stated.program)")
    }
    guard let library else { return file("\(SourcesStatement.libraryName) is not loaded") }
    guard let loaded = try? Digest(ofFile: library), loaded == stated.library else {
      return file("\(statement.path) is of another \(SourcesStatement.libraryName) than \(library.path)")
    }
    return Identity(digest: stated.code, basis: .sources(stated))
  }

  /// What runs, also when another file has taken its name since.
  private static func file() throws -> URL {
    let running = URL(fileURLWithPath: "/proc/self/exe")
    if FileManager.default.fileExists(atPath: running.path) { return running }
    guard let named = Bundle.main.executableURL else { throw FileError.notFound(path: running.path) }
    return named
  }
}
