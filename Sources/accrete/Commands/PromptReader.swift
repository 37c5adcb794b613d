import Files
import Foundation
import Runs
import Templates
import Tokenization

/// Turns what a user wants answered into token ids.
struct PromptReader {
  private let base: Base

  init(_ base: Base) { self.base = base }

  private struct Line: Decodable {
    let prompt: String?
  }

  /// One prompt; with `chat` as a turn in the words of the base's template.
  func prompt(_ text: String, chat: Bool, system: String?) throws -> [Int] {
    guard chat else { return try base.tokenizer.encode(text, addSpecialTokens: true) }
    func turn(_ role: String, _ content: String) -> TemplateObject {
      ["role": .text(role), "content": .text(content)]
    }
    let turns = (system.map { [turn("system", $0)] } ?? []) + [turn("user", text)]
    return try conversation(turns, [], TemplateObject())
  }

  /// The prompts of a file, one JSON object on each line.
  func file(_ path: String) throws -> [[Int]] {
    let lines = try JSONFile.contents(of: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n"))
    guard !lines.isEmpty else { throw FileError.malformedJSON(path: path, reason: "it has no line") }
    return try lines.enumerated().map { number, line in
      let place = "\(path), line \(number + 1)"
      if let text = try JSONFile.decode(Line.self, from: Data(line), path: place).prompt {
        return try base.tokenizer.encode(text, addSpecialTokens: true)
      }
      let request = try ChatRequest(json: Data(line), name: place)
      return try conversation(request.messages, request.tools ?? [], request.variables)
    }
  }

  /// The template's text has its special tokens already.
  private func conversation(
    _ messages: [TemplateObject], _ tools: [TemplateValue], _ variables: TemplateObject
  ) throws -> [Int] {
    let text = try ChatTemplate(folder: base.folder).render(
      messages, addGenerationPrompt: true, tools: tools.isEmpty ? nil : tools, variables: variables)
    return try base.tokenizer.encode(text, addSpecialTokens: false)
  }
}
