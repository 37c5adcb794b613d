import Files
public import Foundation

/// A named part of the text that a base learns from: files that are read in their order as one.
///
/// A file is `.jsonl`, one JSON object with a text on each line, or `.txt`, which is one document; either may be gzipped and
/// then ends in `.gz`.
public struct TextSource: Sendable, Equatable {
  /// What the shards of the source are called by, and its weights.
  public let name: String
  /// In the order in which they are read.
  public let files: [URL]
  /// The field of a row that has the text.
  public let field: String

  /// The field where nothing else is said.
  public static let defaultField = "text"

  /// The longest name; files add to it.
  static let longestName = 100

  /// - Parameters:
  ///   - name: 1 to 100 ASCII letters, digits, `.`, `_` and `-`, not starting with `.`.
  ///   - files: At least one.
  ///   - field: Of a row that has the text.
  /// - Throws: ``CorpusError/source(_:)``, ``CorpusError/file(_:)`` for a file whose name says nothing of what it holds.
  public init(name: String, files: [URL], field: String = defaultField) throws {
    guard PlainName.isPlain(name, longest: Self.longestName) else {
      throw CorpusError.source(
        .init(
          "source \(name.debugDescription)",
          expected:
            "a name of 1 to \(Self.longestName) ASCII letters, digits, \".\", \"_\", \"-\", not starting with \".\"",
          got: "another one", fix: "Rename the source; its files of tokens are called by it."))
    }
    guard !files.isEmpty else {
      throw CorpusError.source(
        .init("source \(name)", expected: "at least one file", got: "none", fix: "Name a .jsonl or .txt file for it."))
    }
    for file in files { _ = try TextFileKind(of: file) }
    self.name = name
    self.files = files
    self.field = field
  }

  /// Refuses sources that would share files: names count as the same if they differ only in case, as on many systems.
  ///
  /// - Throws: ``CorpusError/source(_:)``.
  static func requireDistinct(_ names: [String]) throws {
    guard !names.isEmpty else {
      throw CorpusError.source(
        .init("sources", expected: "at least one source", got: "none", fix: "Name a source and its files."))
    }
    var seen: Set<String> = []
    for name in names where !seen.insert(name.lowercased()).inserted {
      throw CorpusError.source(
        .init(
          "source \(name)", expected: "a name of its own", got: "the name of another source",
          fix: "Rename one of the two, or give the files of both to one; upper and lower case count as the same."))
    }
  }
}
