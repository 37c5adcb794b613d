import Files
import Foundation
import Templates

/// Chat templates: anybody's programs, in a small language.
let templateTargets: [FuzzTarget] = [
  // A template, and the request that it is given.
  FuzzTarget("template") { input in
    let parts = input.parts(2)
    let source = String(decoding: parts[0], as: UTF8.self)
    let template = try ChatTemplate(
      source, specialTokens: ["bos_token": "<s>", "eos_token": "</s>"], name: "/fuzz/chat_template.jinja",
      limits: limits)
    let (messages, variables) = try request(parts[1])
    let clock = TemplateClock(Date(timeIntervalSince1970: 1_721_952_000))
    func render() throws -> String {
      try template.render(messages, addGenerationPrompt: true, tools: [tool], variables: variables, clock: clock)
    }
    let text = try render()
    try Finding.unless(text.unicodeScalars.count <= limits.output, "a text of \(text.unicodeScalars.count) characters")
    try Finding.unless(try render() == text, "another text the second time")
  }
]

/// Less than what is allowed otherwise: an input has a few seconds, under a sanitizer.
private let limits: TemplateLimits = {
  var limits = TemplateLimits()
  limits.work = 4_000_000
  return limits
}()

private let tool: TemplateValue = [
  "type": "function",
  "function": ["name": "f", "parameters": ["type": "object", "properties": ["x": ["type": "string"]]]],
]

private func request(_ json: Data) throws -> (messages: [TemplateObject], variables: TemplateObject) {
  if json.isEmpty {
    return (
      [
        ["role": "system", "content": "Be brief."], ["role": "user", "content": "e\u{301} <think>1</think>"],
        ["role": "assistant", "content": "A\n"],
      ], [:]
    )
  }
  let request = try ChatRequest(json: json, name: "/fuzz/request")
  return (request.messages, request.variables)
}
