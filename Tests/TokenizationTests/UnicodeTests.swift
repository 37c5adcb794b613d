import Foundation
import Testing

@testable import Tokenization

/// What Unicode's tables say of every scalar, against those of Python's `tokenizers` and `unicodedata`.
@Suite struct UnicodeTests {
  private struct Goldens: Decodable {
    let classes: [String: UInt32]
    let composedByTokenizers: UInt32
    let composedByPython: UInt32
  }

  private func goldens() throws -> Goldens {
    try JSONDecoder().decode(
      Goldens.self, from: Data(contentsOf: GoldenLines.folder().appendingPathComponent("unicode.json")))
  }

  private static let classes: [(String, ScalarClass)] = [
    ("upper", .upper), ("lower", .lower), ("uncased", .uncased), ("mark", .mark), ("number", .number),
    ("whitespace", .whitespace), ("punctuation", .punctuation), ("symbol", .symbol), ("digits", [.number, .newNumber]),
  ]

  @Test(arguments: classes) func everyScalarHasItsClass(_ name: String, _ kinds: ScalarClass) throws {
    let members = (UInt32(0)..<0x110000).filter { value in
      Unicode.Scalar(value).map { ScalarClass(of: $0).isIn(kinds) } ?? false
    }
    #expect(
      GoldenLines.digest(ids: members.map { Int($0) }) == (try goldens().classes[name]), "\(members.count) scalars")
  }

  @Test func everyScalarIsComposedAsByTokenizers() throws {
    #expect(try digest(.ofTokenizers) == goldens().composedByTokenizers)
  }

  @Test func everyScalarIsComposedAsByPython() throws {
    #expect(try digest(.ofPython) == goldens().composedByPython)
  }

  private func digest(_ composition: Composition) -> UInt32 {
    var digest: UInt32 = 0x811C_9DC5
    for value in UInt32(0)..<0x30000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      for text in ["\(scalar) e\(scalar)\u{323} \(scalar)\u{301}\u{334} "] {
        for byte in composition.composed(Array(text.utf8)) { digest = (digest ^ UInt32(byte)) &* 0x0100_0193 }
      }
    }
    return digest
  }

  @Test(arguments: [
    ("e\u{301}", "\u{E9}"), ("\u{AC00}\u{11A8}", "\u{AC01}"), ("x\u{301}", "x\u{301}"), ("\u{212B}", "\u{C5}"),
    ("漢e\u{323}\u{302}漢", "漢\u{1EC7}漢"), (">\u{338}", "\u{226F}"), ("\u{301}a", "\u{301}a"), ("", ""),
    ("か\u{3099}", "が"),
  ]) func composes(_ text: String, _ composed: String) {
    #expect(Composition.ofTokenizers.composed(Array(text.utf8)) == Array(composed.utf8))
  }

  /// Whoever compares texts as the tokenizer does asks whether it composes them.
  @Test func composedTexts() throws {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    let plain = try SeedlingFile.changed { $0["normalizer"] = NSNull() }
    #expect(!plain.composesText)
    #expect(try plain.encodePlain(composed) != plain.encodePlain(decomposed))
    let steps: [[String: Any]] = [["type": "Prepend", "prepend": "x"], ["type": "NFC"]]
    for normalizer: [String: Any] in [["type": "NFC"], ["type": "Sequence", "normalizers": steps]] {
      let tokenizer = try SeedlingFile.changed { $0["normalizer"] = normalizer }
      #expect(tokenizer.composesText)
      #expect(try tokenizer.encodePlain(composed) == tokenizer.encodePlain(decomposed))
    }
  }
}
