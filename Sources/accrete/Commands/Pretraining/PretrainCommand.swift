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
      lists its keys. When it is done, OUT/model is a Hugging Face folder. Signals are those of `train`; `accrete resume OUT` goes \
      on to the same bits.
      """)

  @Option(help: "YAML file of the run.")
  var config: String

  @Option(help: "Folder of the run; it must not exist yet.")
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

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    try Failure.reported {
      let url = URL(fileURLWithPath: absolute(config))
      var file = try PretrainingFile.read(url, replacing: settings)
      file.seed = seed ?? file.seed
      file.tokens = tokens ?? file.tokens
      file.rate = rate ?? file.rate
      file.threads = threads ?? file.threads
      let printer = PretrainingPrinter()
      Signals.listen()
      let run = try PretrainingRun.start(
        file.configuration(relativeTo: url.deletingLastPathComponent()), in: URL(fileURLWithPath: absolute(out)),
        report: printer.show)
      try run.run(requests: Signals.request)
      try PretrainingResult.show(run, json: json)
    }
  }
}

/// What `pretrain`, and `resume` of such a run, print at their end.
enum PretrainingResult {
  static func show(_ run: PretrainingRun, json: Bool) throws {
    let metrics = try run.metrics()
    guard !json else { return try Console.output(String(decoding: try JSONFile.encode(metrics), as: UTF8.self)) }
    let record = metrics.scaling
    let held = metrics.heldOut.last
    try Console.output(
      """
      parameters: \(record.parameters), of which a token passes through \(record.activatedParameters)
      tokens: \(record.tokens), \(Int(saturating: metrics.tokensPerSecond)) per second, seed \(record.seed)
      held-out loss: \(fixed(record.heldOutNatsPerToken, 4)) nats per token, \(fixed(record.heldOutBitsPerByte, 4)) bits per byte \
      (\(metrics.heldOutFormula); n = \(held?.tokens ?? 0) tokens)
      base: \(run.folder.model.path)
      """)
  }
}
