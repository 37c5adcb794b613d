import Files
import Foundation
import Testing

@testable import Tokenization

@Suite struct SpecialTokensTests {
  private func folder(_ files: [String: String]) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("special-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
    return folder
  }

  private func hunyuan() throws -> BPETokenizer {
    try BPETokenizer(folder: GoldenLines.folder().appendingPathComponent("hunyuan-tiktoken"))
  }

  @Test func idsAreTheTokenizersOwn() throws {
    let tokenizer = try hunyuan()
    let folder = try folder([
      "tokenizer_config.json":
        #"{"bos_token":"<|startoftext|>","eos_token":{"content":"<|eos|>","lstrip":false},"pad_token":null,"added_tokens_decoder":{}}"#,
      "special_tokens_map.json": #"{"pad_token":"<|pad|>","eos_token":"<|endoftext|>"}"#,
      "generation_config.json": #"{"eos_token_id":[1803,1810],"pad_token_id":1804}"#,
      "config.json": #"{"bos_token_id":1,"eos_token_id":2,"pad_token_id":0}"#,
    ])
    defer { try? FileManager.default.removeItem(at: folder) }
    let special = try SpecialTokens(folder: folder, tokenizer: tokenizer)
    #expect(special.beginning == .init(text: "<|startoftext|>", id: 1801, file: "tokenizer_config.json"))
    #expect(special.end == .init(text: "<|eos|>", id: 1803, file: "tokenizer_config.json"))
    #expect(special.padding == .init(text: "<|pad|>", id: 1804, file: "special_tokens_map.json"))
    #expect(special.unknown == nil)
    #expect(special.endIDs == [1803, 1810])
    #expect(special.contradictions.map(\.file) == ["config.json", "config.json", "config.json"])
    #expect(special.contradictions.map(\.ids) == [[1], [2], [0]])
  }

  /// transformers 5: what `special_tokens_map.json` says counts, unless the configuration has `added_tokens_decoder`.
  @Test func theMapComesFirstWithoutDeclaredTokens() throws {
    let folder = try folder([
      "tokenizer_config.json": #"{"bos_token":"<|startoftext|>","eos_token":"<|eos|>"}"#,
      "special_tokens_map.json": #"{"eos_token":"<|endoftext|>"}"#,
    ])
    defer { try? FileManager.default.removeItem(at: folder) }
    let special = try SpecialTokens(folder: folder, tokenizer: hunyuan())
    #expect(special.end?.text == "<|endoftext|>" && special.beginning?.file == "tokenizer_config.json")
  }

  @Test func wrongIDsGiveWayToTheToken() throws {
    let folder = try folder([
      "tokenizer_config.json": #"{"eos_token":"<|eos|>"}"#, "config.json": #"{"eos_token_id":2}"#,
    ])
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(try SpecialTokens(folder: folder, tokenizer: hunyuan()).endIDs == [1803])
  }

  /// A file that cannot be read is named once, with what is wrong.
  @Test func filesThatCannotBeRead() throws {
    let tokenizer = try hunyuan()
    let folder = try folder(["special_tokens_map.json": "{}"])
    defer { try? FileManager.default.removeItem(at: folder) }
    let map = folder.appendingPathComponent("special_tokens_map.json")
    let handle = try FileHandle(forWritingTo: map)
    try handle.truncate(atOffset: UInt64(JSONFile.sizeLimit + 1))
    try handle.close()
    #expect(
      throws: TokenizationError.malformed(
        file: map.path, key: "top level", expected: "at most \(JSONFile.sizeLimit) bytes",
        got: "\(JSONFile.sizeLimit + 1)")
    ) { try SpecialTokens(folder: folder, tokenizer: tokenizer) }
    let other = folder.appendingPathComponent("tokenizer_config.json")
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: false)
    let error = #expect(throws: TokenizationError.self) { try SpecialTokens(folder: folder, tokenizer: tokenizer) }
    #expect(error?.description.hasPrefix("\(other.path): not a regular file but a folder") == true)
  }

  @Test func anEmptyFolderHasNone() throws {
    let folder = try folder([:])
    defer { try? FileManager.default.removeItem(at: folder) }
    let special = try SpecialTokens(folder: folder, tokenizer: hunyuan())
    #expect(special.tokens.isEmpty && special.declarations.isEmpty && special.endIDs.isEmpty)
  }

  @Test(arguments: [
    (#"{"eos_token":"<|none|>"}"#, "eos_token"), (#"{"eos_token":7}"#, "eos_token"),
    (#"{"eos_token":{}}"#, "eos_token.content"), ("[", "top level"),
  ]) func whatIsWrongIsNamed(_ text: String, _ key: String) throws {
    let folder = try folder(["tokenizer_config.json": text])
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect {
      try SpecialTokens(folder: folder, tokenizer: hunyuan())
    } throws: { error in
      "\(error)".contains("tokenizer_config.json, \(key): ")
    }
  }
}
