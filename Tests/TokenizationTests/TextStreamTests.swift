import Foundation
import Testing

@testable import Tokenization

/// When a stream gives its text, and what a decoder of characters makes of bytes.
@Suite struct TextStreamTests {
  /// `<0x00>` to `<0xFF>` are the ids 0 to 255; then `▁`, `a`, `<s>` (special), `▁a`.
  private func tokenizer(_ decoder: String) throws -> BPETokenizer {
    var tokens = (0..<256).map { "\"<0x\(String(format: "%02X", $0))>\":\($0)" }
    tokens += [#""▁":256"#, #""a":257"#, #""<s>":258"#, #""▁a":259"#]
    let json = """
      {"added_tokens":[{"id":258,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
      "decoder":\(decoder),"model":{"vocab":{\(tokens.joined(separator: ","))},"merges":["▁ a"],"byte_fallback":true}}
      """
    return try BPETokenizer(data: Data(json.utf8), file: "t.json")
  }

  private static let llama = """
    {"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},
    {"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}
    """

  private func pieces(_ ids: [Int], _ tokenizer: BPETokenizer, skips: Bool = true) throws -> [String] {
    var stream = tokenizer.textStream(skipSpecialTokens: skips)
    return try ids.map { try stream.append($0) } + [stream.finish()]
  }

  @Test func aRunOfBytesWaitsForItsEnd() throws {
    let tokenizer = try tokenizer(Self.llama)
    // é and then "a".
    #expect(try pieces([0xC3, 0xA9, 257], tokenizer) == ["", "", "éa", ""])
    #expect(try pieces([257, 0xC3], tokenizer) == ["a", "", "\u{FFFD}"])
    // One byte out of place makes the whole run unreadable.
    #expect(try pieces([0xC3, 0xA9, 0xFF, 257], tokenizer) == ["", "", "", "\u{FFFD}\u{FFFD}\u{FFFD}a", ""])
  }

  @Test func onlyTheFirstSpaceIsTaken() throws {
    let tokenizer = try tokenizer(Self.llama)
    #expect(try pieces([256, 256, 257, 256], tokenizer) == ["", " ", "a", " ", ""])
    #expect(try pieces([258, 259, 259], tokenizer) == ["", "a", " a", ""])
    #expect(try pieces([258, 259], tokenizer, skips: false) == ["<s>", " a", ""])
  }

  @Test func metaspaceLeavesOutItsOwnPrefix() throws {
    let first = #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}"#
    #expect(try pieces([259, 259], tokenizer(first)) == ["a", " a", ""])
    let never = first.replacingOccurrences(of: "first", with: "never")
    #expect(try pieces([259, 259], tokenizer(never)) == [" a", " a", ""])
  }

  @Test func stripWithoutFuseIsForEachToken() throws {
    let each = #"{"type":"Strip","content":"a","start":1,"stop":1}"#
    #expect(try pieces([257, 259, 257], tokenizer(each)) == ["", "▁", "", ""])
  }

  @Test func byteLevelGivesWholeCharactersOnly() throws {
    let tokenizer = try SeedlingFile.tokenizer()
    let ids = try [UInt8]("a😀\u{FFFD}".utf8).map {
      try #require(tokenizer.id(of: String(ByteAlphabet.scalars[Int($0)])))
    }
    #expect(try pieces(ids, tokenizer) == ["a", "", "", "", "😀", "", "", "\u{FFFD}", ""])
    #expect(try pieces(Array(ids[..<3]) + [ids[0]], tokenizer) == ["a", "", "", "\u{FFFD}a", ""])
  }

  @Test func anUnknownIDLeavesTheStreamAsItWas() throws {
    var stream = try SeedlingFile.tokenizer().textStream(skipSpecialTokens: true)
    #expect(throws: TokenizationError.self) { try stream.append(9999) }
    #expect(try stream.append(68) == "a" && stream.finish().isEmpty)
  }

  /// A tokenizer that can only decode as a whole.
  private struct Whole: Tokenizer {
    let vocabularySize = 9
    func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] { [] }
    func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String { "\(ids)" }
    func id(of token: String) -> Int? { nil }
  }

  @Test func otherTokenizersGiveAllAtTheEnd() throws {
    var stream = Whole().textStream(skipSpecialTokens: true)
    #expect(
      try stream.append(1).isEmpty && stream.append(2).isEmpty && stream.finish() == "[1, 2]" && stream.finish() == "[]"
    )
  }
  @Test func whatATokenAddsWhereverItStands() throws {
    let tokenizer = try tokenizer(Self.llama)
    let space = Array(" ".utf8)
    #expect(tokenizer.textBytes(of: 256, isFirst: false) == space && tokenizer.textBytes(of: 256, isFirst: true) == nil)
    #expect(tokenizer.textBytes(of: 259, isFirst: false) == Array(" a".utf8))
    #expect(tokenizer.textBytes(of: 259, isFirst: true) == Array("a".utf8))
    // A space that comes as a byte is taken with the first run of bytes.
    #expect(
      tokenizer.textBytes(of: 0x20, isFirst: false) == space && tokenizer.textBytes(of: 0x20, isFirst: true) == nil)
    for isFirst in [false, true] {
      #expect(tokenizer.textBytes(of: 0xC3, isFirst: isFirst) == [0xC3])
      for id in [258, 260, -1, Int.max, Int.min] {
        #expect(tokenizer.textBytes(of: id, isFirst: isFirst) == nil, "\(id)")
      }
    }
    let metaspace = try self.tokenizer(#"{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}"#)
    #expect(metaspace.textBytes(of: 259, isFirst: true) == Array("a".utf8))
    #expect(metaspace.textBytes(of: 259, isFirst: false) == Array(" a".utf8))
    #expect(metaspace.textBytes(of: 256, isFirst: true) == nil)
  }

  /// Bytes that go on together are changed together: what one of them adds is not known.
  @Test func whatDependsOnNeighboursIsNotTold() throws {
    let steps = #"{"type":"ByteFallback"},{"type":"Replace","pattern":{"String":"a"},"content":"bb"}"#
    let replaced = try tokenizer(#"{"type":"Sequence","decoders":[\#(steps)]}"#)
    #expect(replaced.textBytes(of: 257, isFirst: false) == Array("bb".utf8))
    #expect(replaced.textBytes(of: 0x61, isFirst: false) == nil)
    let each = try tokenizer(#"{"type":"Strip","content":"a","start":1,"stop":1}"#)
    #expect(each.textBytes(of: 257, isFirst: false) == nil && each.textBytes(of: 259, isFirst: true) == Array("▁".utf8))
    let accent = try tokenizer(
      #"{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":"é","start":1,"stop":0}]}"#
    )
    // `<0xC3>` may be the beginning of an é that is taken off.
    #expect(accent.textBytes(of: 0xC3, isFirst: true) == nil && accent.textBytes(of: 0xC3, isFirst: false) == [0xC3])
    #expect(Whole().textBytes(of: 1, isFirst: false) == nil)
  }
}
