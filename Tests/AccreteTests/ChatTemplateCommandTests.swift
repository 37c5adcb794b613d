import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Does `chat-template` write the conversation, and nothing else?
  @Suite struct ChatTemplateCommandTests {
    private let request = Data(#"{"messages":[{"role":"user","content":"Hi é"}],"add_generation_prompt":true}"#.utf8)
    private let text = "<|im_start|>user\nHi é<|im_end|>\n<|im_start|>assistant\n"

    @Test func theTextAsItIs() throws {
      let outcome = try Accrete.run(["chat-template"], input: request)
      #expect(outcome.code == 0 && outcome.error.isEmpty && outcome.output == Data(text.utf8))
    }

    @Test func textAndDigest() throws {
      let object = try #require(
        try Accrete.run(["chat-template", "--json"], input: request).json() as? [String: String])
      #expect(object.keys.sorted() == ["digest", "text"] && object["text"] == text)
      #expect(object["digest"]?.hasPrefix("sha256:") == true && object["digest"]?.count == 71)
      let doctor = try Accrete.run(["doctor", "--threads", "1"])
      #expect(doctor.text.contains("chat template \(object["digest"] ?? "?")"))
    }

    @Test func variablesAndTools() throws {
      let scratch = try Scratch()
      try scratch.write("{{ x }}{{ tools|length }}{{ add_generation_prompt }}", to: "base/chat_template.jinja")
      let input = Data(#"{"messages":[],"x":[1.0,null],"tools":[{}]}"#.utf8)
      let outcome = try Accrete.run(["chat-template", "--base", "base"], input: input, in: scratch.url)
      #expect(outcome.code == 0 && outcome.text == "[1.0, None]1False")
    }

    @Test func whatIsWrong() throws {
      let scratch = try Scratch()
      try scratch.write("a\n{{ raise_exception('no system turn') }}", to: "base/chat_template.jinja")
      try scratch.write("{}", to: "none/tokenizer_config.json")
      let run = { (base: String) in
        try Accrete.run(["chat-template", "--base", base], input: request, in: scratch.url)
      }
      expectRefusal(try run("base"), code: 65, "chat_template.jinja:2", "no system turn")
      expectRefusal(try run("none"), code: 65, "none", "chat_template")
      expectRefusal(try Accrete.run(["chat-template"], input: Data("{".utf8)), code: 65, "standard input")
      expectRefusal(try Accrete.run(["chat-template"], input: Data("{}".utf8)), code: 65, "messages")
    }
  }
}
