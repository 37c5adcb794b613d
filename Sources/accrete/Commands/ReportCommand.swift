import ArgumentParser
import Files
import Foundation
import Records
import Reports
import Runs

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show runs, or a comparison, also while they are going on: as text, as a page and as Markdown.",
    discussion: """
      Writes report.html (one file, no script, nothing from elsewhere), report.md and report.json: for one run into its folder, \
      for several into --out. Runs are put together by method; those of several orders and seeds become a mean and a standard \
      deviation. Unfinished runs stand apart from the results.
      """)

  @Argument(help: ArgumentHelp("Folders of runs, or one of a comparison.", valueName: "run"))
  var folders: [String]

  @Option(help: "Folder for report.html, report.md and report.json. Default: that of the run, if it is one.")
  var out: String?

  @Option(help: "Write only the page, to this file.")
  var html: String?

  @Option(help: "Write only the Markdown, to this file.")
  var markdown: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  private struct Result: Encodable {
    let matrix: MatrixFile?
    /// `nil`: the run has no legacy column.
    let legacy: MatrixFile?
    let metrics: RunMetrics?
  }

  func validate() throws {
    guard out == nil || (html == nil && markdown == nil) else {
      throw ValidationError("--out is instead of --html and --markdown: it writes both, and report.json.")
    }
  }

  func run() throws {
    try Failure.reported {
      let urls = folders.map { URL(fileURLWithPath: absolute($0)) }
      if let several = urls.first.map(ComparisonFolder.init), urls.count == 1, several.exists {
        return try show(several)
      }
      if urls.contains(where: { RunFolder($0).isPretraining }) { return try showPretraining(urls) }
      let report = try RunReport(urls)
      guard urls.count == 1 || out != nil || html != nil || markdown != nil else {
        throw ReportError.noFolder(runs: urls.count)
      }
      if urls.count == 1, let url = urls.first {
        try show(RunFolder(url))
      } else {
        try Console.output(
          json
            ? String(decoding: try JSONFile.encode(report.summary), as: UTF8.self)
            : SummaryText.render(report.summary))
      }
      try write(report, urls)
    }
  }

  /// Pretraining runs: their held-out losses, and a report with curves and the experts' loads.
  private func showPretraining(_ urls: [URL]) throws {
    let page = try PretrainingPage(urls)
    guard urls.count == 1 || out != nil || html != nil || markdown != nil else {
      throw ReportError.noFolder(runs: urls.count)
    }
    if json {
      try Console.output(String(decoding: try JSONFile.encode(page.runs), as: UTF8.self))
    } else {
      for run in page.runs {
        let loss = run.heldOut.last.map {
          "\(fixed($0.natsPerToken, 4)) nats per token, \(fixed($0.bitsPerByte, 4)) bits per byte held out (\($0.extent))"
        }
        try Console.output(
          "\(run.name): \(run.steps) of \(run.manifest.steps + run.manifest.longSteps) steps, \(loss ?? "nothing measured")"
        )
      }
    }
    try write(
      urls, html: { try AtomicFile.write(page.html, to: $0) },
      markdown: { try AtomicFile.write(page.markdown, to: $0) },
      folder: page.write)
  }

  /// A comparison: its table, and a report on the cells that are complete.
  private func show(_ folder: ComparisonFolder) throws {
    let results = try ComparisonResults(Comparison.read(folder), in: folder)
    try CompareReport.show(results, json: json)
    let complete = CompareReport.runs(of: results, in: folder)
    if !results.fromRecords.isEmpty {
      let rest = complete.isEmpty ? "none is written" : "without these cells"
      Console.error(
        "report: the page shows run folders, which \(results.fromRecords.count) of \(results.cells.count) cells no longer have: \(rest)"
      )
    }
    guard !complete.isEmpty else { return }
    try write(RunReport(complete), [folder.url])
  }

  /// One run: its matrix, metrics and costs.
  private func show(_ run: RunFolder) throws {
    let manifest = try run.readManifest()
    // Both are missing until the run has scored for the first time.
    let (matrix, legacy, metrics) = (try run.readMatrix(), try run.readLegacyMatrix(), try run.readMetrics())
    if try !run.isSealed() {
      Console.error(
        "warning: \(run.url.path): an earlier version made this run: changes of its files would not be noticed")
    }
    if json {
      try Console.output(
        String(decoding: try JSONFile.encode(Result(matrix: matrix, legacy: legacy, metrics: metrics)), as: UTF8.self))
      return
    }
    for file in [matrix, legacy].compactMap(\.self) { try Console.output(try ScoreTable.render(file, of: manifest)) }
    if let metrics { try Console.output(MetricLines.render(metrics)) }
    try Console.output("learned \(metrics?.tasksLearned ?? 0) of \(manifest.tasks.count) tasks")
  }

  /// Results go to standard output, so where the files are is said on standard error.
  private func write(_ report: RunReport, _ runs: [URL]) throws {
    try write(runs, html: report.writeHTML, markdown: report.writeMarkdown, folder: report.write)
  }

  /// Writes what was asked for, or both pages into the folder.
  private func write(
    _ runs: [URL], html writeHTML: (URL) throws -> Void, markdown writeMarkdown: (URL) throws -> Void,
    folder writeFolder: (URL) throws -> Void
  ) throws {
    let page = html.map { URL(fileURLWithPath: absolute($0)) }
    let text = markdown.map { URL(fileURLWithPath: absolute($0)) }
    if let page { try writeHTML(page) }
    if let text { try writeMarkdown(text) }
    if let named = [page, text].compactMap({ $0?.path }).first {
      Console.error("report: \(named)")
      return
    }
    guard let folder = out.map({ URL(fileURLWithPath: absolute($0)) }) ?? runs.first else { return }
    try writeFolder(folder)
    Console.error("report: \(folder.appendingPathComponent("report.html").path)")
  }
}
