import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Does `generate` answer files of prompts and conversations, stop where it is told, and put wrong end tokens right?
  @Suite struct GenerateCommandTests {
    private let common = ["generate", "--base", Accrete.base.path, "--threads", "1", "--max-tokens", "12"]

    private func lines(_ outcome: Outcome) throws -> [[String: Any]] {
      #expect(outcome.code == 0, "\(outcome.error)")
      return try outcome.text.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
    }

    @Test func aFileOfPrompts() throws {
      let scratch = try Scratch()
      try scratch.write(
        #"{"prompt":"The weather today"}"# + "\n" + #"{"messages":[{"role":"user","content":"Hi"}]}"# + "\n",
        to: "prompts.jsonl")
      let answers = try lines(Accrete.run(common + ["--prompts", "prompts.jsonl"], in: scratch.url))
      let alone = try Accrete.run(common + ["--prompt", "The weather today"])
      let chat = try lines(Accrete.run(common + ["--prompt", "Hi", "--chat", "--json"]))
      #expect(answers.count == 2 && (answers[0]["text"] as? String).map { $0 + "\n" } == alone.text)
      #expect(answers[1]["text"] as? String == chat[0]["text"] as? String)
      #expect(answers.allSatisfy { ["end", "limit"].contains($0["reason"] as? String) })
    }

    @Test func aStopString() throws {
      let whole = try #require(
        try lines(Accrete.run(common + ["--prompt", "The weather today", "--json"]))[0]["text"] as? String)
      let stop = String(whole.dropFirst(4).prefix(3))
      let cut = try lines(
        Accrete.run(common + ["--prompt", "The weather today", "--json", "--stop", stop]))[0]
      let expected = whole.firstRange(of: stop).map { String(whole[..<$0.lowerBound]) }
      #expect(cut["text"] as? String == expected && cut["reason"] as? String == "stop")
    }

    @Test func samplingIsDecidedByItsSeed() throws {
      let options =
        common + [
          "--prompt", "The", "--temperature", "1.2", "--top-k", "50", "--top-p", "0.9", "--repetition-penalty", "1.1",
        ]
      let first = try Accrete.run(options + ["--seed", "1"])
      #expect(try Accrete.run(options + ["--seed", "1"]).output == first.output)
      #expect(try Accrete.run(options + ["--seed", "2"]).output != first.output)
    }

    /// As in Hunyuan-Large's published configuration: an end token that is a plain word of this tokenizer.
    @Test func aWrongEndTokenIsPutRight() throws {
      let scratch = try Scratch()
      let base = try scratch.copyBase()
      try Data(#"{"eos_token_id":300,"pad_token_id":3}"#.utf8)
        .write(to: base.appendingPathComponent("generation_config.json"))
      let outcome = try Accrete.run(common + ["--base", "base", "--prompt", "The weather today"], in: scratch.url)
      #expect(outcome.code == 0 && outcome.error.contains("eos_token_id is 300"))
      #expect(outcome.error.contains("`<|endoftext|>` of special_tokens_map.json"))
      #expect(try outcome.output == Accrete.run(common + ["--prompt", "The weather today"]).output)
      let doctor = try Accrete.run(["doctor", "--base", "base", "--threads", "1"], in: scratch.url)
      #expect(doctor.text.contains("put right: the base's eos_token_id is 300"))
    }

    @Test(arguments: [
      ["--prompt", "x", "--prompts", "y"], [], ["--prompt", "x", "--system", "y"], ["--prompts", "x", "--chat"],
      ["--prompt", "x", "--top-p", "0"], ["--prompt", "x", "--stop", ""],
    ]) func wrongUsage(options: [String]) throws {
      #expect(try Accrete.run(["generate"] + options).code == 64)
    }

    @Test func plainTextIsToldHowItBecomesPrompts() throws {
      let scratch = try Scratch()
      try scratch.write("The weather today\n", to: "prompts.txt")
      let outcome = try Accrete.run(common + ["--prompts", "prompts.txt"], in: scratch.url)
      #expect(outcome.code == 65 && outcome.error.contains("line 1: not the JSON"), "\(outcome.error)")
      #expect(outcome.error.contains("jq -R '{prompt: .}'") && outcome.error.contains("--prompt."))
      // Who writes objects has made another mistake.
      try scratch.write("{\"prompt\": 3}\n", to: "prompts.txt")
      #expect(try !Accrete.run(common + ["--prompts", "prompts.txt"], in: scratch.url).error.contains("jq"))
    }

    @Test func promptsThatCannotBeRead() throws {
      let scratch = try Scratch()
      for text in ["", "\n", "{", "{}", #"{"messages":[{}]}"#, #"{"prompt":3}"#, #"{"prompt":""}"#] {
        try scratch.write(text, to: "prompts.jsonl")
        let outcome = try Accrete.run(common + ["--prompts", "prompts.jsonl"], in: scratch.url)
        #expect(outcome.code == 65 && outcome.output.isEmpty, "\(text): \(outcome.code) \(outcome.error)")
      }
    }
  }
}
