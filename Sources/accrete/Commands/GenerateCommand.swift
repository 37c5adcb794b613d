import ArgumentParser
import Decoder
import Foundation
import Runs
import Tokenization
import Torch

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Continue a prompt, with the base or with a learned task's experts.")

  @OptionGroup var base: BaseOptions
  @OptionGroup var expert: ExpertOptions

  @Option(help: "The text to continue.")
  var prompt: String

  @Option(help: "At most this many new tokens.")
  var maxTokens = 64

  @Option(help: "0: always the most probable token.")
  var temperature = 0.0

  @Option(help: "Seed of the sampling.")
  var seed: UInt64 = 0

  func run() throws {
    try Failure.reported {
      let base = try Base(folder: self.base.folder(), on: self.base.apply(), precision: self.base.weights)
      let ids = try base.tokenizer.encode(prompt, addSpecialTokens: true)
      var produced: [Int] = []
      var shown = ""
      _ = try base.model.generate(
        after: ids, options: GenerationOptions(maxTokens: maxTokens, temperature: temperature, seed: seed),
        experts: expert.selection(for: base.model, tokenizer: base.tokenizerDigest)
      ) { id in
        produced.append(id)
        let text = try base.tokenizer.decode(produced, skipSpecialTokens: true)
        // A character whose bytes are not all there yet decodes as U+FFFD: wait for the rest.
        if !text.hasSuffix("\u{FFFD}"), text.utf8.count > shown.utf8.count {
          Console.stream(String(decoding: Array(text.utf8.dropFirst(shown.utf8.count)), as: UTF8.self))
          shown = text
        }
        return true
      }
      let whole = try base.tokenizer.decode(produced, skipSpecialTokens: true)
      Console.output(String(decoding: Array(whole.utf8.dropFirst(shown.utf8.count)), as: UTF8.self))
    }
  }
}
