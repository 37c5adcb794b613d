import Foundation
import Testing

@testable import Tokenization

@Suite struct TiktokenTests {
  /// The 256 bytes and some more tokens, as lines.
  private static func lines(_ more: [String] = ["ab", "bc", "abc", " a"]) -> [String] {
    let tokens = (UInt8.min...UInt8.max).map { Data([$0]) } + more.map { Data($0.utf8) }
    return tokens.enumerated().map { "\($1.base64EncodedString()) \($0)" }
  }

  private static func tokenizer(_ lines: [String], _ form: HunyuanTiktoken = .later) throws -> BPETokenizer {
    try BPETokenizer(tiktoken: Data((lines.joined(separator: "\n") + "\n").utf8), file: "hy.tiktoken") { _ in form }
  }

  @Test func mergesByRank() throws {
    let tokenizer = try Self.tokenizer(Self.lines())
    // ab (256) comes before bc (257): ab c, then abc as the whole word.
    #expect(try tokenizer.encode("abc", addSpecialTokens: true) == [258])
    #expect(try tokenizer.encode("abcd", addSpecialTokens: true) == [258, 100])
    #expect(try tokenizer.encode("abb", addSpecialTokens: true) == [256, 98])
    #expect(try tokenizer.encode(" a<|eos|>", addSpecialTokens: true) == [259, 263])
    #expect(tokenizer.vocabularySize == 260 + 210 && tokenizer.id(of: "<|extra_204|>") == 469)
    #expect(tokenizer.id(of: "Ġa") == 259)
  }

  @Test func hunyuanLargeStandsBetweenTokens() throws {
    let tokenizer = try Self.tokenizer(Self.lines(), .large)
    #expect(try tokenizer.encode("ab", addSpecialTokens: true) == [261, 256, 260])
    #expect(try tokenizer.encode("ab", addSpecialTokens: false) == [256])
    #expect(tokenizer.vocabularySize == 260 + 209 && tokenizer.id(of: "<|extra_204|>") == nil)
  }

  /// Before special tokens are looked for, the text is composed: of ">" and U+0338 becomes "≯".
  @Test func textIsComposedFirst() throws {
    let tokenizer = try Self.tokenizer(Self.lines())
    #expect(try tokenizer.encode("<|eos|>\u{338}", addSpecialTokens: false).count > 1)
  }

  @Test(arguments: [
    (3, "AA== 3", "line 4: found the token of line 1 again"), (3, "!!! 3", "line 4: found \"!!!\""),
    (3, "Aw==", "line 4: found 1 parts"), (3, "Aw== 3 3", "line 4: found 3 parts"), (3, "", "line 4: found 1 parts"),
    (3, "Aw== 4", "line 4: found \"4\""), (3, "Aw== -1", "line 4: found \"-1\""),
    (3, "Aw== 03", "line 4: found \"03\""),
    (3, "Aw== 99999999999999999999999", "line 4: found \"99999999999999999999999\""), (3, " 3", "line 4: found \"\""),
    (3, "YWI= 3", "line 257: found the token of line 4 again"), (3, "YWJi 3", "all lines: found none for byte 3"),
  ]) func whatIsWrongIsNamed(_ index: Int, _ line: String, _ message: String) throws {
    var lines = Self.lines()
    lines[index] = line
    #expect {
      try Self.tokenizer(lines)
    } throws: { error in
      "\(error)".hasPrefix("hy.tiktoken, \(message)")
    }
  }

  @Test func longTokensAreRefused() throws {
    #expect {
      try Self.tokenizer(Self.lines([String(repeating: "a", count: 1025)]))
    } throws: { error in
      "\(error)".contains("line 257: found 1025; expected a token of at most 1024 bytes")
    }
  }

  @Test func emptyAndCutFiles() {
    for text in ["", "\n", "AA== 0"] {
      #expect(throws: TokenizationError.self) {
        try BPETokenizer(tiktoken: Data(text.utf8), file: "hy.tiktoken") { _ in .later }
      }
    }
  }

  /// `config.json` tells which special tokens follow; `tokenizer.json` comes first where both are.
  @Test func aFolderIsReadByWhatIsInIt() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tiktoken-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
    #expect(BPETokenizer.file(in: folder).lastPathComponent == "tokenizer.json")
    try write(Self.lines().joined(separator: "\n"), "hy.tiktoken")
    #expect(try BPETokenizer(folder: folder).vocabularySize == 470)
    try write(#"{"vocab_size":470}"#, "config.json")
    #expect(try BPETokenizer(folder: folder).vocabularySize == 470)
    try write(#"{"vocab_size":512}"#, "config.json")
    #expect(try BPETokenizer(folder: folder).vocabularySize == 469)
    try SeedlingFile.data { _ in }.write(to: folder.appendingPathComponent("tokenizer.json"))
    #expect(try BPETokenizer(folder: folder).vocabularySize == 8192)
  }
}
