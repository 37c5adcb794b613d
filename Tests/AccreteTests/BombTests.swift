import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// Small files that ask for much: is each refused or read within 8 times its bytes and 256 MiB, beside what the program takes
  /// anyway?
  @Suite struct BombTests {
    /// What a file may take beyond a multiple of its bytes.
    private static let allowance = 256 << 20
    private static let multiple = 8

    /// What the program takes with a base that is sound, libtorch included.
    private static let ordinary: Int = {
      let scratch = try? Scratch()
      guard let scratch,
        let run = try? Accrete.measured(
          ["logits", "--ids", "1", "--base", "seedling", "--threads", "1"], in: scratch.url)
      else { return 0 }
      return run.peakBytes
    }()

    /// Runs a command on bombs; expects that it ends by itself, with what an input may cost it, and says `words`.
    private func expectModest(
      _ scratch: Scratch, _ arguments: [String], bombs: [String] = [], input: String? = nil, code: Int32 = 65,
      allowance: Int = allowance, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let files = bombs + (input.map { [$0] } ?? [])
      let size = try files.reduce(0) { sum, name in
        // What a file holds, not what it claims: holes of a sparse file have no bytes.
        var status = stat()
        try #require(stat(scratch.url(name).path, &status) == 0, sourceLocation: sourceLocation)
        return sum + min(Int(status.st_size), Int(status.st_blocks) * 512)
      }
      let limit = Self.ordinary + allowance + Self.multiple * size
      let run = try Accrete.measured(
        arguments, input: input.map(scratch.url(_:)), in: scratch.url, bytes: limit)
      #expect(run.stopped == nil, "\(run.testDescription)", sourceLocation: sourceLocation)
      #expect(run.outcome.code == code, "\(run.testDescription)", sourceLocation: sourceLocation)
      for word in words {
        #expect(run.outcome.error.contains(word), "\(run.testDescription)", sourceLocation: sourceLocation)
      }
    }

    /// A file of a gigabyte that takes no room on the disk, with a beginning.
    private func sparse(_ scratch: Scratch, _ name: String, _ beginning: String = "") throws {
      try scratch.write(beginning, to: name)
      try #require(truncate(scratch.url(name).path, 1 << 30) == 0)
    }

    private func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    @Test func theTableHasAMeasure() { #expect(Self.ordinary > 50 << 20 && Self.ordinary < 2 << 30) }

    @Test func aNormalizerThatDoubles() throws {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("tokenizer.json")
      let step = #"{"type":"Replace","pattern":{"String":"o"},"content":"oo"}"#
      let text = try String(contentsOf: file, encoding: .utf8)
      let range = try #require(
        text.range(of: #""normalizer":\s*\{[^{}]*\}|"normalizer":\s*null"#, options: .regularExpression))
      let steps = Array(repeating: step, count: 40).joined(separator: ",")
      let changed = text.replacingCharacters(
        in: range, with: #""normalizer":{"type":"Sequence","normalizers":[\#(steps)]}"#)
      try scratch.write(changed, to: "base/tokenizer.json")
      try scratch.write("oooo", to: "text")
      try expectModest(
        scratch, ["tokenize", "--base", "base"], bombs: ["base/tokenizer.json"], input: "text", "normalizer", "40 steps"
      )
    }

    @Test func tensorsWithoutElements() throws {
      let scratch = try Scratch()
      _ = try scratch.copyBase()
      let entries = (0..<80_000).map { #""\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"# }
      let header = Data("{\(entries.joined(separator: ","))}".utf8)
      var length = UInt64(header.count).littleEndian
      try scratch.write(withUnsafeBytes(of: &length) { Data($0) } + header, to: "base/model.safetensors")
      try expectModest(
        scratch, ["logits", "--ids", "1", "--base", "base"], bombs: ["base/model.safetensors"], "do not fit config.json"
      )
    }

    /// A line or a value without an end is refused as it is read.
    @Test func filesOfAGigabyte() throws {
      let scratch = try Scratch()
      _ = try scratch.copyBase()
      try sparse(scratch, "rows.jsonl", "{\"text\":\"")
      try sparse(scratch, "text.txt", "text")
      try sparse(scratch, "run.yaml", "seed: 1\n")
      try sparse(scratch, "prompts.jsonl", "{\"prompt\":\"")
      try sparse(scratch, "input")
      let tasks = ["train", "--tasks", "rows.jsonl", "--out", "run", "--base", "seedling"]
      try expectModest(scratch, tasks, bombs: ["rows.jsonl"], "at most 16 MiB in a line")
      try expectModest(
        scratch, ["train", "--config", "run.yaml", "--out", "run"], bombs: ["run.yaml"], "the limit is 1048576")
      try expectModest(
        scratch, ["generate", "--base", "seedling", "--prompts", "prompts.jsonl"], bombs: ["prompts.jsonl"],
        "the limit is")
      try expectModest(scratch, ["tokenize", "--base", "seedling"], input: "input", "standard input", "the limit is")
      try expectModest(
        scratch, ["chat-template", "--base", "seedling"], input: "input", "standard input", "the limit is")
      for text in ["rows.jsonl", "text.txt"] {
        try expectModest(
          scratch, ["loss", "--base", "seedling", "--text", text], bombs: [text], "at most")
        try expectModest(
          scratch, ["train-tokenizer", "--data", text, "--vocabulary", "300", "--out", "t"], bombs: [text], "at most")
      }
      for name in ["config.json", "tokenizer.json", "generation_config.json", "special_tokens_map.json"] {
        let other = try Scratch()
        _ = try other.copyBase()
        try sparse(other, "base/\(name)", "{\"a\":\"")
        try expectModest(
          other, ["generate", "--prompt", "x", "--base", "base"], bombs: ["base/\(name)"], "base/\(name)")
      }
    }

    /// Two or three bytes of text for each value.
    @Test func manySmallValues() throws {
      let numbers = "[0" + repeated(",0", 2_400_000) + "]"
      let lists = "[[]" + repeated(",[]", 1_600_000) + "]"
      let scratch = try Scratch()
      _ = try scratch.copyBase()
      try scratch.write("{\"architectures\":\(numbers)}", to: "base/config.json")
      try expectModest(
        scratch, ["logits", "--ids", "1", "--base", "base"], bombs: ["base/config.json"], "config.json",
        "values that a text")
      let other = try Scratch()
      _ = try other.copyBase()
      try other.write("{\"added_tokens\":\(lists)}", to: "base/tokenizer.json")
      try other.write("x", to: "text")
      try expectModest(
        other, ["tokenize", "--base", "base"], bombs: ["base/tokenizer.json"], input: "text", "tokenizer.json")
      try other.write("{\"peft_type\":\"LORA\",\"r\":\(lists.prefix(3_900_000))]}", to: "adapter/adapter_config.json")
      // A file without tensors: what is wrong is the other file.
      try other.write(Data([2, 0, 0, 0, 0, 0, 0, 0]) + Data("{}".utf8), to: "adapter/adapter_model.safetensors")
      try expectModest(
        other, ["generate", "--prompt", "x", "--base", "seedling", "--expert", "adapter"],
        bombs: ["adapter/adapter_config.json"], "adapter_config.json")
    }

    /// Every byte is a token, in words of three bytes and in one word; a longer word is refused. Held whole, such a text takes 29 times
    /// its bytes: less than is allowed for one so small, so that less is allowed here.
    @Test func aTokenForEveryByte() throws {
      let scratch = try Scratch()
      try scratch.write(repeated("1234567890", 350_000), to: "digits")
      try expectModest(scratch, ["tokenize", "--base", "seedling"], input: "digits", code: 0, allowance: 40 << 20)
      try scratch.write(repeated("qzjxkvwqzj", 350_000), to: "word")
      try expectModest(scratch, ["tokenize", "--base", "seedling"], input: "word", code: 0)
      try scratch.write(repeated("qzjxkvwqzj", 1_500_000), to: "long")
      try expectModest(
        scratch, ["tokenize", "--base", "seedling"], input: "long", "a word of 15000000 bytes", "at most 4194304")
    }

    /// A file of nothing but line feeds has a line for every byte.
    @Test func manyEmptyLines() throws {
      let scratch = try Scratch()
      let base = try scratch.copyBase()
      let lines = repeated("\n", 2 << 20)
      try FileManager.default.removeItem(at: base.appendingPathComponent("tokenizer.json"))
      try scratch.write(lines, to: "base/hy.tiktoken")
      try scratch.write("x", to: "text")
      try expectModest(
        scratch, ["tokenize", "--base", "base"], bombs: ["base/hy.tiktoken"], input: "text", "hy.tiktoken, line 1")
      try scratch.write(lines, to: "prompts.jsonl")
      try expectModest(
        scratch, ["generate", "--base", "seedling", "--prompts", "prompts.jsonl"], bombs: ["prompts.jsonl"], "no line")
    }

    /// What a template makes of nothing: lists of 40 bytes for each element.
    @Test(arguments: [
      "{% set ns = namespace(x=[]) %}{% for i in range(100) %}{% set ns.x = ns.x + [1] * 100000 %}{% endfor %}",
      "{% set ns = namespace(x='') %}{% for i in range(100) %}{% set ns.x = ns.x + 'x' * 1000000 %}{% endfor %}",
      "{% set a = [1] * 1000000 %}{% set b = (a, a[:], a[:], a[:], a[:], a[:], a[:], a[:], a[:]) %}{{ b }}",
      "{% set a = 'a ' * 3000000 %}{{ a.split()|length }}{{ a|list|length }}",
    ]) func templatesThatMakeMuchOfNothing(source: String) throws {
      let scratch = try Scratch()
      _ = try scratch.copyBase()
      try scratch.write(source, to: "base/chat_template.jinja")
      try scratch.write(#"{"messages":[{"role":"user","content":"x"}]}"#, to: "request")
      try expectModest(
        scratch, ["chat-template", "--base", "base"], bombs: ["base/chat_template.jinja"], input: "request",
        "chat_template.jinja")
    }

    /// Brackets that nest as deep as the file is long.
    @Test func deepNesting() throws {
      let scratch = try Scratch()
      for text in [repeated("[", 500_000), repeated("{a: ", 200_000), "\n" + repeated("- ", 500_000) + "x"] {
        try scratch.write("tasks: " + text, to: "run.yaml")
        try expectModest(
          scratch, ["train", "--config", "run.yaml", "--out", "run"], bombs: ["run.yaml"], code: 64,
          "run.yaml", "YAML")
      }
      try scratch.write(repeated("[", 4 << 20), to: "request")
      try expectModest(scratch, ["chat-template", "--base", "seedling"], input: "request", "standard input")
    }
  }
}
