import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// Is a base model that is missing or broken refused before anything is made?
  @Suite struct BadBaseTests {
    /// Trains on a base; expects a refusal that names `words` and leaves everything as it was.
    private func refused(
      _ scratch: Scratch, code: Int32 = 65, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      try TinyRun.write(to: scratch)
      let before = try tree(scratch.url, folders: true)
      let outcome = try Accrete.run(TinyRun.arguments() + ["--base", "base"], in: scratch.url)
      expectRefusal(outcome, code: code, words.first ?? "", sourceLocation: sourceLocation)
      for word in words {
        #expect(outcome.error.contains(word), "\(outcome.testDescription)", sourceLocation: sourceLocation)
      }
      #expect(differences(before, try tree(scratch.url, folders: true)).isEmpty, sourceLocation: sourceLocation)
    }

    @Test func missingFolder() throws {
      let scratch = try Scratch()
      try refused(scratch, scratch.url("base").path, "got nothing there", "Check the path")
    }

    @Test func aFileInsteadOfAFolder() throws {
      let scratch = try Scratch()
      try scratch.write("text", to: "base")
      let outcome = try Accrete.run(["generate", "--prompt", "x", "--base", "base"], in: scratch.url)
      expectRefusal(outcome, code: outcome.code == 74 ? 74 : 65, scratch.url("base").path)
    }

    @Test func aFolderWithoutWeights() throws {
      let scratch = try Scratch()
      let base = try scratch.copyBase()
      try FileManager.default.removeItem(at: base.appendingPathComponent("model.safetensors"))
      try refused(scratch, base.path, "model.safetensors")
    }

    @Test(arguments: [0, 4, 100, 1_000_000, -1]) func truncatedWeights(length: Int) throws {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("model.safetensors")
      let bytes = try Data(contentsOf: file)
      try bytes.prefix(length < 0 ? bytes.count + length : length).write(to: file)
      try refused(scratch, file.path, "safetensors", "again")
    }

    /// Headers that promise what the file does not hold.
    @Test(arguments: [
      ("\"shape\":[256]", "\"shape\":[999]"), ("\"dtype\":\"BF16\"", "\"dtype\":\"XF16\""),
      ("\"data_offsets\":[0,", "\"data_offsets\":[8,"), ("\"shape\":[256]", "\"shape\":[-56]"),
    ]) func headerThatLies(from: String, to: String) throws {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("model.safetensors")
      var bytes = try Data(contentsOf: file)
      let range = try #require(bytes.firstRange(of: Data(from.utf8)), "the header is written in another way")
      bytes.replaceSubrange(range, with: Data(to.utf8.prefix(range.count)))
      try bytes.write(to: file)
      try refused(scratch, file.path, "not a valid safetensors file")
    }

    @Test func headerLongerThanTheFile() throws {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("model.safetensors")
      var bytes = try Data(contentsOf: file)
      bytes.replaceSubrange(0..<8, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
      try bytes.write(to: file)
      try refused(scratch, file.path, "header claims")
    }

    @Test func tokenizerOfAnotherVocabulary() throws {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("config.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      // A tokenizer with fewer tokens than half the vocabulary belongs to another model.
      try scratch.write(Self.smallTokenizer, to: "base/tokenizer.json")
      try refused(scratch, scratch.url("base").path, "8192", "Use the tokenizer that belongs")
      // And a model with fewer tokens than the tokenizer.
      try FileManager.default.removeItem(at: scratch.url("base"))
      _ = try scratch.copyBase()
      try scratch.write(text.replacingOccurrences(of: "8192", with: "8000"), to: "base/config.json")
      try refused(scratch, scratch.url("base/model.safetensors").path, "[8000, 256]")
    }

    @Test func truncatedTokenizer() throws {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("tokenizer.json")
      try Data(contentsOf: file).prefix(50_000).write(to: file)
      try refused(scratch, file.path)
      let outcome = try Accrete.run(["tokenize", "--base", "base"], input: Data("a".utf8), in: scratch.url)
      expectRefusal(outcome, code: 65, file.path)
    }

    @Test func missingTokenizer() throws {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("tokenizer.json")
      try FileManager.default.removeItem(at: file)
      try refused(scratch, file.path)
    }

    @Test func anUnknownArchitecture() throws {
      let scratch = try Scratch()
      let file = try scratch.copyBase().appendingPathComponent("config.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      try scratch.write(text.replacingOccurrences(of: "LlamaFor", with: "LlambdaFor"), to: "base/config.json")
      try refused(scratch, file.path, "LlambdaForCausalLM", "LlamaForCausalLM")
    }

    /// A byte-level tokenizer of 256 tokens and nothing else.
    private static let smallTokenizer: String = {
      // The printable stand-ins of bytes, as GPT-2 has them: bytes that are not printable come from U+0100 on.
      let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
      let others = (0..<256).filter { !printable.contains($0) }.indices.map { 0x100 + $0 }
      let characters = (printable + others).compactMap { UnicodeScalar($0).map(Character.init) }
      let entries = characters.enumerated().map { number, character in
        let key = character == "\"" || character == "\\" ? "\\\(character)" : "\(character)"
        return "\"\(key)\":\(number)"
      }
      return """
        {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
        "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
        "post_processor":null,"decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
        "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
        "fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{\(entries.joined(separator: ","))},"merges":[]}}
        """
    }()
  }
}
