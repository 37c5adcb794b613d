import Files
public import Foundation
public import Planning
import Records

/// A fitted scaling law as text, as a page and as JSON.
public struct ScalingReport: Sendable {
  public let fit: ScalingFit

  public init(_ fit: ScalingFit) { self.fit = fit }

  /// For a terminal: all tables and what must be known of them.
  public var text: String {
    let document = ReportDocument(fit)
    var parts = ["\(document.headline)\n\(document.subtitle)"]
    parts += document.warnings.map(\.text) + document.findings.map(\.text)
    for section in document.sections {
      for case .table(let table) in section.blocks { parts.append(SummaryText.render(table)) }
    }
    return parts.joined(separator: "\n\n")
  }

  /// One HTML file that needs nothing else: no script, no network.
  public var html: String { ReportPage(ReportDocument(fit)).text }

  /// Writes `scaling.html` and `scaling.json` into a folder, which is made if it is missing.
  /// - Throws: `FileError`.
  public func write(to folder: URL) throws {
    try RunFolder.makeFolder(folder)
    try AtomicFile.write(html, to: folder.appendingPathComponent("scaling.html"))
    try JSONFile.write(fit, to: folder.appendingPathComponent("scaling.json"))
  }
}
