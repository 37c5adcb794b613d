import Foundation
import Testing

@testable import Tokenization

/// Files that are no tokenizer: each is a thrown error which names the file and the key.
@Suite struct LoadingErrorTests {
  private func error(_ load: () throws -> BPETokenizer) -> TokenizationError? {
    do {
      _ = try load()
      return nil
    } catch {
      return error as? TokenizationError
    }
  }

  @Test func aMissingFile() {
    let url = URL(fileURLWithPath: "/no/such/tokenizer.json")
    #expect(
      error { try BPETokenizer(contentsOf: url) }
        == .unreadable(
          file: url.path, expected: "a tokenizer.json", got: "the file is missing or cannot be read"))
  }

  @Test func aFileCutShortAnywhere() throws {
    let whole = try Data(contentsOf: SeedlingFile.url)
    for length in [0, 1, 100, 5000, whole.count / 2, whole.count - 3] {
      let found = error { try BPETokenizer(data: whole.prefix(length), file: "t.json") }
      guard case .malformed("t.json", "top level", _, _)? = found else {
        Issue.record("\(length) bytes: \(String(describing: found))")
        continue
      }
    }
  }

  /// Whatever a damaged file does, it does it by an error of this module, or it is read.
  @Test func aFileDamagedAnywhere() throws {
    let whole = [UInt8](try Data(contentsOf: SeedlingFile.url))
    let written = Array("0123456789{}[]\",:-ea".utf8)
    for round in 0..<100 {
      var bytes = whole
      // Half of the damage is in the first part, where most of the keys are.
      let position = (round &* 7_919_317) % (round.isMultiple(of: 2) ? 1500 : bytes.count)
      if round.isMultiple(of: 3) {
        bytes.remove(at: position)
      } else {
        bytes[position] = written[round % written.count]
      }
      do {
        let tokenizer = try BPETokenizer(data: Data(bytes), file: "t.json")
        _ = try tokenizer.encode("It's 12345 <|im_end|>\n\n 漢字", addSpecialTokens: true)
      } catch {
        #expect(error is TokenizationError, "\(position): \(error)")
      }
    }
  }

  @Test(arguments: [("/dev/zero", "a device"), ("/dev", "a folder")]) func filesThatAreNoFiles(
    path: String, kind: String
  ) {
    let found = error { try BPETokenizer(contentsOf: URL(fileURLWithPath: path)) }
    #expect("\(found as Any)".contains("not a regular file but \(kind)"), "\(found as Any)")
    guard case .unreadable(path, "a tokenizer.json", _)? = found else {
      Issue.record("\(found as Any)")
      return
    }
  }

  @Test(arguments: [65, 10_000]) func nesting(levels: Int) {
    let open = #"{"model":{"vocab":{},"merges":[]},"pre_tokenizer":"#
    let (part, end) = (#"{"type":"Sequence","pretokenizers":["#, "]}")
    let text = open + String(repeating: part, count: levels) + String(repeating: end, count: levels) + "}"
    #expect(
      error { try BPETokenizer(data: Data(text.utf8), file: "t.json") }
        == .malformed(
          file: "t.json", key: "top level", expected: "a tokenizer.json",
          got:
            "byte 1201 (in `pre_tokenizer.pretokenizers.pretokenizers.pretokenizers.…`): brackets nested deeper than 64"
            + " levels"))
  }

  @Test func nestingWithoutEnd() {
    let open = #"{"model":{"vocab":{},"merges":[]},"pre_tokenizer":"#
    let data = Data((open + String(repeating: #"{"type":"Sequence","pretokenizers":["#, count: 100_000)).utf8)
    #expect(
      error { try BPETokenizer(data: data, file: "t.json") }
        == .malformed(
          file: "t.json", key: "top level", expected: "a tokenizer.json",
          got:
            "byte 1201 (in `pre_tokenizer.pretokenizers.pretokenizers.pretokenizers.…`): brackets nested deeper than 64"
            + " levels"))
  }

  @Test(arguments: [
    ("[]", "top level"), ("{}", "model"), (#"{"model":{"merges":[]}}"#, "model.vocab"),
    (#"{"model":{"vocab":{"a":"0"},"merges":[]}}"#, "model.vocab.a"),
    (#"{"model":{"vocab":{"a":true},"merges":[]}}"#, "model.vocab.a"),
    (#"{"model":{"vocab":{"a":1.5},"merges":[]}}"#, "model.vocab.a"),
    (#"{"model":{"vocab":{"a":99999999999999999999},"merges":[]}}"#, "model.vocab.a"),
    (#"{"model":{"vocab":["a"],"merges":[]}}"#, "model.vocab"),
    (#"{"model":{"vocab":{},"merges":{}}}"#, "model.merges"),
    (#"{"model":{"vocab":{},"merges":["a"]}}"#, "model.merges[0]"),
    (#"{"model":{"vocab":{},"merges":["a b c"]}}"#, "model.merges[0]"),
    (#"{"model":{"vocab":{},"merges":[["a","b","c"]]}}"#, "model.merges[0]"),
    (#"{"model":{"vocab":{},"merges":[["a","b"],"a"]}}"#, "model.merges[1]"),
    (#"{"model":{"vocab":{},"merges":[["a",1]]}}"#, "model.merges[0]"),
    (#"{"model":{"vocab":{},"merges":[],"ignore_merges":1}}"#, "model.ignore_merges"),
    (#"{"model":{"vocab":{},"merges":[]},"added_tokens":[{"content":"x"}]}"#, "added_tokens[0].id"),
    (#"{"model":{"vocab":{},"merges":[]},"normalizer":"NFC"}"#, "normalizer"),
  ]) func jsonOfAnotherShape(_ json: String, _ key: String) {
    let found = error { try BPETokenizer(data: Data(json.utf8), file: "t.json") }
    guard case .malformed("t.json", key, _, _)? = found else {
      Issue.record("\(json): \(String(describing: found))")
      return
    }
  }

  @Test func mergesOfUnknownTokens() {
    for merge in [["Ġ", "nosuch"], ["nosuch", "a"], ["Ġthe", "Ġthe"]] {
      let found = error {
        try SeedlingFile.changedModel { model in
          model["merges"] = (model["merges"] as? [[String]] ?? []) + [merge]
        }
      }
      guard case .inconsistent("t.json", "model.merges[7932]", "tokens of model.vocab", _)? = found else {
        Issue.record("\(merge): \(String(describing: found))")
        continue
      }
      #expect(found?.description.contains("model.merges[7932]: found \"") == true)
    }
  }

  @Test(arguments: [("Ġthe", 5), ("Ġthe", 8192), ("Ġthe", -1), ("Ġthe", Int.max), ("nosuch", 7), ("nosuch", 9000)])
  func idsThatAreNotOneForEachToken(_ token: String, _ id: Int) {
    let found = error {
      try SeedlingFile.changedModel { model in
        var vocabulary = model["vocab"] as? [String: Any] ?? [:]
        vocabulary[token] = id
        model["vocab"] = vocabulary
      }
    }
    guard case .inconsistent("t.json", "model.vocab", _, _)? = found else {
      Issue.record("\(token) \(id): \(String(describing: found))")
      return
    }
  }

  @Test func aVocabularyWithoutAByte() {
    let json =
      #"{"model":{"vocab":{"a":0},"merges":[]},"decoder":{"type":"ByteLevel"},"pre_tokenizer":{"type":"ByteLevel"}}"#
    #expect(
      error { try BPETokenizer(data: Data(json.utf8), file: "t.json") }
        == .inconsistent(
          file: "t.json", key: "model.vocab", expected: "a token for each of the 256 bytes, as byte-level BPE has",
          got: "none for byte 0, which is spelled \"Ā\""))
  }

  @Test func addedTokensThatCannotBe() {
    func found(_ content: String, _ id: Int, singleWord: Bool = false) -> TokenizationError? {
      error {
        try SeedlingFile.changed { contents in
          let token: [String: Any] = [
            "id": id, "content": content, "single_word": singleWord, "lstrip": false, "rstrip": false,
            "normalized": false, "special": false,
          ]
          contents["added_tokens"] = (contents["added_tokens"] as? [Any] ?? []) + [token]
        }
      }
    }
    #expect(found("<x>", 8192) == nil)
    #expect(found("<x>", 8192, singleWord: true) == nil)
    #expect(
      found("", 8192)
        == .inconsistent(file: "t.json", key: "added_tokens[4].content", expected: "some text", got: "\"\""))
    #expect(
      found("<|pad|>", 3)
        == .inconsistent(
          file: "t.json", key: "added_tokens[4].content", expected: "each token once", got: "\"<|pad|>\" again"))
    let the = try? SeedlingFile.tokenizer().id(of: "Ġthe")
    #expect(
      found("Ġthe", 8192)
        == .inconsistent(
          file: "t.json", key: "added_tokens[4].id", expected: "\(the ?? -1), as in model.vocab", got: "8192"))
    for id in [8193, 100, -1] {
      guard case .inconsistent("t.json", "added_tokens", _, _)? = found("<x>", id) else {
        Issue.record("id \(id)")
        continue
      }
    }
  }
}
