import Foundation
import Testing

@testable import Tokenization

/// Texts and files that would take quadratic time, or more memory than they are worth.
@Suite struct HostileTests {
  private func form(_ name: String) throws -> BPETokenizer {
    try BPETokenizer(folder: GoldenLines.folder().appendingPathComponent(name))
  }

  /// Quadratic time would take minutes here.
  @Test(.timeLimit(.minutes(1)), arguments: ["llama2", "mistral", "metaspace", "hunyuan-dense", "tekken", "o200k"])
  func longWordsTakeNoLongerByTheByte(_ name: String) throws {
    let tokenizer = try form(name)
    for unit in ["a", "A", "漢", "▁", " ", "\u{301}", "\n", "/\n", "1"] {
      let text = String(repeating: unit, count: 30_000 / unit.utf8.count)
      let ids = try tokenizer.encode(text, addSpecialTokens: false)
      let back = try tokenizer.decode(ids, skipSpecialTokens: false)
      // The others put spaces in and take them off.
      if ["hunyuan-dense", "tekken", "o200k"].contains(name) {
        #expect(Array(back.utf8) == Array(text.utf8), "\(unit.debugDescription)")
      }
    }
  }

  /// Tokens of white space that take white space along, in white space.
  @Test(.timeLimit(.minutes(1))) func tokensThatTakeWhiteSpace() throws {
    let tokenizer = try SeedlingFile.changed { contents in
      var tokens = contents["added_tokens"] as? [[String: Any]] ?? []
      for (id, content) in [(8192, "  "), (8193, " \n")] {
        tokens.append([
          "id": id, "content": content, "single_word": false, "lstrip": true, "rstrip": true, "normalized": false,
          "special": false,
        ])
      }
      contents["added_tokens"] = tokens
    }
    for unit in ["  ", " \n", "\u{3000}", "x  "] {
      _ = try tokenizer.encode(String(repeating: unit, count: 50_000), addSpecialTokens: false)
    }
  }

  /// Forty steps that each double a letter make a terabyte of it.
  @Test func normalizersThatGrowTexts() throws {
    let doubling: [String: Any] = ["type": "Replace", "pattern": ["String": "o"], "content": "oo"]
    let prefix: [String: Any] = ["type": "Prepend", "prepend": String(repeating: "x", count: 65)]
    let nothing: [String: Any] = ["type": "NFC"]
    func error(_ steps: [[String: Any]]) -> String {
      do {
        _ = try SeedlingFile.changed { $0["normalizer"] = ["type": "Sequence", "normalizers": steps] }
        return "taken"
      } catch {
        return "\(error)"
      }
    }
    for steps in [Array(repeating: doubling, count: 40), Array(repeating: doubling, count: 4), [prefix]] {
      let text = error(steps)
      #expect(
        text.hasPrefix("t.json, normalizer: found \(steps.count) steps") && text.contains("at most 16 steps"), "\(text)"
      )
    }
    #expect(error(Array(repeating: nothing, count: 17)).contains("found 17 steps"))
    #expect(error([doubling, doubling, doubling]) == "taken")
  }

  /// The same of tokens on their way to text; and a step that only passes tokens on costs a call each.
  @Test func decodersThatGrowTokens() throws {
    let doubling: [String: Any] = ["type": "Replace", "pattern": ["String": "o"], "content": "oo"]
    let strip: [String: Any] = ["type": "Strip", "content": " ", "start": 1, "stop": 0]
    let fuse: [String: Any] = ["type": "Fuse"]
    let fallback: [String: Any] = ["type": "ByteFallback"]
    func error(_ steps: [[String: Any]]) -> String {
      do {
        _ = try SeedlingFile.changed { $0["decoder"] = ["type": "Sequence", "decoders": steps] }
        return "taken"
      } catch {
        return "\(error)"
      }
    }
    for steps in [
      Array(repeating: doubling, count: 40), Array(repeating: doubling, count: 4), Array(repeating: strip, count: 17),
      Array(repeating: fuse, count: 100_000),
    ] {
      let text = error(steps)
      #expect(
        text.hasPrefix("t.json, decoder: found \(steps.count) steps") && text.contains("at most 16 steps"), "\(text)")
    }
    #expect(error(Array(repeating: doubling, count: 4)).contains("may make it 16 times as long"))
    #expect(!error([doubling, doubling, doubling, fallback, fuse, strip]).contains("at most 16 steps"))
  }

  /// Sixteen bytes in memory for each byte of an added token.
  @Test func addedTokensOfMegabytes() throws {
    #expect {
      try SeedlingFile.changed { contents in
        var tokens = contents["added_tokens"] as? [[String: Any]] ?? []
        tokens.append([
          "id": 8192, "content": String(repeating: "x", count: 9 << 20), "single_word": false, "lstrip": false,
          "rstrip": false, "normalized": false, "special": false,
        ])
        contents["added_tokens"] = tokens
      }
    } throws: { "\($0)".hasPrefix("t.json, added_tokens: found 9437") }
  }

  @Test func aKeyThatIsListedTwice() throws {
    let data = String(decoding: try SeedlingFile.data { _ in }, as: UTF8.self)
    let vocabulary = data.replacingOccurrences(of: "\"vocab\":{", with: "\"vocab\":{\"a\":1,\"a\":2,")
    #expect {
      try BPETokenizer(data: Data(vocabulary.utf8), file: "t.json")
    } throws: { "\($0)".hasPrefix("t.json, model.vocab: found \"a\" again; expected each token once") }
    let model = data.replacingOccurrences(of: "\"model\":{", with: "\"model\":{},\"model\":{")
    #expect {
      try BPETokenizer(data: Data(model.utf8), file: "t.json")
    } throws: { "\($0)".hasPrefix("t.json, top level: found \"model\" 2 times; expected each key once") }
  }

  @Test func canonicallyEquivalentTokensAreTwo() throws {
    let tokenizer = try SeedlingFile.changed { contents in
      var tokens = contents["added_tokens"] as? [[String: Any]] ?? []
      for (id, content) in [(8192, "<\u{C5}>"), (8193, "<\u{212B}>")] {
        tokens.append([
          "id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
          "special": false,
        ])
      }
      contents["added_tokens"] = tokens
    }
    #expect(try tokenizer.encode("<\u{212B}><\u{C5}>", addSpecialTokens: false) == [8193, 8192])
    #expect(tokenizer.id(of: "<\u{212B}>") == 8193 && tokenizer.id(of: "<\u{C5}>") == 8192)
  }

  /// A token that stands in for what is not known must be one, and something must stand in.
  @Test(arguments: [
    (#""unk_token":"?""#, "model.unk_token: found \"?\"; expected a token of model.vocab"),
    (#""unk_token":null"#, "model.unk_token: found null"),
    (#""unk_token":null,"byte_fallback":true"#, "model.unk_token: found null"),
  ]) func nothingIsLostWithoutAWord(_ options: String, _ message: String) {
    let json = #"{"model":{"vocab":{"a":0},"merges":[],\#(options)},"decoder":{"type":"Fuse"}}"#
    #expect {
      try BPETokenizer(data: Data(json.utf8), file: "t.json")
    } throws: { "\($0)".contains(message) }
  }
}
