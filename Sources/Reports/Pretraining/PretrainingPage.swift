import Files
public import Foundation
import Records

/// A report on pretraining runs, and the files that hold it.
public struct PretrainingPage: Sendable {
  public let runs: [PretrainedRun]

  /// Reads the runs' folders, finished or not; nothing in them is changed.
  /// - Throws: `RunError`, `FileError`.
  public init(_ runs: [URL]) throws { self.runs = try runs.map(PretrainedRun.init) }

  public var html: String { ReportPage(ReportDocument(runs)).text }
  public var markdown: String { ReportMarkdown(ReportDocument(runs)).text }

  /// Writes `report.html`, `report.md` and `report.json` into a folder, which is made if it is missing.
  /// - Throws: `FileError`.
  public func write(to folder: URL) throws {
    try RunFolder.makeFolder(folder)
    try AtomicFile.write(html, to: folder.appendingPathComponent("report.html"))
    try AtomicFile.write(markdown, to: folder.appendingPathComponent("report.md"))
    try JSONFile.write(runs, to: folder.appendingPathComponent("report.json"))
  }
}
