import Files
import Foundation
import Testing

@testable import Templates

/// Does a checkpoint's folder give its template, its special tokens, and errors that name the file and the key?
@Suite struct ChatTemplateTests {
  /// A folder with these files, which is removed at the end.
  private func inFolder<Result>(_ files: [String: String], _ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("templates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
    return try body(folder)
  }

  private let show = #"{"chat_template": "{{ bos_token }}|{{ eos_token }}|{{ pad_token }}|{{ messages|length }}"}"#

  private func rendered(_ files: [String: String]) throws -> String {
    try inFolder(files) { try ChatTemplate(folder: $0).render([["role": "user"]], addGenerationPrompt: false) }
  }

  @Test func theTemplateOfTheConfiguration() throws {
    #expect(try rendered(["tokenizer_config.json": show]) == "|||1")
    let tokens =
      #"{"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null, "add_bos_token": true, "#
    #expect(try rendered(["tokenizer_config.json": tokens + show.dropFirst()]) == "<s>|</s>||1")
  }

  @Test func tokensOfBothFiles() throws {
    let map = #"{"bos_token": {"content": "<m>"}, "eos_token": "</m>", "additional_special_tokens": ["<x>"]}"#
    #expect(try rendered(["tokenizer_config.json": show, "special_tokens_map.json": map]) == "<m>|</m>||1")
    let both = #"{"bos_token": "<c>", "# + show.dropFirst()
    #expect(try rendered(["tokenizer_config.json": both, "special_tokens_map.json": map]) == "<m>|</m>||1")
    let complete = #"{"added_tokens_decoder": {}, "# + both.dropFirst()
    #expect(try rendered(["tokenizer_config.json": complete, "special_tokens_map.json": map]) == "<c>|</m>||1")
  }

  @Test func theTemplateFileComesFirst() throws {
    #expect(
      try rendered(["tokenizer_config.json": show, "chat_template.jinja": "J{{ messages[0].role }}\n"]) == "Juser")
    #expect(try rendered(["chat_template.jinja": "J"]) == "J")
  }

  @Test func oneOfSeveral() throws {
    let list = { (names: [String]) in
      #"{"chat_template": ["# + names.map { #"{"name": "\#($0)", "template": "T \#($0)"}"# }.joined(separator: ",")
        + "]}"
    }
    #expect(try rendered(["tokenizer_config.json": list(["tool_use", "default"])]) == "T default")
    let caught = #expect(throws: TemplateError.self) { try rendered(["tokenizer_config.json": list(["rag"])]) }
    #expect(caught.map { "\($0)" }?.contains("chat_template: found templates named `rag`") == true)
  }

  @Test func noTemplate() throws {
    for files in [[:], ["tokenizer_config.json": "{}"], ["tokenizer_config.json": #"{"chat_template": null}"#]] {
      try inFolder(files) { folder in
        let stored = try ChatTemplate.stored(in: folder)
        #expect(stored == nil)
        let caught = #expect(throws: TemplateError.self) { try ChatTemplate(folder: folder) }
        #expect(caught.map { "\($0)" }?.contains(folder.path) == true)
      }
    }
  }

  @Test(arguments: [
    (#"{"chat_template": 5}"#, "chat_template"), (#"{"chat_template": "x", "bos_token": 5}"#, "bos_token"),
    (#"{"chat_template": "x", "bos_token": {"id": 5}}"#, "bos_token"),
    (#"{"chat_template": "{{"}"#, "tokenizer_config.json:1"),
    (#"{"chat_template": [{"name": "default"}]}"#, "chat_template"), ("[]", "an object"),
    ("{", "no key where one is expected"),
    ("", "end of the file"),
    (#"{"a": 1, "a": 2}"#, "twice"),
  ]) func whatIsWrong(configuration: String, named: String) throws {
    let caught = #expect(throws: TemplateError.self) { try rendered(["tokenizer_config.json": configuration]) }
    let message = caught.map { "\($0)" } ?? ""
    #expect(message.contains("tokenizer_config.json") && message.contains(named), "\(message)")
  }

  @Test func aLinkOutOfTheFolderIsNotFollowed() throws {
    try inFolder([:]) { folder in
      try inFolder(["secret": "S"]) { other in
        try FileManager.default.createSymbolicLink(
          at: folder.appendingPathComponent("chat_template.jinja"),
          withDestinationURL: other.appendingPathComponent("secret"))
        #expect(throws: FileError.self) { try ChatTemplate(folder: folder) }
      }
    }
  }

  @Test func theDigestIsThatOfTheText() throws {
    let template = try ChatTemplate("abc")
    #expect(template.digest.description == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(try ChatTemplate("abc ").digest != template.digest)
  }

  @Test func variablesComeBeforeTokens() throws {
    let template = try ChatTemplate(
      "{{ bos_token }}{{ tools is none }}{{ documents is none }}{{ x }}", specialTokens: ["bos_token": "<s>"])
    #expect(try template.render([], addGenerationPrompt: true) == "<s>TrueTrue")
    #expect(
      try template.render([], addGenerationPrompt: true, tools: [1], variables: ["bos_token": "B", "x": 1.0])
        == "BFalseTrue1.0")
  }

  @Test func reasoningHasAllItsNames() throws {
    let template = try ChatTemplate("{{ messages[0] }}")
    let render = { (message: TemplateObject) in try template.render([message], addGenerationPrompt: false) }
    #expect(
      try render(["role": "assistant", "reasoning": "R"])
        == "{'thinking': 'R', 'role': 'assistant', 'reasoning': 'R', 'reasoning_content': 'R'}")
    #expect(try render(["thinking": "T", "reasoning_content": .none]) == "{'thinking': 'T', 'reasoning_content': 'T'}")
    #expect(try render(["role": "user"]) == "{'role': 'user'}")
  }

  @Test func theDateIsThatOfTheClock() throws {
    let template = try ChatTemplate("{{ strftime_now('%d %b %Y, %A %j %H:%M:%S %p %% %-d') }}")
    let render = { (seconds: Double, zone: Int) in
      try template.render(
        [], addGenerationPrompt: false,
        clock: TemplateClock(Date(timeIntervalSince1970: seconds), zone: try #require(TimeZone(secondsFromGMT: zone))))
    }
    #expect(try render(1_721_952_000, 0) == "26 Jul 2024, Friday 208 00:00:00 AM % 26")
    #expect(try render(1_721_952_000, -3600) == "25 Jul 2024, Thursday 207 23:00:00 PM % 25")
    #expect(try render(0, 0).hasPrefix("01 Jan 1970"))
    let now = try ChatTemplate("{{ strftime_now('%Y') }}").render([], addGenerationPrompt: false)
    #expect((Int(now) ?? 0) >= 2024)
  }
}
