import Files
import Foundation
import Generation
import Runs
import Templates
import Tokenization

/// Turns what a user wants answered into token ids.
struct PromptReader {
  private let model: LanguageModel

  init(_ model: LanguageModel) { self.model = model }

  private struct Line: Decodable {
    let prompt: String?
  }

  /// One prompt; with `chat` as a turn in the words of the base's template.
  func prompt(_ text: String, chat: Bool, system: String?) throws -> [Int] {
    guard chat else { return try model.ids(of: text) }
    func turn(_ role: String, _ content: String) -> TemplateObject {
      ["role": .text(role), "content": .text(content)]
    }
    let turns = (system.map { [turn("system", $0)] } ?? []) + [turn("user", text)]
    return try model.ids(ofChat: turns)
  }

  /// One line of a file of prompts; what is plain text is told how it becomes one.
  private func decoded(_ line: Data, at location: String) throws -> Line {
    do {
      return try JSONFile.decode(Line.self, from: line, path: location)
    } catch FileError.malformedJSON(let path, let reason)
      where line.first(where: { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }) != UInt8(ascii: "{")
    {
      throw FileError.malformedJSON(
        path: path,
        reason: reason
          + ". Each line is an object {\"prompt\": …}: lines of plain text become such by `jq -R '{prompt: .}'`; a text by itself is given as"
          + " --prompt.")
    }
  }

  /// The prompts of a file, one JSON object on each line; `-` is standard input.
  func file(_ path: String) throws -> [[Int]] {
    let isInput = path == StandardInput.name
    let data = isInput ? try StandardInput.read() : try JSONFile.contents(of: URL(fileURLWithPath: absolute(path)))
    let source = isInput ? "standard input" : absolute(path)
    var prompts: [[Int]] = []
    try data.forEachLine { number, line in
      guard !line.isEmpty else { return }
      let location = "\(source), line \(number)"
      if let text = try decoded(Data(line), at: location).prompt {
        prompts.append(try model.ids(of: text))
      } else {
        let request = try ChatRequest(json: Data(line), name: location)
        prompts.append(
          try model.ids(ofChat: request.messages, tools: request.tools ?? [], variables: request.variables))
      }
    }
    guard !prompts.isEmpty else { throw FileError.malformedJSON(path: source, reason: "it has no line") }
    return prompts
  }
}
