import Files
public import Foundation

/// The URLs of a comparison's files.
///
/// ```
/// comparison.json     the job: cells, options, digests; written before the first cell
/// results.json        what all complete cells say together
/// report.txt          the same for people
/// cells/NAME.json     a complete cell's record; while it is not there the cell is not a result
/// cells/NAME/         its run, an ordinary run folder; may be gone when the record is there
/// cells/NAME.log      what its process said
/// lock                who works on it, while somebody does
/// ```
public struct ComparisonFolder: Sendable {
  public let url: URL

  /// Where a command is given: what kept paths are relative to.
  public static var here: URL { URL(fileURLWithPath: FileManager.default.currentDirectoryPath) }

  public init(_ url: URL) { self.url = url }

  public var comparison: URL { url.appendingPathComponent("comparison.json") }
  public var results: URL { url.appendingPathComponent("results.json") }
  public var report: URL { url.appendingPathComponent("report.txt") }
  public var lock: URL { url.appendingPathComponent("lock") }
  public var cells: URL { url.appendingPathComponent("cells") }

  public func run(_ cell: ComparisonCell) -> RunFolder { RunFolder(cells.appendingPathComponent(cell.name)) }
  public func result(_ cell: ComparisonCell) -> URL { cells.appendingPathComponent(cell.name + ".json") }
  public func log(_ cell: ComparisonCell) -> URL { cells.appendingPathComponent(cell.name + ".log") }

  /// Whether a cell's run folder is there, or something else in its place.
  public func hasRun(_ cell: ComparisonCell) -> Bool { FileManager.default.fileExists(atPath: run(cell).url.path) }

  /// Whether there is a comparison.
  public var exists: Bool { FileManager.default.fileExists(atPath: comparison.path) }

  /// Makes the folder, unless it is there and empty or holds a comparison.
  /// - Throws: ``ComparisonError/notAComparison(folder:)``: what somebody else has put there is never touched. `FileError`.
  public func create() throws {
    try requireOwn()
    try RunFolder.makeFolder(cells)
  }

  /// - Throws: ``ComparisonError/notAComparison(folder:)`` for a path where something else is.
  public func requireOwn() throws {
    guard !exists, FileManager.default.fileExists(atPath: url.path) else { return }
    // A start that was killed before it wrote comparison.json leaves these.
    let ours: Set = ["lock", "cells"]
    let names = try? FileManager.default.contentsOfDirectory(atPath: url.path)
    guard let names, names.allSatisfy({ ours.contains($0) || $0.hasSuffix(AtomicFile.partialSuffix) }) else {
      throw ComparisonError.notAComparison(folder: url.path)
    }
  }
}
