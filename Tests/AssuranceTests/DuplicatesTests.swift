import Foundation
import Testing

@testable import Assurance

/// Are repeated texts found, and texts that are not alike left alone, whoever wrote them?
@Suite struct DuplicatesTests {
  private static func words(_ count: Int, _ source: inout SplitMix) -> [String] {
    (0..<count).map { _ in "word\(source.below(100_000))" }
  }

  @Test func normalForms() throws {
    let golden = try CertificationGolden.load()
    #expect(golden.normalTexts.count == 13)
    for pair in golden.normalTexts {
      let normal = try NormalText(pair[0])
      #expect(
        normal.codePoints == pair[1].unicodeScalars.map(\.value), "\(pair[0].debugDescription): \(normal.codePoints)")
      #expect(Array(normal.text.utf8) == Array(pair[1].utf8))
    }
    #expect(try NormalText("Free money").digest != NormalText("free money").digest)
    #expect(try NormalText(" e\u{301}\r\n").digest == NormalText("\u{e9}").digest)
  }

  /// By hand: "abcdef" has abcde and bcdef; "abcdeg" shares one of three.
  @Test func similarities() throws {
    func grams(_ text: String) throws -> GramSet { GramSet(try NormalText(text)) }
    #expect(try grams("abcdef").hashes.count == 2 && grams("").hashes.count == 1 && grams("abc").hashes.count == 1)
    #expect(isClose(try grams("abcdef").similarity(to: grams("abcdeg")), 1.0 / 3))
    #expect(try grams("aaaaaaaaaa").hashes.count == 1 && grams("ab").similarity(to: grams("ab")) == 1)
    #expect(try grams("ab").similarity(to: grams("ac")) == 0 && grams("abcde").similarity(to: grams("abcdf")) == 0)
    let (five, four, three) = (try grams("abcdefghi"), try grams("abcdefgh"), try grams("abcdefg"))
    #expect(five.isSimilar(to: four, atLeast: 0.8) && !five.isSimilar(to: three, atLeast: 0.8))
  }

  /// By hand, as the documentation says: 68 %, 92 % and more than 99.99 %.
  @Test func bandsFindWhatTheySay() {
    #expect(abs(MinHashBands.training.probability(similarity: 0.8) - 0.68) < 0.005)
    #expect(abs(MinHashBands.training.probability(similarity: 0.85) - 0.92) < 0.005)
    #expect(MinHashBands.heldOut.probability(similarity: 0.8) > 0.9999)
    #expect(
      MinHashBands.training.probability(similarity: 1) == 1 && MinHashBands.training.probability(similarity: 0) == 0)
  }

  /// Two sets of 200 of which a part is common agree in each hash with the probability of their similarity.
  @Test func hashesAgreeAsOftenAsSetsOverlap() throws {
    let bands = try MinHashBands(bands: 256, hashes: 1)
    var (agreed, source, expected): (Int, SplitMix, Double) = (0, SplitMix(seed: 31), 0)
    for _ in 0..<8 {
      let words = Self.words(30, &source).joined(separator: " ")
      let one = GramSet(try NormalText(words))
      let other = GramSet(try NormalText(words + " " + Self.words(12, &source).joined(separator: " ")))
      expected += one.similarity(to: other) / 8
      agreed += zip(bands.keys(of: one), bands.keys(of: other)).count { $0 == $1 }
    }
    // Eight texts of 256 hashes: three standard errors are below 0.04.
    #expect(abs(Double(agreed) / 2048 - expected) < 0.04, "seed 31: \(agreed) of 2048, not \(expected)")
  }

  @Test func findsExactAndNearDuplicates() throws {
    var source = SplitMix(seed: 37)
    let first = Self.words(60, &source).joined(separator: " ")
    let other = Self.words(60, &source).joined(separator: " ")
    let texts = [
      other, first, first + " now", "  " + first + "\n", Self.words(60, &source).joined(separator: " "), first + "!",
    ]
    let found = try NearDuplicates(of: texts)
    #expect(found.exactFirst == [0, 1, 2, 1, 4, 5], "seed 37")
    #expect(found.clusterFirst == [0, 1, 1, 1, 4, 1] && found.clusters == [[1, 2, 3, 5]], "seed 37: \(found)")
    #expect(try NearDuplicates(of: []).clusters.isEmpty)
    #expect(try NearDuplicates(of: ["", " ", "a"]).clusterFirst == [0, 0, 2])
  }

  /// A row is never told to repeat another that it does not: the similarity itself is looked at.
  @Test func keepsDifferentTextsApart() throws {
    var source = SplitMix(seed: 41)
    let texts = (0..<80).map { _ in "Your order " + Self.words(8, &source).joined(separator: " ") + " has been sent." }
    #expect(try NearDuplicates(of: texts, bands: .heldOut).clusterFirst == Array(0..<80), "seed 41")
  }

  @Test func heldOutRows() throws {
    var source = SplitMix(seed: 43)
    let rows = (0..<40).map { _ in Self.words(40, &source).joined(separator: " ") }
    let heldOut = try HeldOutTexts(rows)
    for (row, text) in rows.enumerated() {
      #expect(try heldOut.match(" " + text + " ") == HeldOutTexts.Match(row: row, similarity: 1, isExact: true))
      let near = try #require(try heldOut.match(text + " word"), "seed 43: row \(row)")
      #expect(near.row == row && !near.isExact && near.similarity > 0.9 && near.similarity < 1)
      #expect(try heldOut.match(Self.words(40, &source).joined(separator: " ")) == nil)
    }
    #expect(try HeldOutTexts([]).match("anything") == nil)
    // Of two rows that are alike the closer one is named.
    let two = try HeldOutTexts([rows[0] + " and more of it", rows[0] + " and"])
    #expect(try two.match(rows[0])?.row == 1)
  }

  /// Thousands of copies, a long run of marks, nothing but spaces, half a surrogate's replacement: linear time and no surprise.
  @Test func hostileTexts() throws {
    let copies = [String](repeating: "the same text again", count: 3_000)
    #expect(try NearDuplicates(of: copies).clusters.count == 1)
    let numbered = (0..<300).map { "Dear customer, your parcel is waiting for you at the usual place, number \($0)" }
    #expect(try NearDuplicates(of: numbered).clusterFirst.allSatisfy { $0 == 0 })
    var marks = "a"
    for place in 0..<20_000 { marks.unicodeScalars.append(place % 2 == 0 ? "\u{301}" : "\u{316}") }
    #expect(try NormalText(marks).codePoints.count > 20_000)
    #expect(try NormalText(String(repeating: "\u{2003}\n", count: 10_000)).codePoints.isEmpty)
    #expect(try NormalText("\u{0}\u{FFFD}\u{10FFFF}").codePoints == [0, 0xFFFD, 0x10FFFF])
  }

  @Test func limits() throws {
    let long = String(repeating: "a", count: NormalText.mostBytes)
    #expect(try NormalText(long).codePoints.count == NormalText.mostBytes)
    #expect(throws: AssuranceError.self) { try NormalText(long + "a") }
    #expect(throws: AssuranceError.self) { try NearDuplicates(of: [long + "a"]) }
    for similarity in [0, -1, 1.1, Double.nan] {
      #expect(throws: AssuranceError.self) { try NearDuplicates(of: ["a"], similarity: similarity) }
      #expect(throws: AssuranceError.self) { try HeldOutTexts(["a"], similarity: similarity) }
    }
    for (bands, hashes) in [(0, 1), (1, 0), (257, 1), (1, 65), (.min, .max)] {
      #expect(throws: AssuranceError.self) { try MinHashBands(bands: bands, hashes: hashes) }
    }
    let text = Data(#"{"bands": 0, "hashes": 13}"#.utf8)
    #expect(throws: AssuranceError.self) { try JSONDecoder().decode(MinHashBands.self, from: text) }
    let back = try JSONDecoder().decode(MinHashBands.self, from: JSONEncoder().encode(MinHashBands.heldOut))
    #expect(back == .heldOut)
  }
}
