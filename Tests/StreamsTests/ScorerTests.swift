import Foundation
import Testing

@testable import Streams

/// Cases computed by hand.
@Suite struct ScorerTests {
  @Test func accuracy() {
    #expect(Accuracy(.legacy).score(prediction: "A", reference: "A") == 1)
    #expect(Accuracy(.legacy).score(prediction: "A ", reference: "A") == 0)
    #expect(Accuracy(.clean).score(prediction: "\nA ", reference: "A") == 1)
    #expect(Accuracy(.clean).score(prediction: "a", reference: "A") == 0)
    #expect(Accuracy(.legacy).score(prediction: "", reference: "") == 0)
    #expect(Accuracy(.clean).score(prediction: " ", reference: "\n") == 0)
    // One text for a reader, two for the published code.
    #expect(Accuracy(.legacy).score(prediction: "é", reference: "e\u{301}") == 0)
  }

  @Test func meanOverAnswers() throws {
    let answers = ["A", "B", "B", ""].map { ScoredAnswer(prediction: $0, reference: "B") }
    #expect(try Accuracy(.legacy).score(answers) == 0.5)
    let error = #expect(throws: ScoringError.self) { try Accuracy(.legacy).score([]) }
    #expect(
      error?.description
        == "accuracy: expected at least one answer, got none. Fix: Score at least one row.")
    #expect(throws: ScoringError.self) { try MacroF1(labels: ["A"]).score([]) }
  }

  @Test(arguments: [
    ("1,000", "1000.0", 1.0), ("12\n\nQuestion: what", "12", 1), ("12.", "12", 1), ("-0", "0", 1), ("4.170", "4.17", 1),
    ("4.171", "4.17", 0), ("1,00", "100", 0), ("12 apples", "12", 0), ("Friday.", "Friday", 1), ("friday", "Friday", 0),
    ("", "0", 0), ("0", "", 0), (".", "0", 0), (".5", "0.50", 1), ("1e3", "1000", 0),
  ])
  func numbers(prediction: String, reference: String, expected: Double) {
    #expect(NumericAccuracy().score(prediction: prediction, reference: reference) == expected)
  }

  @Test(arguments: [
    ("Because", "B\nA letter starts", 1.0, 0.0), ("B", "B\nA letter", 1, 1), (" B.", "B", 0, 1), ("(B)", "B\n", 0, 1),
    ("", "B", 0, 0), ("b", "B", 0, 0), ("B2", "B", 1, 0),
  ])
  func firstCharacters(prediction: String, reference: String, legacy: Double, clean: Double) {
    #expect(FirstCharacter(.legacy).score(prediction: prediction, reference: reference) == legacy)
    #expect(FirstCharacter(.clean).score(prediction: prediction, reference: reference) == clean)
  }

  /// ok: 1 hit, 1 false alarm, 1 miss: 2/4. violation: 1 hit, 1 miss: 2/3. The third label never occurs.
  @Test func macroF1() throws {
    let pairs = [("ok", "ok"), ("violation", "violation"), ("ok", "violation"), ("what?", "ok")]
    let answers = pairs.map { ScoredAnswer(prediction: $0, reference: $1) }
    let got = try MacroF1(labels: ["ok", "violation", "spam"]).score(answers)
    #expect(abs(got - (0.5 + 2 / 3.0) / 2) < 1e-12)
    #expect(try MacroF1(labels: ["spam"]).score(answers) == 0)
    #expect(try MacroF1(labels: []).score(answers) == 0)
    // Label 0 is hit once and given once too often: 2 / 3; label 1 is missed: 0; label 2 never occurs.
    let numbers = [(0, 0), (1, 0), (-1, -1), (7, 9)].map { MacroF1.Pair(right: $0.0, given: $0.1) }
    #expect(MacroF1.score(numbers, labels: 3) == (2 / 3.0) / 2)
    #expect(MacroF1.score([], labels: 3) == 0 && MacroF1.score(numbers, labels: -1) == 0)
  }

  /// Sentences "a b" and "c" against "c" and "b a": the union is {b or a, c}, of 3 words each. p = r = 2/3.
  @Test func rougeLegacy() throws {
    let got = try RougeL(.legacy).score(prediction: "a b.c", reference: "c.b a")
    #expect(abs(got - 2 * (4 / 9.0) / (4 / 3.0 + 1e-8)) < 1e-12)
    // Repeated words count once, so this is a perfect score but for the 1e-8.
    #expect(abs(try RougeL(.legacy).score(prediction: "a a a", reference: "a") - 2 / (2 + 1e-8)) < 1e-12)
    // The line feed after the full stop is a sentence with an empty word: p = 1/2.
    #expect(abs(try RougeL(.legacy).score(prediction: "a.\n", reference: "a") - 1 / (1.5 + 1e-8)) < 1e-12)
    #expect(try RougeL(.legacy).score(prediction: "..", reference: "a") == 0)
    #expect(try RougeL(.legacy).score(prediction: "", reference: "") == 0)
  }

  @Test func rougeClean() throws {
    #expect(try RougeL(.clean).score(prediction: "a a a", reference: "a") == 0.5)
    #expect(try RougeL(.clean).score(prediction: "a x b", reference: "\n a b\n") == 0.8)
    #expect(try RougeL(.clean).score(prediction: " ", reference: "a") == 0)
  }

  /// "abcd" and "bcde": difflib finds "bcd", 100 · 6/8. "ab" and "ba": one of two characters.
  @Test func editLegacy() throws {
    func score(_ one: String, _ other: String) throws -> Double {
      try EditSimilarity(.legacy).score(prediction: one, reference: other)
    }
    #expect(try score("abcd", "bcde") == 75)
    #expect(try score("ab", "ba") == 50)
    #expect(try score("x = <NUM_LIT:5>", "x = 5") == 100)
    #expect(try score("f ( '<STR_LIT>' , <NUM_LIT> )", "f ( '' , 0 )") == 100)
    // 100 · 2/16 = 12.5 goes to the even neighbour.
    #expect(try score("a", "abcdefghijklmno") == 12)
    #expect(try score("<STR_LIT>", "a") == 0)
    #expect(try score("", "") == 0)
    // A replacement makes a literal that was found before, and is replaced too; the clean column does that never.
    #expect(try score("<<STR_LIT:STR_LIT:x>><STR_LIT:x>", "xx") == 100)
    #expect(
      try EditSimilarity(.clean).score(prediction: "<<STR_LIT:STR_LIT:x>><STR_LIT:x>", reference: "<STR_LIT:x>x") < 100)
  }

  @Test func editClean() throws {
    #expect(try EditSimilarity(.clean).score(prediction: "abcd ", reference: "bcde") == 75)
    #expect(try EditSimilarity(.clean).score(prediction: "a", reference: "abcdefghijklmno") == 12.5)
    #expect(try EditSimilarity(.clean).score(prediction: "<STR_LIT>", reference: " ") == 100)
  }

  /// Source "a b", prediction "a", reference "a": for n = 1 keep: p = r = 1, delete: 1/1, add: 0/0 twice, 1. For n = 2
  /// keep: 1 and 1 as 0/0, delete: 1/1, add 1. n = 3, 4: all 0/0.
  @Test func sari() {
    #expect(SARI(.legacy).score(prediction: "a", reference: "A", source: "a b") == 100)
    // Prediction "a b": keep: p = (1 + 0) / 2, r = 1, F = 2/3; delete 0/0, add 0/0. n = 2: keep p = 0, r = 0/0, F = 0.
    // n = 3, 4: 1.
    let kept = SARI(.legacy).score(prediction: "a b", reference: "a", source: "a b")
    #expect(abs(kept - 100 * (2 / 3.0 + 0 + 1 + 1 + 4 * 2) / 12) < 1e-9)
    #expect(SARI(.clean).score(prediction: " ", reference: "a", source: "a b") == 0)
    #expect(SARI(.legacy).score(prediction: " ", reference: "a", source: "a b") > 0)
  }

  @Test func westernTokens() {
    func tokens(_ text: String) -> [String] {
      WesternTokens.tokens(of: text).map { String(String.UnicodeScalarView($0)) }
    }
    #expect(tokens("Hello, World! 3.14 1,5 (x)") == ["hello", ",", "world", "!", "3.14", "1,5", "(", "x", ")"])
    #expect(tokens("ΟΔΟΣ ΑΣΑ İ") == ["οδος", "ασα", "i\u{307}"])
    #expect(tokens("re-\nstart 3-4 a-b don't") == ["restart", "3", "-", "4", "a-b", "don't"])
    #expect(tokens("&amp;lt; <skipped>") == ["<"])
    #expect(tokens(" \n").isEmpty)
  }

  @Test func rangesAndShares() {
    let scorers: [any Scorer] = [
      Accuracy(.clean), NumericAccuracy(), FirstCharacter(.legacy), MacroF1(labels: []), RougeL(.legacy),
      EditSimilarity(.clean), SARI(.legacy),
    ]
    #expect(Set(scorers.map(\.name)).count == scorers.count)
    for scorer in scorers {
      #expect(scorer.share(scorer.range.upperBound) == 1 && scorer.share(scorer.range.lowerBound) == 0)
      #expect(!scorer.formula.isEmpty)
    }
  }
}
