import Foundation
import Testing

@testable import Templates

/// Does the template of every family write every conversation as `transformers` does?
@Suite struct FamilyGoldenTests {
  @Test(arguments: [
    "hunyuan-7b", "hunyuan-a13b", "hunyuan-large", "hunyuan-small", "llama-2", "llama-3", "llama-3.1", "mistral-tekken",
    "mistral-v1", "mistral-v3", "mistral-v7", "qwen2", "qwen2.5", "qwen3", "qwen3-coder",
  ]) func family(_ name: String) throws {
    let file = try Goldens.object("families.json")
    let families = try Goldens.list(file["families"]).map { try Goldens.members($0) }
    let conversations = try Goldens.members(file["conversations"])
    let allTools = try Goldens.list(file["tools"])
    #expect(families.count == 15)
    let family = try #require(try families.first { try Goldens.string($0["template"]) == name })
    let source = try String(contentsOf: Goldens.url("templates/\(name).jinja"), encoding: .utf8)
    let template = try ChatTemplate(source, specialTokens: Goldens.members(family["tokens"]), name: name)
    let cases = try Goldens.cases(family)
    #expect(cases.count >= 40)
    for golden in cases {
      let title = try Goldens.string(golden["title"])
      let messages = try Goldens.list(conversations[title]).map { try Goldens.members($0) }
      guard case .integer(let count)? = golden["tools"] else { throw Goldens.Missing(what: "how many tools") }
      let ours = try Goldens.ours {
        try template.render(
          messages, addGenerationPrompt: golden["add_generation_prompt"] == .boolean(true),
          tools: count > 0 ? Array(allTools.prefix(count)) : nil,
          variables: Goldens.members(golden["variables"]))
      }
      if let difference = Goldens.difference("\(name), \(title)", try Goldens.outcome(golden), ours) {
        Issue.record("\(difference)")
      }
    }
  }
}
