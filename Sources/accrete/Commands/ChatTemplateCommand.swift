import ArgumentParser
import Files
import Foundation
import Templates

struct ChatTemplateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat-template", abstract: "Write a conversation as the base model was trained to read it.",
    discussion: """
      Reads JSON on standard input: {"messages": [{"role": …, "content": …}, …], "add_generation_prompt": true, "tools": […]}; \
      all other keys are variables of the template, such as "enable_thinking". The text is printed as it is, without a \
      line end behind it. It holds the special tokens already: tokenize it without adding any (`accrete tokenize`).
      """)

  @OptionGroup var base: BaseOptions

  @Flag(help: "Print the text and the digest of the template as JSON.")
  var json = false

  private struct Result: Encodable {
    let text: String
    let digest: String
  }

  func run() throws {
    try Failure.reported {
      let template = try ChatTemplate(folder: base.folder())
      let request = try ChatRequest(json: try StandardInput.read(), name: "standard input")
      let text = try template.render(
        request.messages, addGenerationPrompt: request.addGenerationPrompt, tools: request.tools,
        variables: request.variables)
      if json {
        let result = Result(text: text, digest: template.digest.description)
        try Console.output(String(decoding: try JSONFile.encode(result, pretty: false), as: UTF8.self))
      } else {
        try Console.stream(text)
      }
    }
  }
}
