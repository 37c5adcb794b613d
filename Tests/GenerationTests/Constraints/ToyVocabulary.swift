import Decoder
import Files
import Foundation
import Tokenization

@testable import Generation

/// A tokenizer whose tokens are given: all bytes (as ids 0 to 255), pieces that cut characters and structure, and an end token.
struct ToyTokenizer: Tokenizer {
  var texts: [[UInt8]?]
  /// What tokens add at the beginning, where that is something else.
  var atBeginning: [Int: [UInt8]?] = [:]

  /// Of whole characters.
  private static let texts: [String] = [
    "{\"", "\":", "\": ", "\": \"", "\",\"", "\", \"", "\"}", "\"}]", "\":{\"", "\":[{\"", ", \"", "},{", "}}", "]}",
    "[]", "{}", "[[", "tr", "true", "true,", "fal", "se", "nul", "null}", "12", "-1", "0.", ".5e", "e-", "1,2", "]]]",
    "\\u", "\\ud83d", "\\ude00", "d83d\\", "\\\\", "\\\"", "\\n\"", "n\"", "00", "  ", "\n", " \"", ": ", ", ",
    "name", "name\":", "\"name\"", "\"age", "kind\": \"", "ab", "abc\"", "next\":{\"v", "v\":1", "yes", "no", "y",
    "es",
    "<end of a long token that never fits anywhere else>",
  ]

  /// Of parts of characters, and of what stands around them.
  private static let parts: [[UInt8]] = [
    [0xC3, 0xA9], [0x61, 0xC3], [0xA9, 0x62], [0xF0, 0x9F], [0x98, 0x80], [0x98, 0x80, 0x22], [0xED, 0xA0],
    [0xC3, 0x22], [0xE0, 0xA0], [0x80, 0x22, 0x7D],
  ]

  static let toy: ToyTokenizer = {
    var texts: [[UInt8]?] = (UInt8.min...UInt8.max).map { [$0] }
    for text in Self.texts { texts.append(Array(text.utf8)) }
    for part in parts { texts.append(part) }
    return ToyTokenizer(texts: texts + [nil])
  }()

  /// The end token of ``toy``.
  static let end = toy.texts.count - 1

  var vocabularySize: Int { texts.count }
  func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] { [] }
  func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String { "" }
  func id(of token: String) -> Int? { nil }
  func textBytes(of id: Int, isFirst: Bool) -> [UInt8]? {
    if isFirst, let text = atBeginning[id] { return text }
    return texts.indices.contains(id) ? texts[id] : nil
  }
}

/// JSON as it is written; keys may stand twice.
func json(_ text: String) throws -> JSONTree { try JSONTree(Data(text.utf8)) }

extension TextConstraint {
  /// What may come behind a text that is given byte by byte, and the first of its bytes that could not come.
  func allowed(behind text: [UInt8]) -> (tokens: Set<Int>, wrong: Int?) {
    let state = makeState()
    for (index, byte) in text.enumerated() {
      guard state.allowedTokens.contains(Int(byte)) else { return ([], index) }
      state.accept(Int(byte))
    }
    return (state.allowedTokens, nil)
  }
}

extension TokenConstraint {
  /// With the end token of the toy.
  var allowedTokens: Set<Int> {
    var tokens: Set<Int> = []
    allowed(endTokens: [ToyTokenizer.end]) { tokens.insert($0) }
    return tokens
  }
}
