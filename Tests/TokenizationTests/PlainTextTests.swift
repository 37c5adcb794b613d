import Foundation
import Testing

@testable import Tokenization

/// Text in which special tokens are spelled, as text: equal to Python's `tokenizers` with `encode_special_tokens`.
@Suite struct PlainTextTests {
  private static let seedling: URL = {
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { package.deleteLastPathComponent() }
    return package.appendingPathComponent("Sources/accrete/Resources/base/seedling")
  }()

  @Test(arguments: [
    ("a <|endoftext|> b", [68, 8136, 95, 512, 82, 696, 476, 95, 33, 279]),
    (
      "<|im_start|>user\nhi<|im_end|>",
      [31, 95, 339, 66, 309, 414, 95, 33, 343, 264, 202, 3158, 31, 95, 339, 66, 512, 95, 33]
    ),
    ("<|pad|><|endoftext|>", [31, 95, 83, 314, 95, 33, 31, 95, 512, 82, 696, 476, 95, 33]),
  ])
  func asInPython(text: String, ids: [Int]) throws {
    let tokenizer = try BPETokenizer(folder: Self.seedling)
    #expect(try tokenizer.encodePlain(text) == ids)
    #expect(try tokenizer.encode(text, addSpecialTokens: false).contains { $0 < 4 } && !ids.contains { $0 < 4 })
    #expect(try tokenizer.decode(ids, skipSpecialTokens: true) == text)
  }

  /// An added token that is not special stays one; a text without special tokens has the ids that it always has.
  @Test func onlySpecialTokensAreText() throws {
    let json = try String(contentsOf: Self.seedling.appendingPathComponent("tokenizer.json"), encoding: .utf8)
    let first = try #require(json.range(of: "\"special\": true") ?? json.range(of: "\"special\":true"))
    let changed = json.replacingCharacters(in: first, with: "\"special\": false")
    let tokenizer = try BPETokenizer(data: Data(changed.utf8), file: "tokenizer.json")
    #expect(try tokenizer.encodePlain("a<|endoftext|>b<|im_end|>").filter { $0 < 4 } == [0])
    let text = "Rivers, stones & the light: 12 years."
    #expect(try tokenizer.encodePlain(text) == tokenizer.encode(text, addSpecialTokens: false))
  }
}
