import Files
public import Foundation
import Records

/// A report on runs, and the files that hold it.
public struct RunReport: Sendable {
  public let summary: RunSummary

  /// Reads the runs' folders, finished or not; nothing in them is changed.
  ///
  /// - Throws: ``ReportError``; `RunError.notARun` or a `FileError` that names the file and what cannot be.
  public init(_ runs: [URL]) throws {
    summary = try RunSummary(runs.map(ReportedRun.init))
  }

  /// One HTML file that needs nothing else: no script, no network.
  public var html: String { ReportPage(ReportDocument(summary)).text }

  /// The same as Markdown.
  public var markdown: String { ReportMarkdown(ReportDocument(summary)).text }

  /// Writes `report.html`, `report.md` and `report.json` into a folder, which is made if it is missing.
  ///
  /// Each file is there whole or as it was. It may be a run's own folder, also while the run is going on: nothing
  /// else reads or writes these names.
  /// - Throws: `FileError`.
  public func write(to folder: URL) throws {
    try RunFolder.makeFolder(folder)
    try writeHTML(to: folder.appendingPathComponent("report.html"))
    try writeMarkdown(to: folder.appendingPathComponent("report.md"))
    try JSONFile.write(summary, to: folder.appendingPathComponent("report.json"))
  }

  /// Writes the page alone.
  /// - Throws: `FileError`.
  public func writeHTML(to file: URL) throws { try AtomicFile.write(html, to: file) }

  /// Writes the Markdown alone.
  /// - Throws: `FileError`.
  public func writeMarkdown(to file: URL) throws { try AtomicFile.write(markdown, to: file) }

  /// Reads runs' folders and writes a report on them: `report.html`, `report.md` and `report.json`.
  ///
  /// - Parameters:
  ///   - runs: Folders that `accrete train` wrote.
  ///   - folder: Where the three files go.
  /// - Returns: The report.
  /// - Throws: As ``init(_:)`` and ``write(to:)``.
  @discardableResult
  public static func write(_ runs: [URL], to folder: URL) throws -> RunReport {
    let report = try RunReport(runs)
    try report.write(to: folder)
    return report
  }
}
