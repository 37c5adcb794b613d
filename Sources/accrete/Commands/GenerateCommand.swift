import ArgumentParser
import Decoder
import Files
import Foundation
import Generation
import Runs
import Templates
import Tokenization
import Torch

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Continue prompts, with the base or with a learned task's experts.",
    discussion: """
      --prompt TEXT is answered as it is written; with --chat it is one turn of a conversation, in the words of the base's own template. \
      --prompts FILE (- is standard input) has one JSON object on each line, {"prompt": TEXT} or {"messages": [{"role": …, "content": …}, …]}; all are \
      answered together, and each answer is a line {"text": …, "ids": […], "reason": "end", "stop" or "limit"}.
      """)

  @OptionGroup var base: BaseOptions
  @OptionGroup var expert: ExpertOptions
  @OptionGroup var sampling: SamplingOptions

  @Option(help: "The text to continue.")
  var prompt: String?

  @Option(help: "Prompts, one JSON object on each line; - is standard input.")
  var prompts: String?

  @Flag(help: "The prompt is a turn of a conversation: write it with the base's chat template.")
  var chat = false

  @Option(help: "With --chat: the system's turn before it.")
  var system: String?

  @Flag(help: "Print each answer as JSON.")
  var json = false

  func validate() throws {
    guard (prompt == nil) != (prompts == nil) else { throw ValidationError("Give --prompt or --prompts.") }
    guard prompts == nil || !chat else {
      throw ValidationError("--chat is for --prompt; in --prompts, lines with `messages` are conversations.")
    }
    guard system == nil || chat else { throw ValidationError("--system needs --chat.") }
  }

  func run() throws {
    try Failure.reported(memory: base.lessMemory(for: expert)) {
      let folder = try self.base.folder(for: expert)
      if self.base.base == nil, expert.run == nil, expert.expert == nil {
        let note = RegistryBase.note(besides: folder)
        if !note.isEmpty { Console.error("base \(EmbeddedResources.argument(for: folder.path).printable)\(note)") }
      }
      let base = try Base(folder: folder, on: self.base.apply(), precision: self.base.weights)
      for warning in base.warnings + base.computeWarnings { Console.error("warning: \(warning)") }
      let model = LanguageModel(base)
      let reader = PromptReader(model)
      let ids =
        try prompts.map { try reader.file($0) } ?? [reader.prompt(prompt ?? "", chat: chat, system: system)]
      let streams = prompts == nil && !json
      let own = try expert.selection(for: base.model, tokenizer: base.tokenizerDigest)?.inferenceExpert()
      let texts = try model.texts(
        DecodingSession.Request.samples(of: ids, options: sampling.options, expert: own), stops: sampling.stop
      ) { _, piece in
        if streams { try Console.stream(piece) }
        return true
      }
      if streams {
        try Console.output("")
      } else {
        for text in texts {
          try Console.output(String(decoding: try JSONFile.encode(text, pretty: false), as: UTF8.self))
        }
      }
    }
  }
}
