import ArgumentParser
import Files
import Foundation
import Pretraining
import Records
import Runs
import Torch

struct PretrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretrain",
    abstract: "Make a base from text: tokenizer, tokens, weights.",
    discussion: """
      accrete pretrain --config base.yaml --out runs/base
      accrete pretrain --config base.yaml --seed 1 --tokens 2000000 --out runs/base-1

      The YAML file names the model (a config.json), the sources of text and how it is trained; docs/pretraining.md \
      lists its keys. When it is done, OUT/model is a Hugging Face folder, and OUT/tensorboard has its curves. Signals are those of `train`; \
      `accrete resume OUT`, or before the first checkpoint the same command, goes on bit-identically.
      """)

  @Option(help: "YAML file of the run.")
  var config: String

  @Option(
    help:
      "Folder of the run; it must not exist yet, or hold the same run before its first checkpoint. Needed here or in the file."
  )
  var out: String?

  /// Instead of the file's.
  @OptionGroup var flags: SettingFlags<PretrainingConfiguration>

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Any other key instead of the file's, as KEY=VALUE; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Flag(help: "Try the hardest steps, say what memory and time the run needs, and leave nothing behind.")
  var dryRun = false

  @OptionGroup var progress: ProgressOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    progress.begin()
    try Failure.reported(memory: PretrainingResult.lessMemory) {
      let url = URL(fileURLWithPath: absolute(config))
      let call = try InvocationFile.read(url, besides: PretrainingFile.keys, replacing: settings)
      let printer = PretrainingPrinter(try progress.with(call))
      for (key, value) in [("program", call.program), ("tensorboard", call.tensorboard)] {
        guard let value else { continue }
        throw RunError.invalidConfiguration(key: key, got: value.printable, allowed: "only in `accrete train`")
      }
      let configuration = try configuration(PretrainingFile.read(url, replacing: settings), of: url)
      let output = URL(fileURLWithPath: try call.outputFolder(out))
      let json = json || call.json == true
      if dryRun || call.dryRun == true { return try PretrainingTrial.show(configuration, out: output, json: json) }
      Signals.listen()
      let run = try PretrainingRun.start(
        configuration, in: output, requests: Signals.request, report: printer.show)
      try run.run(requests: Signals.request)
      try PretrainingResult.show(run, json: json)
    }
  }

  /// Paths mean what they mean on the command line.
  private func configuration(_ file: PretrainingFile, of url: URL) throws -> PretrainingConfiguration {
    func check(_ key: String, _ path: String?) throws {
      if let path { _ = try PathInFile.absolute(path, key: key, of: url) }
    }
    let flags = try flags.values()
    func configuration(_ folder: URL) throws -> PretrainingConfiguration {
      try file.configuration(relativeTo: folder, flags: flags, threads: DefaultThreads.asked)
    }
    try check("model", file.model.string)
    try check("base", file.base)
    try check("tokenizer", file.tokenizer)
    for path in file.sources.values.flatMap({ $0 }) { try check("sources", path) }
    do {
      return try configuration(URL(fileURLWithPath: absolute(".")))
    } catch {
      // Earlier versions meant them from the file's folder.
      guard (try? configuration(url.deletingLastPathComponent())) != nil else { throw error }
      throw RunError.invalidConfiguration(
        key: url.path.printable, got: "paths that are meant from the file's own folder",
        allowed: "paths from the folder in which the command is given, as on the command line (\(error))")
    }
  }
}

/// What `pretrain`, and `resume` of such a run, print at their end.
enum PretrainingResult {
  /// What a run that does not fit into memory can be given.
  static let lessMemory =
    "Use a smaller micro-batch (--set micro-batch=N), sequence-length or model; accrete pretrain --dry-run says what fits."

  static func show(_ run: PretrainingRun, json: Bool) throws {
    let metrics = try run.metrics()
    guard !json else { return try Console.output(String(decoding: try JSONFile.encode(metrics), as: UTF8.self)) }
    let loss = metrics.heldOut.last.map {
      "\(fixed($0.natsPerToken, 4)) nats per token, \(fixed($0.bitsPerByte, 4)) bits per byte (\(metrics.heldOutFormula); \($0.extent))"
    }
    try Console.output(
      """
      parameters: \(run.manifest.parameters), of which a token passes through \(run.manifest.activatedParameters)
      tokens: \(metrics.tokens ?? 0), \(fixed(metrics.tokensPerSecond, 0)) per second, seed \(run.configuration.seed)
      held-out loss: \(loss ?? "not measured (held-out: 0)")
      base: \(run.folder.model.path)
      """)
  }
}
