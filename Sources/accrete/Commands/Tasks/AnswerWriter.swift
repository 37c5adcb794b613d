import ArgumentParser
import Files
import Foundation
import Serving
import Streams
import TaskModels

/// Writes answers: a line of JSON each, or rows of CSV.
struct AnswerWriter {
  private let format: AnswerFormat
  /// Which labels are told.
  private let selection: LabelSelection
  /// Whether CSV begins with a byte order mark, without which Excel takes UTF-8 for another encoding.
  private let hasMark: Bool
  /// A spreadsheet reads best what it has written.
  private let separator: String
  /// Columns of a table that is answered, which stand behind ours.
  private let ownColumns: [String]
  /// Whether the task is given, so that columns of the route would be empty.
  private let isGiven: Bool
  private var hasHead = false
  /// Whether warnings are left out.
  var quiet = false
  /// Requests that came with an instruction that decided nothing.
  private var undecided = 0
  /// Requests that no task claims, and all that were routed.
  private var (unclaimed, routed) = (0, 0)
  /// Lines that could not be read: how many, and what was wrong with the first. A stream may have any number of them.
  private var (unread, firstProblem): (Int, String?) = (0, nil)

  /// - Parameter lines: What the answers are to; a table that Excel has written is answered as one that Excel reads.
  /// - Parameter isGiven: Whether the task is given: a table then has no columns of the route.
  init(
    format: AnswerFormat, top: Int? = nil, abstainBelow: Double? = nil, isGiven: Bool = false,
    to lines: RequestLines? = nil
  ) {
    self.isGiven = isGiven
    self.format = format
    selection = LabelSelection(top: top, abstainBelow: abstainBelow)
    hasMark = lines?.hasMark ?? false
    ownColumns = lines?.tableColumns ?? []
    separator = lines?.separator.map { String(UnicodeScalar($0)) } ?? ","
  }

  mutating func write(_ answer: RowAnswer) throws {
    if let route = answer.route {
      routed += 1
      if route.task == nil { unclaimed += 1 }
      if RoutingLine.decided(route, by: answer.row) == false { undecided += 1 }
    }
    switch format {
    // What may command a terminal is spelled out: it means the same in JSON.
    case .json: try Console.stream(json(answer).withoutControls + "\n")
    case .csv: try writeRow(try fields(answer) + cells(answer.row.columns, answer.row.cells))
    }
  }

  /// What a row has in the columns of its table, in their order: an empty id or split of it is left out.
  private func cells(_ columns: [String], _ cells: [String]) -> [String] {
    // Rows of one table share the array of names, so comparing them is mostly comparing storage.
    if columns == ownColumns { return cells }
    let cellsByColumn = Dictionary(zip(columns.map(ExactText.init), cells), uniquingKeysWith: { first, _ in first })
    return ownColumns.map { cellsByColumn[ExactText($0)] ?? "" }
  }

  /// The first line names the columns.
  private mutating func writeRow(_ fields: [String]) throws {
    if !hasHead {
      hasHead = true
      if hasMark { try Console.stream("\u{FEFF}") }
      try writeRow(columns + ownColumns.map { "input.\($0)" })
    }
    try Console.stream(fields.map(Self.quoted).joined(separator: separator) + "\r\n")
  }

  /// A line that asks for nothing that can be answered, instead of its answer.
  mutating func write(_ problem: RequestProblem) throws {
    unread += 1
    firstProblem = firstProblem ?? problem.text
    switch format {
    case .json:
      let line = ProblemLine(
        id: problem.id.map { AnswerLine.RowID(text: $0.text, isNumber: $0.isNumber) }, line: problem.line,
        error: problem.text)
      let text = String(decoding: try JSONFile.encode(line, pretty: false), as: UTF8.self)
      try Console.stream(text.withoutControls + "\n")
    case .csv:
      let known = ["line": "\(problem.line)", "id": problem.id?.text ?? "", "error": problem.text]
      try writeRow(columns.map { known[$0] ?? "" } + cells(problem.columns, problem.cells))
    }
  }

  private struct ProblemLine: Encodable {
    let id: AnswerLine.RowID?
    let line: Int
    let error: String
  }

  /// Answers all that is asked, and says what readers of the answers might miss.
  ///
  /// - Parameter body: Answers rows together, or says of each what is wrong with it.
  /// - Throws: Why there was no going on; `ExitCode` where rows could not be read.
  mutating func write(
    all lines: inout RequestLines, by body: ([RequestRow]) throws -> [Result<RowAnswer, any Error>]
  ) throws {
    do {
      while let batch = try lines.next() { try lines.write(batch, to: &self, by: body) }
    } catch let error as LostOutput {
      throw error
    } catch {
      tell()
      throw error
    }
    try finish()
  }

  /// Says what readers of the answers might miss.
  ///
  /// - Throws: `ExitCode` where lines could not be read.
  func finish() throws {
    tell()
    if unread > 0 { throw ExitCode(Failure.badData) }
  }

  private func tell() {
    if undecided > 0, !quiet {
      Console.error(
        "warning: \(RegistryText.count(undecided, "request")) came with an instruction that is not exactly that of one released task: the text decided (\"byInstruction\": false)"
      )
    }
    if unclaimed > 0, !quiet {
      Console.error(
        "\(unclaimed) of \(RegistryText.count(routed, "text")) \(unclaimed == 1 ? "is" : "are") claimed by no task: `accrete explain TEXT` says how far \(unclaimed == 1 ? "it is" : "they are") from each; --task NAME answers all the"
          + " same, and so does a request with the task's \"instruction\"")
    }
    if let firstProblem {
      Console.error("accrete: \(RegistryText.count(unread, "line")) could not be read, the first: \(firstProblem)")
    }
  }

  // MARK: JSON

  /// The line that all programs write, and behind it the example as it came.
  private func json(_ answer: RowAnswer) throws -> String {
    var line = AnswerLine(
      answer.row, task: answer.task, version: answer.version, baseText: answer.baseText, route: answer.route)
    if let known = answer.answer { line.take(known, labels: answer.labels, selection) }
    let (text, input) = (try line.json(), answer.row.json)
    return text == "{}" ? "{\"input\":\(input)}" : "\(text.dropLast()),\"input\":\(input)}"
  }

  // MARK: CSV

  private static let all = [
    "line", "id", "task", "version", "label", "abstained", "confidence", "answer", "unknown", "distance", "nearest",
    "routingConfidence", "byInstruction", "input", "error", "labels", "probabilities",
  ]

  private static let ofRoutes: Set = ["unknown", "distance", "nearest", "routingConfidence", "byInstruction"]

  private var columns: [String] { Self.all.filter { !isGiven || !Self.ofRoutes.contains($0) } }

  private func fields(_ answer: RowAnswer) throws -> [String] {
    let values = try allFields(answer)
    return zip(Self.all, values).filter { !isGiven || !Self.ofRoutes.contains($0.0) }.map(\.1)
  }

  /// What stands in each of ``all``.
  private func allFields(_ answer: RowAnswer) throws -> [String] {
    let isOne = answer.answer?.label != nil
    let isLabel = isOne || answer.answer?.labels != nil
    let abstains = selection.abstains(answer.answer)
    return [
      "\(answer.row.line)", answer.row.id ?? "", answer.task ?? answer.route?.task ?? "", answer.version ?? "",
      isOne && !abstains ? answer.answer?.text ?? "" : "",
      isLabel ? abstains ? "true" : "false" : "", answer.answer?.confidence.map { "\($0)" } ?? "",
      isLabel ? "" : answer.answer?.text ?? answer.baseText ?? "",
      answer.route.map { $0.task == nil ? "true" : "false" } ?? "", answer.route.map { "\($0.distance)" } ?? "",
      answer.route?.nearest ?? "", answer.route.flatMap { $0.task == nil ? nil : "\($0.confidence)" } ?? "",
      RoutingLine.decided(answer.route, by: answer.row).map { "\($0)" } ?? "", answer.row.text, "",
      abstains ? "" : Self.cell(answer),
      isLabel ? try probabilities(answer) : "",
    ]
  }

  /// As in JSON: labels and what they are called are of each task.
  private func probabilities(_ answer: RowAnswer) throws -> String {
    guard let known = answer.answer else { return "" }
    let ranked = selection.ranked(known, labels: answer.labels)
    return String(decoding: try JSONFile.encode(ranked, pretty: false), as: UTF8.self)
  }

  /// Several labels as `learn` reads them from a table.
  private static func cell(_ answer: RowAnswer) -> String {
    answer.answer?.labels.map { LabelSet($0.map { answer.labels[$0] }).cell } ?? ""
  }

  /// RFC 4180; a field that a spreadsheet would take for a formula is text to it with an apostrophe.
  private static func quoted(_ field: String) -> String {
    // Somebody may look at it in a terminal.
    let field = field.withoutControls
    // Blanks before it are passed over, and full-width signs count in some countries.
    let isFormula =
      field.unicodeScalars.first { $0 != " " && $0 != "\u{A0}" }.map { "=+-@\t\r＝＋－＠".unicodeScalars.contains($0) }
      ?? false
    let text = isFormula && Double(field) == nil ? "'" + field : field
    // Some countries' spreadsheets separate by semicolons.
    return text.unicodeScalars.contains { "\",;\t\r\n".unicodeScalars.contains($0) }
      ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
