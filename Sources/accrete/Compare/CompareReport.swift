import Files
import Foundation
import Records
import Reports
import Runs

/// What is made of the complete cells, at the start, after every cell and at the end: the one place where reports are written.
enum CompareReport {
  /// Writes `results.json`, `report.txt`, and `report.html`, `report.md` and `report.json` on
  /// those complete cells whose run folders are there, if there are any.
  /// - Throws: ``ComparisonError`` for a cell that is not of this comparison; `FileError`.
  @discardableResult
  static func write(
    _ comparison: Comparison, in folder: ComparisonFolder, reference: String?
  ) throws -> ComparisonResults {
    let results = try ComparisonResults(comparison, in: folder, reference: reference)
    try JSONFile.write(results, to: folder.results)
    try AtomicFile.write(ComparisonTable.render(results) + "\n", to: folder.report)
    let complete = runs(of: results, in: folder)
    if !complete.isEmpty { try RunReport.write(complete, to: folder.url) }
    return results
  }

  /// The run folders of the complete cells, as far as they are there.
  static func runs(of results: ComparisonResults, in folder: ComparisonFolder) -> [URL] {
    results.cells.filter { !$0.isFromRecord }.map { folder.run($0.cell).url }
  }

  /// Results on standard output.
  static func show(_ results: ComparisonResults, json: Bool) throws {
    try Console.output(
      json ? String(decoding: try JSONFile.encode(results), as: UTF8.self) : ComparisonTable.render(results))
  }

  /// The command that makes a cell's run again, in a folder of its own; given where the comparison was.
  static func command(_ cell: ComparisonCell, of comparison: Comparison) throws -> String {
    let arguments = try cell.configuration(comparison.configuration).arguments(pathsFrom: ComparisonFolder.here)
    return shellWords(["accrete", "train"] + arguments + ["--out", cell.name])
  }
}
