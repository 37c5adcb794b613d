import Foundation
import Testing

@testable import Tokenization

/// Sound files that ask for what this module does not do: refused, never half done.
@Suite struct UnsupportedTests {
  struct Change: Sendable, CustomTestStringConvertible {
    /// The top-level key and its new value, as JSON.
    let key: String
    let value: String
    /// The key that the error names.
    let named: String
    var testDescription: String { "\(key) = \(value)" }

    init(_ key: String, _ value: String, _ named: String? = nil) {
      self.key = key
      self.value = value
      self.named = named ?? key
    }
  }

  private static let split = #"{"type":"Split","pattern":{"Regex":"a"},"behavior":"Isolated","invert":false}"#
  private static let bytes = #"{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}"#

  private static func sequence(_ parts: String...) -> String {
    #"{"type":"Sequence","pretokenizers":["# + parts.joined(separator: ",") + "]}"
  }

  @Test(arguments: [
    Change("normalizer", #"{"type":"NFKC"}"#),
    Change(
      "normalizer", #"{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]}"#,
      "normalizer.normalizers[1]"),
    Change("normalizer", #"{"type":"NFC","form":1}"#, "normalizer.form"),
    Change(
      "normalizer", #"{"type":"Replace","pattern":{"Regex":" "},"content":""}"#, "normalizer.pattern"),
    Change(
      "decoder", #"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"ByteFallback"}]}"#, "decoder.decoders[1]"),
    Change(
      "decoder", #"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Strip","content":" ","start":0,"stop":1}]}"#,
      "decoder.decoders[1]"),
    Change("decoder", #"{"type":"Sequence","decoders":[]}"#), Change("decoder", #"{"type":"CTC"}"#),
    Change("decoder", "null"), Change("decoder", #"{"type":"WordPiece"}"#),
    // Without ByteLevel the vocabulary would be one of characters, of which it lacks most.
    Change("pre_tokenizer", "null", "model.unk_token"), Change("pre_tokenizer", sequence(), "model.unk_token"),
    Change("pre_tokenizer", split, "model.unk_token"), Change("pre_tokenizer", #"{"type":"Punctuation"}"#),
    Change(
      "pre_tokenizer", #"{"type":"Metaspace","replacement":"▁▁","prepend_scheme":"first"}"#, "pre_tokenizer.replacement"
    ),
    Change(
      "pre_tokenizer", #"{"type":"Metaspace","replacement":"▁","prepend_scheme":"last"}"#,
      "pre_tokenizer.prepend_scheme"),
    Change("pre_tokenizer", #"{"type":"Digits","individual":true}"#, "pre_tokenizer.individual"),
    Change("pre_tokenizer", sequence(bytes, split), "pre_tokenizer.pretokenizers[0]"),
    Change("pre_tokenizer", sequence(#"{"type":"Whitespace"}"#, bytes), "pre_tokenizer.pretokenizers[0]"),
    Change(
      "pre_tokenizer", sequence(#"{"type":"Split","pattern":{"String":" "},"behavior":"Isolated"}"#, bytes),
      "pre_tokenizer.pretokenizers[0].pattern"),
    Change(
      "pre_tokenizer", sequence(#"{"type":"Split","pattern":{"Regex":"a"},"behavior":"Removed"}"#, bytes),
      "pre_tokenizer.pretokenizers[0].behavior"),
    Change(
      "pre_tokenizer",
      sequence(#"{"type":"Split","pattern":{"Regex":"\\p{N}"},"behavior":"Removed","invert":true}"#, bytes),
      "pre_tokenizer.pretokenizers[0].behavior"),
    Change(
      "pre_tokenizer", sequence(#"{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"}"#, bytes),
      "pre_tokenizer.pretokenizers[0].pattern.Regex"),
    Change("post_processor", #"{"type":"BertProcessing","sep":["a",1],"cls":["b",2]}"#),
    Change(
      "post_processor", #"{"type":"Sequence","processors":[{"type":"RobertaProcessing"}]}"#,
      "post_processor.processors[0]"),
    Change("post_processor", #"{"type":"TemplateProcessing","single":[]}"#, "post_processor.single"),
    Change("post_processor", #"{"type":"TemplateProcessing","single":[{}]}"#, "post_processor.single[0]"),
  ]) func isRefused(_ change: Change) throws {
    let value = try JSONSerialization.jsonObject(with: Data(change.value.utf8), options: .fragmentsAllowed)
    #expect {
      try SeedlingFile.changed { $0[change.key] = value }
    } throws: { error in
      guard case .unsupported("t.json", change.named, _, _)? = error as? TokenizationError else { return false }
      return true
    }
  }

  @Test(arguments: [
    ("type", #""Unigram""#), ("dropout", "0.1"), ("continuing_subword_prefix", #""@@""#),
    ("end_of_word_suffix", #""</w>""#), ("unheard_of", "true"),
  ]) func isRefusedInTheModel(_ key: String, _ value: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(value.utf8), options: .fragmentsAllowed)
    #expect {
      try SeedlingFile.changedModel { $0[key] = value }
    } throws: { error in
      guard case .unsupported("t.json", "model.\(key)", _, _)? = error as? TokenizationError else { return false }
      return true
    }
  }

  @Test(arguments: [
    (#"[{"SpecialToken":{"id":"x"}},{"Sequence":{"id":"A"}}]"#, "post_processor.single[0]"),
    (#"[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"far"}}]"#, "post_processor.special_tokens.far.ids"),
  ]) func templatesOfUnknownTokens(_ single: String, _ key: String) throws {
    let json = #"{"type":"TemplateProcessing","special_tokens":{"far":{"ids":[8192]}},"single":"# + single + "}"
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8))
    #expect {
      try SeedlingFile.changed { $0["post_processor"] = value }
    } throws: { error in
      guard case .inconsistent("t.json", key, _, _)? = error as? TokenizationError else { return false }
      return true
    }
  }

  @Test func theMessageNamesTheFix() {
    let error = TokenizationError.unsupported(file: "t.json", key: "normalizer", expected: "null or NFC", got: "NFKC")
    #expect(
      error.description == "t.json, normalizer: found NFKC, which is not supported; expected null or NFC. "
        + "Use a tokenizer of a form in docs/tokenizers.md, or change this key if its effect is not wanted.")
  }

  /// A thousand tokens, named a thousand times: a small file that would be a million tokens around every text.
  @Test func aTemplateThatWouldFillTheMemory() throws {
    let ids = Array(repeating: "0", count: 1000).joined(separator: ",")
    let name = #"{"SpecialToken":{"id":"s","type_id":0}}"#
    let names = Array(repeating: name, count: 1000).joined(separator: ",")
    let single =
      #"{"type":"TemplateProcessing","single":[\#(names),{"Sequence":{"id":"A","type_id":0}}],"#
      + #""special_tokens":{"s":{"id":"s","ids":[\#(ids)],"tokens":["s"]}}}"#
    for value in [single, #"{"type":"Sequence","processors":[\#(single)]}"#] {
      let object = try JSONSerialization.jsonObject(with: Data(value.utf8))
      #expect(throws: TokenizationError.self) { try SeedlingFile.changed { $0["post_processor"] = object } }
    }
  }
}
