import ArgumentParser
import Decoder
import Files
import Foundation
import Generation
import Registry
import Serving
import Streams
import TaskModels

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Answer texts with a task that the registry has learned.",
    discussion: """
      FILE is in any form that `learn` reads; its rows have text or prompt, with an id if you like. Standard input (- or nothing) has one JSON \
      object on each line, answered as it comes, or a whole table, array or packed file. Each answer is a line of JSON in the order of the rows, with the example as it came under "input". The task's own instruction, cue and labels are applied.
      A row that cannot be read has {"line": …, "error": …} in the place of its answer, the others are answered, and the command ends \
      with 65. Nothing is answered of a table of which no row can be read, or of JSONL that begins with a line that cannot.

      accrete predict texts.jsonl --task spam
      accrete predict texts.jsonl --route
      accrete predict --text "You have won a prize" --task spam@2
      """)

  @Argument(help: ArgumentHelp("The texts; - is standard input.", valueName: "file"))
  var file: String?

  @Option(help: "One text, instead of a file.")
  var text: String?

  @Option(
    help: "The task: NAME, NAME@VERSION or NAME:ALIAS. Default: the only one that is released.", completion: .versions)
  var task: String?

  @Flag(help: "Find the task of each text.")
  var route = false

  @OptionGroup var columns: ColumnOption
  @OptionGroup var registry: RegistryOptions
  @OptionGroup var base: TaskBaseOptions

  @Option(help: "Give the K most probable labels. Default: all.")
  var top: Int?

  @Option(help: "With --route, a text that no task claims: refuse (default), or base: the base continues it.")
  var unknown: UnknownAnswer?

  @Option(
    help:
      "Give no label where its probability is below this, 0 to 1; no labels where max(p, 1 − p) of the least certain one is."
  )
  var abstainBelow: Double?

  @OptionGroup var form: AnswerForm

  @Flag(help: "No warnings on standard error; what went wrong is told.")
  var quiet = false

  func validate() throws {
    guard !(route && task != nil) else { throw ValidationError("--route finds the task: leave --task out.") }
    guard unknown == nil || route else { throw ValidationError("--unknown is for --route.") }
    if let top, top < 1 { throw ValidationError("--top: at least 1.") }
    if let abstainBelow, !(0...1).contains(abstainBelow) { throw ValidationError("--abstain-below: 0 to 1.") }
  }

  func run() throws {
    try Failure.reported(memory: LessMemory.advice(weights: base.smallerForms(in: registry, answering: task))) {
      // Not earlier: the value behind a mistyped option would be taken for the file.
      try columns.requireAlone(file: file, text: text, askedOf: task == nil ? registry : nil)
      let opened = try registry.open(.reading)
      let predictor = try Predictor(
        opened, on: base.load(for: opened, answering: task, quiet: quiet), task: task, routes: route,
        unknown: unknown ?? .refuse)
      if abstainBelow != nil, predictor.writesAnswers {
        throw ValidationError("--abstain-below: this task writes its answers, which have no confidence; leave it out.")
      }
      // With --route it is known at the end which tasks have answered.
      func warn() {
        guard let abstainBelow, !quiet else { return }
        for warning in predictor.warnings(abstainBelow: abstainBelow) { Console.error("warning: \(warning)") }
      }
      if !route { warn() }
      defer { if route { warn() } }
      if let text {
        var writer = AnswerWriter(format: form.format ?? .json, top: top, abstainBelow: abstainBelow, isGiven: !route)
        writer.quiet = quiet
        for answer in try predictor.answers([RequestRow(text: text)]) { try writer.write(answer.get()) }
        return try writer.finish()
      }
      var lines = try RequestLines(
        file ?? StandardInput.name, columns: columns.names(), takesText: true, askedOf: task == nil ? opened : nil)
      var writer = AnswerWriter(
        format: form.format ?? .json, top: top, abstainBelow: abstainBelow, isGiven: !route, to: lines)
      writer.quiet = quiet
      try writer.write(all: &lines, by: predictor.answers)
    }
  }
}

/// What becomes of a text that no task claims.
enum UnknownAnswer: String, ExpressibleByArgument, CaseIterable { case refuse, base }
/// How answers are written.
enum AnswerFormat: String, ExpressibleByArgument, CaseIterable { case json, csv }

/// How a command writes its answers.
struct AnswerForm: ParsableArguments {
  @Option(help: "json (default: one object a line) or csv.")
  var format: AnswerFormat?

  @Flag(help: "The same as --format json.")
  var json = false

  func validate() throws {
    if json, format == .csv { throw ValidationError("--json and --format csv: give one of them.") }
  }
}

struct RouteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "route", abstract: "Tell which task texts belong to, and answer nothing.")

  @Argument(help: ArgumentHelp("The texts, as for `predict`; - is standard input.", valueName: "file"))
  var file: String?

  @Option(help: "One text, instead of a file.")
  var text: String?

  @OptionGroup var columns: ColumnOption
  @OptionGroup var registry: RegistryOptions
  @OptionGroup var base: TaskBaseOptions

  @OptionGroup var form: AnswerForm

  @Flag(help: "No warnings on standard error; what went wrong is told.")
  var quiet = false

  func run() throws {
    try Failure.reported(memory: LessMemory.advice(weights: base.smallerForms(in: registry))) {
      try columns.requireAlone(file: file, text: text)
      let opened = try registry.open(.reading)
      guard let current = try opened.currentRelease(), current.manifest.router != nil else {
        throw ServingError.nothingReleased(path: opened.url.path)
      }
      let loaded = try base.load(for: opened, quiet: quiet)
      // Behind the base, with which the number of threads is set: the router's sums are solved for, and their last bits depend on it.
      guard let router = try opened.router(of: current.manifest) else {
        throw ServingError.nothingReleased(path: opened.url.path)
      }
      func answers(_ rows: [RequestRow]) throws -> [RowAnswer] {
        let routes = try router.routes(rows.map(\.text), instructions: rows.map(\.instruction), on: loaded)
        return zip(rows, routes).map { RowAnswer(row: $0, route: $1) }
      }
      if let text {
        var writer = AnswerWriter(format: form.format ?? .json)
        writer.quiet = quiet
        for answer in try answers([RequestRow(text: text)]) { try writer.write(answer) }
        return try writer.finish()
      }
      var lines = try RequestLines(file ?? StandardInput.name, columns: columns.names(), takesText: true)
      var writer = AnswerWriter(format: form.format ?? .json, to: lines)
      writer.quiet = quiet
      try writer.write(all: &lines) { rows in try RequestLines.each(rows, answers) }
    }
  }
}
