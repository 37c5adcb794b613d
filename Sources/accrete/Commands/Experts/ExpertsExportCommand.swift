import ArgumentParser
import Files
import Foundation
import Generation
import Records
import Runs
import Torch

struct ExpertsExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a learned task as an adapter that PEFT reads.",
    discussion: """
      Exact for every method that serves a task with one plain LoRA expert. moe-cl becomes a static merge of the shared \
      and the task's expert at a fixed gate; how far that is from the run is measured and written beside it.
      """)

  @Argument(help: ArgumentHelp("Folder of the run.", valueName: "run"))
  var folder: String

  @Option(help: "A learned task of the run.")
  var task: String

  @Option(help: "The adapter's folder; it must not exist yet.")
  var out: String

  @Option(
    help: "moe-cl: the shared expert's weight, 0 to 1. Default: its mean in each layer, measured on the task's rows.")
  var gate: Double?

  @Option(help: "moe-cl: measure on these prompts, a text file of one a line. Default: the run's own rows of the task.")
  var prompts: String?

  @OptionGroup var base: BaseOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      try NoExperts.refuseRegistry(folder, task: task, out: out, expected: "the folder of a run")
      let output = URL(fileURLWithPath: absolute(out))
      guard !FileManager.default.fileExists(atPath: output.path) else {
        throw FileError.alreadyExists(path: output.path)
      }
      let url = URL(fileURLWithPath: absolute(folder))
      let configuration = try RunFolder(url).readManifest().configuration
      // The run's own base, wherever else the options would look.
      let home = try base.base.map { try EmbeddedResources.base($0) } ?? URL(fileURLWithPath: configuration.base)
      let loaded = try Base(
        folder: home, on: base.apply(), precision: base.weights ?? configuration.weights)
      for warning in loaded.warnings { Console.error("warning: \(warning)") }
      Console.error("reading \(task) of \(url.path)")
      let export = try StoredRun(url, model: loaded.model).export(
        task: task, base: loaded, gate: gate, prompts: prompts.map(lines))
      try export.write(to: output)
      if json {
        try Console.output(String(decoding: try JSONFile.encode(export.record), as: UTF8.self))
        return
      }
      let record = export.record
      try Console.output(
        "\(record.task) (\(record.method)): \(record.form.rawValue), rank \(record.rank), alpha \(record.alpha)")
      try Console.output(record.statement)
      for line in export.deviationLines { try Console.output(line) }
      try Console.output("adapter folder: \(output.path)")
    }
  }

  private func lines(_ path: String) throws -> [String] {
    let url = URL(fileURLWithPath: absolute(path))
    guard let text = String(validating: try MappedFile(url).data(), as: UTF8.self) else {
      throw FileError.notReadable(path: url.path, reason: "it is not UTF-8 text")
    }
    return text.split(whereSeparator: \.isNewline).map(String.init)
  }
}
