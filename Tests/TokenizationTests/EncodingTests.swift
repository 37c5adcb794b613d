import Foundation
import Testing

@testable import Tokenization

@Suite struct EncodingTests {
  @Test func looksTokensUp() throws {
    let tokenizer = try SeedlingFile.tokenizer()
    #expect(tokenizer.vocabularySize == 8192)
    #expect(tokenizer.id(of: "<|endoftext|>") == 0)
    #expect(tokenizer.id(of: "<|pad|>") == 3)
    #expect(tokenizer.id(of: "no such token") == nil)
    // U+00E9 is the byte E9; its canonical equivalent is not a token.
    #expect(tokenizer.id(of: "\u{E9}") != nil)
    #expect(tokenizer.id(of: "e\u{301}") == nil)
  }

  @Test func addsSpecialTokensOnlyWhenAsked() throws {
    let tokenizer = try SeedlingFile.changed { contents in
      contents["post_processor"] = [
        "type": "TemplateProcessing",
        "single": [["SpecialToken": ["id": "<|im_start|>"]], ["Sequence": ["id": "A"]]],
        "special_tokens": ["<|im_start|>": ["ids": [1]]],
      ]
    }
    let plain = try tokenizer.encode("Hello", addSpecialTokens: false)
    #expect(try tokenizer.encode("Hello", addSpecialTokens: true) == [1] + plain)
    #expect(try tokenizer.encode("", addSpecialTokens: true) == [1])
    #expect(try tokenizer.encode("", addSpecialTokens: false) == [])
    #expect(try tokenizer.decode([1] + plain, skipSpecialTokens: true) == "Hello")
    #expect(try tokenizer.decode([1] + plain, skipSpecialTokens: false) == "<|im_start|>Hello")
  }

  @Test func decodesPartsOfScalars() throws {
    let tokenizer = try SeedlingFile.tokenizer()
    let ids = try [UInt8]("a😀b".utf8).map { byte in
      try #require(tokenizer.id(of: String(ByteAlphabet.scalars[Int(byte)])))
    }
    #expect(ids.count == 6)
    #expect(try tokenizer.decode(ids, skipSpecialTokens: true) == "a😀b")
    #expect(try tokenizer.decode(Array(ids[..<4]), skipSpecialTokens: true) == "a\u{FFFD}")
    #expect(try tokenizer.decode(Array(ids[2...]), skipSpecialTokens: true) == "\u{FFFD}\u{FFFD}\u{FFFD}b")
    #expect(try tokenizer.decode([], skipSpecialTokens: true) == "")
  }

  @Test func refusesIDsItDoesNotHave() throws {
    let tokenizer = try SeedlingFile.tokenizer()
    for id in [-1, 8192, Int.max, Int.min] {
      #expect(
        throws: TokenizationError.unknownID(
          file: SeedlingFile.url.path, position: 1, expected: "an id in 0..<8192", got: "\(id)")
      ) { try tokenizer.decode([0, id], skipSpecialTokens: false) }
    }
  }

  /// Long words are merged another way than short ones; quadratic time would take minutes here.
  @Test(.timeLimit(.minutes(1))) func longWordsTakeNoLongerByTheByte() throws {
    let tokenizer = try SeedlingFile.tokenizer()
    for unit in ["a", "the", "=", "\n", " ", "字", "😀", "'", "1"] {
      let text = String(repeating: unit, count: 100_000 / unit.utf8.count)
      let ids = try tokenizer.encode(text, addSpecialTokens: false)
      #expect(try tokenizer.decode(ids, skipSpecialTokens: false) == text)
    }
  }

  @Test func longWordsMergeAsShortOnesDo() throws {
    let vocabulary = try SeedlingFile.tokenizer().vocabulary
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let letters = Array("etaoinshr ".utf8)
      let bytes = (0..<60).map { _ in letters.randomElement(using: &generator) ?? 0x65 }
      var merger = WordMerger(table: vocabulary.merges, symbols: vocabulary.symbols)
      var short: [Int] = []
      try merger.append(bytes, 0..<60, to: &short)
      var symbols: [Int32] = []
      vocabulary.symbols.append(bytes, 0..<60, to: &symbols)
      var word = LongWord(ids: symbols, table: vocabulary.merges)
      word.merge()
      var long: [Int] = []
      word.append(to: &long)
      #expect(short == long, "\(bytes)")
    }
  }

  /// In parts or at once, with the tokens of the template: the same ids.
  @Test func partsOfIds() throws {
    let tokenizer = try SeedlingFile.tokenizer()
    for text in ["", "a", String(repeating: "1234567890", count: 15_000)] {
      for special in [false, true] {
        var (ids, parts): ([Int], Int) = ([], 0)
        try tokenizer.encode(text, addSpecialTokens: special) { part in
          #expect(!part.isEmpty)
          ids += part
          parts += 1
        }
        #expect(try ids == tokenizer.encode(text, addSpecialTokens: special))
        #expect(text.count < 100 || parts > 2)
      }
    }
  }

  /// A word is merged as a whole, which takes memory: one of more than 4 MiB is refused.
  @Test func aWordWithoutEnd() throws {
    let tokenizer = try SeedlingFile.tokenizer()
    #expect(throws: TokenizationError.self) {
      try tokenizer.encode(String(repeating: "a", count: WordMerger.longestWord + 1), addSpecialTokens: false)
    }
  }

  @Test func aPatternThatOverflowsIsAnError() throws {
    let tokenizer = try SeedlingFile.changed { contents in
      contents["pre_tokenizer"] = [
        "type": "Sequence",
        "pretokenizers": [
          ["type": "Split", "pattern": ["Regex": "(?:a|b)+c"], "behavior": "Isolated", "invert": false],
          ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false],
        ],
      ]
    }
    #expect(try tokenizer.encode("xababc y", addSpecialTokens: false).count > 1)
    #expect {
      try tokenizer.encode(String(repeating: "ab", count: 1_000_000), addSpecialTokens: false)
    } throws: { error in
      guard case TokenizationError.unsplittable? = error as? TokenizationError else { return false }
      return true
    }
  }

  /// An untrusted pattern may take exponential time: it is stopped, on a text of any length.
  @Test(arguments: [(#"((a|b)+)+c"#, 60), (#"(a+)+$"#, 60), (#"(a|aa)+$"#, 200), (#"(\w*)*x"#, 2000)])
  func patternsThatNeverEnd(pattern: String, length: Int) throws {
    let tokenizer = try SeedlingFile.changed { contents in
      let split: [String: Any] = ["type": "Split", "pattern": ["Regex": pattern], "behavior": "Isolated"]
      let bytes: [String: Any] = ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false]
      contents["pre_tokenizer"] = ["type": "Sequence", "pretokenizers": [split, bytes]]
    }
    let start = ContinuousClock.now
    do {
      _ = try tokenizer.encode(String(repeating: "a", count: length) + "!", addSpecialTokens: false)
    } catch TokenizationError.unsplittable(let file, let key, _, _) {
      #expect(file == "t.json" && key == "pre_tokenizer.pretokenizers[0].pattern.Regex")
    }
    #expect(start.duration(to: .now) < .seconds(30))
  }
}
