import Foundation
import Testing

@testable import Templates

/// Does each family's template write the text that is documented for it? By hand, beside the goldens.
@Suite struct DocumentedTextTests {
  private func render(
    _ name: String, _ turns: [(String, String)], prompt: Bool = false, bos: String = "<s>", eos: String = "</s>",
    _ variables: TemplateObject = [:]
  ) throws -> String {
    let source = try String(contentsOf: Goldens.url("templates/\(name).jinja"), encoding: .utf8)
    let template = try ChatTemplate(
      source, specialTokens: ["bos_token": .text(bos), "eos_token": .text(eos)], name: name)
    let messages = turns.map { TemplateObject(dictionaryLiteral: ("role", .text($0.0)), ("content", .text($0.1))) }
    return try template.render(messages, addGenerationPrompt: prompt, variables: variables)
  }

  private let system = ("system", "SYS")
  private let first = ("user", "U1")
  private let answer = ("assistant", "A1")
  private let second = ("user", "U2")

  @Test func llama2() throws {
    #expect(
      try render("llama-2", [system, first, answer, second])
        == "<s>[INST] <<SYS>>\nSYS\n<</SYS>>\n\nU1 [/INST] A1 </s><s>[INST] U2 [/INST]")
  }

  @Test func llama3() throws {
    let header = { (role: String) in "<|start_header_id|>\(role)<|end_header_id|>\n\n" }
    let text = try render("llama-3", [system, first, answer], bos: "<|begin_of_text|>")
    let turns =
      header("system") + "SYS<|eot_id|>" + header("user") + "U1<|eot_id|>" + header("assistant") + "A1<|eot_id|>"
    #expect(text == "<|begin_of_text|>" + turns)
    let dated = try render("llama-3.1", [first], prompt: true, bos: "<|begin_of_text|>")
    #expect(
      dated == "<|begin_of_text|>" + header("system")
        + "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
        + "<|eot_id|>" + header("user") + "U1<|eot_id|>" + header("assistant"))
    let other = try render("llama-3.1", [first], ["date_string": "1 Jan 2025"])
    #expect(other.contains("Today Date: 1 Jan 2025\n\n<|eot_id|>"))
  }

  @Test func mistral() throws {
    #expect(
      try render("mistral-v1", [system, first, answer, second])
        == "<s> [INST] SYS\n\nU1 [/INST] A1</s> [INST] U2 [/INST]")
    #expect(
      try render("mistral-v3", [system, first, answer, second])
        == "<s>[INST] U1[/INST] A1</s>[INST] SYS\n\nU2[/INST]")
    #expect(
      try render("mistral-tekken", [system, first, answer, second])
        == "<s>[INST]U1[/INST]A1</s>[INST]SYS\n\nU2[/INST]")
    #expect(
      try render("mistral-v7", [system, first, answer])
        == "<s>[SYSTEM_PROMPT] SYS[/SYSTEM_PROMPT][INST] U1[/INST] A1</s>")
  }

  @Test func qwen() throws {
    let turn = { (role: String, text: String) in "<|im_start|>\(role)\n\(text)<|im_end|>\n" }
    #expect(
      try render("qwen2.5", [first], prompt: true)
        == turn("system", "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.") + turn("user", "U1")
        + "<|im_start|>assistant\n")
    #expect(try render("qwen2", [first]) == turn("system", "You are a helpful assistant") + turn("user", "U1"))
    let thoughtful = ("assistant", "<think>\nT\n</think>\n\nA1")
    #expect(
      try render("qwen3", [first, thoughtful, second]) == turn("user", "U1") + turn("assistant", "A1")
        + turn("user", "U2"))
    #expect(
      try render("qwen3", [first, thoughtful]) == turn("user", "U1") + turn("assistant", "<think>\nT\n</think>\n\nA1"))
    #expect(
      try render("qwen3", [first], prompt: true, ["enable_thinking": false])
        == turn("user", "U1") + "<|im_start|>assistant\n<think>\n\n</think>\n\n")
  }

  @Test func hunyuan() throws {
    for name in ["hunyuan-large", "hunyuan-a13b"] {
      #expect(
        try render(name, [system, first, answer, second])
          == "<|startoftext|>SYS<|extra_4|>U1<|extra_0|>A1<|eos|><|startoftext|>U2<|extra_0|>")
      #expect(try render(name, [first]) == "<|startoftext|>U1<|extra_0|>")
    }
    #expect(
      try render("hunyuan-a13b", [first], ["enable_thinking": false])
        == "<|startoftext|>U1<|extra_0|><think>\n\n</think>\n")
    #expect(
      try render("hunyuan-7b", [system, first, answer], bos: "<|startoftext|>")
        == "<|startoftext|>SYS<|extra_4|>U1<|extra_0|>A1<|eos|>")
    let small = "<｜hy_begin▁of▁sentence｜>SYS<｜hy_place▁holder▁no▁3｜><｜hy_User｜>U1"
    #expect(
      try render("hunyuan-small", [system, first, answer])
        == small + "<｜hy_Assistant｜>A1<｜hy_place▁holder▁no▁2｜><｜hy_place▁holder▁no▁8｜>")
    #expect(try render("hunyuan-small", [system, first], prompt: true) == small + "<｜hy_Assistant｜>")
  }

  /// Mistakes that real templates have stay as they are: a model was trained with them, or its users see what it does.
  @Test func anEmptySystemTurnDoublesTheStart() throws {
    #expect(
      try render("hunyuan-large", [("system", ""), first]) == "<|startoftext|><|startoftext|>U1<|extra_0|>")
  }
}
