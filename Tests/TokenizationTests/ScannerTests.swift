import Foundation
import Testing

@testable import Tokenization

@Suite struct ScannerTests {
  private func cut(_ text: String, _ scanner: PatternScanner) -> [String] {
    let bytes = Array(text.utf8)
    var ends: [Int] = []
    scanner.cut(bytes, ScalarClass.ofBytes(bytes), 0..<bytes.count, ends: &ends)
    return Pieces(bytes: bytes, ends: ends).ranges.map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  private let llama3 = PatternScanner(family: .llama, contractions: .folded, numbersTogether: 3)

  @Test func cutsAsTheLlamaPatternDoes() {
    #expect(cut("It's 12345 a\n\n b", llama3) == ["It", "'s", " ", "123", "45", " a", "\n\n", " b"])
    #expect(cut("'\u{17F}a\n'Sa 'Sa", llama3) == ["'\u{17F}", "a", "\n", "'S", "a", " '", "Sa"])
    #expect(cut("a  b   ", llama3) == ["a", " ", " b", "   "])
    #expect(cut("x!\r\n\r\n y", llama3) == ["x", "!\r\n\r\n", " y"])
    #expect(cut("a \u{3000}1", llama3) == ["a", " ", "\u{3000}", "1"])
    #expect(cut("e\u{301}a", llama3) == ["e", "\u{301}a"])
  }

  @Test func cutsAsTheGPT2PatternDoes() {
    #expect(cut("It's 12345 a\n\n b", .gpt2) == ["It", "'s", " 12345", " a", "\n\n", " b"])
    #expect(cut("'Sa x  y", .gpt2) == ["'", "Sa", " x", " ", " y"])
  }

  @Test func knowsThePatternsByTheirText() {
    let rest = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    let pattern = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"# + rest
    #expect(PatternScanner.forPattern(pattern) == llama3)
    #expect(PatternScanner.forPattern(pattern + " ") == nil)
    #expect(
      PatternScanner.forPattern(#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#) == .gpt2
    )
  }

  /// However small the parts are in which a text is cut, the words are those of the whole: of every kind of scanner, of two behind
  /// one another, and where a space comes before.
  @Test(arguments: [PatternScanner.Family.gpt2, .llama, .cased, .deepSeek, .chineseAndKana, .numbers, .digits])
  func partsAreTheWhole(family: PatternScanner.Family) throws {
    let seed = (0..<3).map { _ in UInt16.random(in: 0...UInt16.max) }
    var state = seed
    func below(_ bound: Int) -> Int { nrand48(&state) % bound }
    let parts = [
      "a", "B", "'s", "'", "1", "23", " ", "  ", "\n", "\r\n", "\t", "!", "/", "é", "e\u{301}", "字", "か", "😀",
      "\u{3000}", ".b",
    ]
    for contractions in [PatternScanner.Contractions.none, .folded] {
      for most in [1, 3, Int.max] {
        let scanner = PatternScanner(family: family, contractions: contractions, numbersTogether: most)
        let llama = PatternScanner(family: .llama, contractions: .folded, numbersTogether: 3)
        for steps in [[.scanner(scanner)], [.scanner(scanner), .scanner(llama)], [.prefixSpace, .scanner(scanner)]]
          as [[PreTokenizer.Step]]
        {
          for _ in 0..<2 {
            // Runs of the same, so that words are longer than a part.
            let text = (0..<60).map { _ in
              String(repeating: parts[below(parts.count)], count: 1 + below(7))
            }.joined()
            let tokenizer = PreTokenizer(steps: steps)
            func words(window: Int) throws -> [String] {
              var words: [String] = []
              try tokenizer.forEachPart(of: Array(text.utf8)[...], isBeginning: true, window: window) { pieces in
                words += pieces.ranges.map { String(decoding: pieces.bytes[$0], as: UTF8.self) }
              }
              return words
            }
            let whole = try words(window: 1 << 20)
            for window in [4, 7, 16, 50, 200] {
              #expect(try words(window: window) == whole, "seed \(seed), window \(window), \(steps)")
            }
          }
        }
      }
    }
  }

  /// The scanners and ICU are two ways to the same pattern.
  @Test func scannerAndRegexAgree() throws {
    let pattern =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
      + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    let cutter = try RegexCutter(pattern: pattern, file: "f", key: "k")
    let fragments = [
      "a", "é", "漢", "1", "٣", " ", "\n", "\r", "\t", "\u{B}", "\u{85}", "\u{A0}", "!", "'", "s", "LL", "😀",
    ]
    for _ in 0..<2000 {
      let text = (0..<12).map { _ in fragments.randomElement() ?? "" }.joined()
      let bytes = Array(text.utf8)
      var scanned: [Int] = []
      llama3.cut(bytes, ScalarClass.ofBytes(bytes), 0..<bytes.count, ends: &scanned)
      var matched: [Int] = []
      try cutter.cut(bytes, 0..<bytes.count, ends: &matched)
      #expect(scanned == matched, "\(text.debugDescription)")
    }
  }

  @Test func respellsWhitespaceForICU() {
    #expect(RegexCutter.respelled(#"\s[^\S\\s]\\\s"#) == #"\p{White_Space}[^\P{White_Space}\\s]\\\p{White_Space}"#)
  }

  @Test func classesAreThoseOfUnicode16() {
    let expected: [(Unicode.Scalar, ScalarClass)] = [
      ("a", .lower), ("ß", .lower), ("漢", .uncased), ("ª", .uncased), ("\u{1C89}", .upper), ("ǅ", .upper),
      ("1", .number),
      ("²", .number), ("Ⅷ", .number), ("٣", .number), (" ", .space), ("\u{B}", .space), ("\u{85}", .space),
      ("\u{2028}", .space), ("\r", .newline), ("\n", .newline), ("\u{200B}", .rest), ("\u{301}", .mark),
      ("\u{1C}", .rest), ("_", .punctuation), ("😀", .symbol), ("\u{33479}", .rest), ("\u{11DE0}", .newNumber),
    ]
    for (scalar, kind) in expected { #expect(ScalarClass(of: scalar) == kind, "U+\(String(scalar.value, radix: 16))") }
  }
}
