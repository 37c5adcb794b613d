public import Decoder
public import Foundation
public import Templates
import Tokenization
public import Torch

/// A language model with its tokenizer and chat template: text in, text out.
///
/// ```swift
/// let model = try LanguageModel(folder: URL(filePath: "path/to/hf-model"))
/// print(try model.text(after: "The parcel").text)
/// print(try model.reply(to: [["role": .text("user"), "content": .text("Where is it?")]]).text)
/// ```
///
/// Experts are data that travels with a request: the model is the same for all of them.
public struct LanguageModel: Sendable {
  /// The base: model, tokenizer and folder.
  public let base: Base

  /// Loads a Hugging Face folder.
  ///
  /// - Parameter folder: With `config.json`, weights, and `tokenizer.json` or `hy.tiktoken`.
  /// - Parameter device: Where it is computed.
  /// - Parameter precision: How its matrices are held; `nil`: as the files have them.
  /// - Throws: `DecoderError`, `TokenizationError`.
  public init(folder: URL, on device: Device = .cpu, precision: WeightMatrix.Precision? = nil) throws {
    base = try Base(folder: folder, on: device, precision: precision)
  }

  /// - Parameter base: A base that is loaded already.
  public init(_ base: Base) { self.base = base }

  /// The tokens of a text, with those that the tokenizer puts around it.
  /// - Throws: `TokenizationError`.
  public func ids(of prompt: String) throws -> [Int] { try base.tokenizer.encode(prompt, addSpecialTokens: true) }

  /// The tokens of a conversation in the words of the model's own template, up to where the answer begins.
  ///
  /// - Parameter messages: Turns, each with `role` and `content`.
  /// - Parameter tools: Descriptions of functions, for templates that show them.
  /// - Parameter variables: What else the template reads.
  /// - Throws: `TemplateError`, also where the folder has no template; `TokenizationError`.
  public func ids(
    ofChat messages: [TemplateObject], tools: [TemplateValue] = [], variables: TemplateObject = TemplateObject()
  ) throws -> [Int] {
    // The template's text has its special tokens already.
    let text = try ChatTemplate(folder: base.folder).render(
      messages, addGenerationPrompt: true, tools: tools.isEmpty ? nil : tools, variables: variables)
    return try base.tokenizer.encode(text, addSpecialTokens: false)
  }

  /// Continues a text.
  ///
  /// - Parameter prompt: What it begins with.
  /// - Parameter options: How tokens are chosen, and how many at most.
  /// - Parameter expert: `nil` is the base.
  /// - Throws: `DecoderError`, `TokenizationError`, `TorchError`.
  public func text(
    after prompt: String, options: GenerationOptions = GenerationOptions(), expert: (any InferenceExpert)? = nil
  ) throws -> GeneratedText {
    try texts([DecodingSession.Request(ids(of: prompt), options: options, expert: expert)])[0]
  }

  /// Answers a conversation.
  ///
  /// - Parameter messages: Turns, each with `role` and `content`.
  /// - Parameter options: How tokens are chosen, and how many at most.
  /// - Parameter expert: `nil` is the base.
  /// - Throws: As ``text(after:options:expert:)``; `TemplateError`.
  public func reply(
    to messages: [TemplateObject], options: GenerationOptions = GenerationOptions(),
    expert: (any InferenceExpert)? = nil
  ) throws -> GeneratedText {
    try texts([DecodingSession.Request(ids(ofChat: messages), options: options, expert: expert)])[0]
  }

  /// Writes several texts together, each under its own expert.
  ///
  /// - Parameter requests: Prompts with their options and experts.
  /// - Parameter stops: Strings that end a text when they come; they are not part of it.
  /// - Parameter onText: Called with a request's number and the next piece of its text; false ends that text.
  /// - Throws: `DecoderError`, `TokenizationError`, `TorchError`.
  public func texts(
    _ requests: [DecodingSession.Request], stops: [String] = [],
    onText: (Int, String) throws -> Bool = { _, _ in true }
  ) throws -> [GeneratedText] {
    let session = TextSession(base.model, base.tokenizer)
    let numbers = try session.add(requests, stops: stops)
    var results: [Int: GeneratedText] = [:]
    while !session.isEmpty {
      for event in try session.step() {
        if let result = event.result { results[event.sequence] = result }
        guard !event.piece.isEmpty, try !onText(event.sequence, event.piece), event.result == nil else { continue }
        results[event.sequence] = session.cancel(event.sequence)
      }
    }
    return numbers.compactMap { results[$0] }
  }
}
