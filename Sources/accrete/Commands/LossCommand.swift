import ArgumentParser
import Decoder
import Files
import Foundation
import Generation
import Pretraining
import Reports
import Runs
import Torch

/// `accrete loss`: how well a base predicts text, in a unit that does not depend on its tokenizer.
struct LossCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loss",
    abstract: "Measure how well a base predicts text: nats per token and bits per byte.",
    discussion: """
      accrete loss --base DIR --text held-out.jsonl

      Each document is read behind the end token, in windows of --length tokens, and its own end token is predicted as well. \
      Bits per byte compare bases with different tokenizers on the same text.
      """)

  @OptionGroup var base: BaseOptions

  @Option(
    parsing: .upToNextOption,
    help: "Files: .jsonl with {\"text\"} rows or .txt, also gzipped; folders of them; patterns.")
  var text: [String]

  @Option(help: "Field of the rows that has the text.")
  var textField = TextSource.defaultField

  @Option(help: "Tokens of a window.")
  var length = 256

  @Option(
    help:
      "Of this share of the documents, chosen as `pretrain` holds them out: one document alone is cut by position. Default: of all."
  )
  var heldOut: Double?

  @Option(help: "At most this many tokens. Default: all.")
  var maxTokens: Int?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws {
    let memory = {
      LessMemory.advice(
        ["a smaller --length"],
        weights: LessMemory.forms(than: base.weights, of: try? base.folder(), device: base.device))
    }
    try Failure.reported(memory: memory()) {
      let device = try base.apply()
      let loaded = try Base(folder: base.folder(), on: device, precision: base.weights)
      for warning in loaded.warnings { Console.error("warning: \(warning)") }
      let files = try text.flatMap { try TextFiles.named(by: URL(fileURLWithPath: absolute($0))) }
      let source = try TextSource(name: "text", files: files, field: textField)
      let loss = try TextLoss(
        loaded, source: source, length: length, heldOut: heldOut.map { try HeldOutRule(share: $0) },
        maxTokens: maxTokens)
      guard !json else { return try Console.output(String(decoding: try JSONFile.encode(loss), as: UTF8.self)) }
      try Console.output(
        """
        \(fixed(loss.natsPerToken, 4)) nats per token (mean of −ln p, n = \(loss.tokens) tokens)
        \(fixed(loss.bitsPerByte, 4)) bits per byte (sum of −log2 p / bytes, n = \(loss.bytes) bytes of \(loss.documents) documents)
        """)
    }
  }
}
