import Foundation
import TestSupport
import Testing

extension CommandLineTests {
  /// Does `train-tokenizer` learn from the text that it is given, all of it or as much as asked for?
  @Suite struct TrainTokenizerCommandTests {
    private let rows = """
      {"text": "the cat and the hat"}

      {"id": 2, "text": "the \\u00e9t\\u00e9 \\ud83d\\ude00"}
      """

    private func train(_ arguments: [String], in scratch: Scratch) throws -> Outcome {
      try Accrete.run(["train-tokenizer"] + arguments, in: scratch.url)
    }

    private func tokens(_ scratch: Scratch, _ folder: String) throws -> [String: Int] {
      let file = try Data(contentsOf: scratch.url("\(folder)/tokenizer.json"))
      let object = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
      return try #require((object["model"] as? [String: Any])?["vocab"] as? [String: Int])
    }

    @Test func rowsAndLinesAreLearned() throws {
      let scratch = try Scratch()
      try scratch.write(rows, to: "rows.jsonl")
      try scratch.write("zq zq\nzq\n", to: "lines.txt")
      let arguments = ["--data", "rows.jsonl", "lines.txt", "--vocabulary", "268", "--json"]
      let outcome = try train(arguments + ["--out", "one"], in: scratch)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let result = try #require(try outcome.json() as? [String: Any])
      // he, the, zq, at, é: all other pairs are there once.
      #expect(result["vocabulary"] as? Int == 265 && result["asked"] as? Int == 268 && result["merges"] as? Int == 5)
      #expect(result["textBytes"] as? Int == 42 && outcome.error.contains("warning: 265 ids, not 268"))
      let tokens = try tokens(scratch, "one")
      #expect(tokens["<|pad|>"] == 3 && tokens["zq"] != nil && tokens["the"] != nil && tokens["text"] == nil)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: scratch.url("one").path).sorted()
          == ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"])
      #expect(try train(arguments + ["--out", "two"], in: scratch).code == 0)
      #expect(
        FileManager.default.contentsEqual(
          atPath: scratch.url("one/tokenizer.json").path, andPath: scratch.url("two/tokenizer.json").path))
    }

    @Test func sampleIsTakenFromEachFile() throws {
      let scratch = try Scratch()
      try scratch.write(String(repeating: "{\"text\": \"ab ab\"}\n", count: 1000), to: "a.jsonl")
      try scratch.write(String(repeating: "{\"text\": \"cd cd\"}\n", count: 1000), to: "b.jsonl")
      try scratch.write("ef\n", to: "c.txt")
      let outcome = try train(
        [
          "--data", "c.txt", "a.jsonl", "b.jsonl", "--vocabulary", "300", "--out", "o", "--json", "--sample-bytes",
          "600",
        ],
        in: scratch)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let result = try #require(try outcome.json() as? [String: Any])
      // 3 bytes of the first file; half of what is left from each of the others, up to the end of a row.
      #expect(result["textBytes"] as? Int == 3 + 300 + 300)
      let tokens = try tokens(scratch, "o")
      #expect(tokens["ab"] != nil && tokens["cd"] != nil)
    }

    @Test func specialTokensOfOnesOwn() throws {
      let scratch = try Scratch()
      try scratch.write("ab ab\n", to: "a.txt")
      let arguments = ["--data", "a.txt", "--vocabulary", "258", "--special", "<s>", "</s>", "--out", "o"]
      expectRefusal(try train(arguments, in: scratch), code: 64, "<|im_start|>", "chat template")
      #expect(try train(arguments + ["--no-chat-template"], in: scratch).code == 0)
      #expect(try tokens(scratch, "o")["</s>"] == 1)
      expectRefusal(try train(arguments + ["--no-chat-template"], in: scratch), code: 64, "exists already")
    }

    @Test func whatIsWrongIsNamed() throws {
      let scratch = try Scratch()
      let files: [(name: String, content: Data, words: [String])] = [
        ("row.jsonl", Data("{\"text\": \"a\"}\n{\"text\": 1}\n".utf8), ["row.jsonl:2:", "text"]),
        ("broken.jsonl", Data("{\"text\": \"a\n".utf8), ["broken.jsonl:1:"]),
        ("list.jsonl", Data("[1]\n".utf8), ["list.jsonl", "a JSON object"]),
        ("bytes.txt", Data([0x61, 0x0A, 0xFF, 0x0A]), ["bytes.txt:", "UTF-8"]),
        ("bytes.jsonl", Data([0x22, 0xFF, 0x22]), ["bytes.jsonl:1:", "UTF-8"]),
        ("packed.jsonl.gz", Data([0x1F, 0x8B, 8, 0]), ["packed.jsonl.gz", "was cut"]),
        ("empty.txt", Data(), ["no character"]),
      ]
      for (name, content, words) in files {
        try scratch.write(content, to: name)
        let outcome = try train(["--data", name, "--vocabulary", "300", "--out", "o"], in: scratch)
        #expect(outcome.code == 65 && outcome.complaints.count == 1, "\(name): \(outcome.testDescription)")
        for word in words { #expect(outcome.complaints.first?.contains(word) == true, "\(name): \(outcome.error)") }
        #expect(!FileManager.default.fileExists(atPath: scratch.url("o").path))
      }
      let missing = try train(["--data", "none.txt", "--vocabulary", "300", "--out", "o"], in: scratch)
      expectRefusal(missing, code: 65, "none.txt")
      let small = try train(["--data", "row.jsonl", "--vocabulary", "10", "--out", "o"], in: scratch)
      expectRefusal(small, code: 64, "260")
    }
  }
}
