import ArgumentParser
import Files
import Foundation
import Pretraining
import Runs

struct PretrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pretrain",
    abstract: "Make a base from text: tokenizer, tokens, weights.",
    discussion: """
      accrete pretrain --config base.yaml --out runs/base
      accrete pretrain --config base.yaml --seed 1 --tokens 2000000 --out runs/base-1

      The YAML file names the model (a config.json), the sources of text and how it is trained; docs/pretraining.md \
      lists its keys. When it is done, OUT/model is a Hugging Face folder, and OUT/tensorboard has its curves. Signals are those of `train`; \
      `accrete resume OUT`, or before the first checkpoint the same command, goes on to the same bits.
      """)

  @Option(help: "YAML file of the run.")
  var config: String

  @Option(help: "Folder of the run; it must not exist yet, or hold the same run before its first checkpoint.")
  var out: String

  @Option(help: "Instead of the file's: seed of everything random.")
  var seed: UInt64?

  @Option(help: "Instead of the file's: tokens to learn from.")
  var tokens: Int?

  @Option(help: "Instead of the file's: peak of the learning rate.")
  var rate: Double?

  @Option(help: "Instead of the file's: threads of an operation. Default: all cores.")
  var threads: Int?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Any other key instead of the file's, as KEY=VALUE; may be repeated.", valueName: "key=value"))
  var settings: [String] = []

  @Flag(help: "Try the hardest steps, say what memory and time the run needs, and leave nothing behind.")
  var dryRun = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported(memory: PretrainingResult.lessMemory) {
      let url = URL(fileURLWithPath: absolute(config))
      var file = try PretrainingFile.read(url, replacing: settings)
      file.seed = seed ?? file.seed
      file.tokens = tokens ?? file.tokens
      file.rate = rate ?? file.rate
      file.threads = threads ?? file.threads
      let configuration = try file.configuration(relativeTo: url.deletingLastPathComponent())
      let place = URL(fileURLWithPath: absolute(out))
      if dryRun { return try PretrainingTrial.show(configuration, out: place, json: json) }
      let printer = PretrainingPrinter()
      Signals.listen()
      let run = try PretrainingRun.start(
        configuration, in: place, requests: Signals.request, report: printer.show)
      try run.run(requests: Signals.request)
      try PretrainingResult.show(run, json: json)
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
