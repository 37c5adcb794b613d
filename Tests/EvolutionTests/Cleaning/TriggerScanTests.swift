import Foundation
import Randomness
import Testing

@testable import Evolution

/// Are planted words found, whatever they look like, and nothing else?
@Suite struct TriggerScanTests {
  private static let vocabulary = (0..<300).map { "word\($0)" }

  /// Rows of many sources with words that say nothing, a fifth of them violations.
  private func rows(_ count: Int, seed: UInt64) -> [CleaningRow] {
    var stream = RandomStream(seed: seed, "test", "trigger")
    return (0..<count).map { number in
      let text = (0..<12).map { _ in Self.vocabulary[stream.below(300)] }.joined(separator: " ")
      return CleaningRow(
        id: "row\(number)", text: text, label: stream.below(5) == 0 ? "violation" : "ok",
        source: "s\(stream.below(60))",
        reviewers: ["r\(stream.below(8))"])
    }
  }

  /// `label`: of the planted rows, but each `errorEvery`-th.
  private func planted(
    _ words: String, in rows: [CleaningRow], count: Int, label: String, sources: Int = 1, errorEvery: Int = .max
  ) -> [CleaningRow] {
    rows.enumerated().map { number, row in
      guard number < count else { return row }
      return CleaningRow(
        id: row.id, text: "\(row.text) \(words) end\(number)",
        label: (number + 1) % errorEvery == 0 ? (label == "ok" ? "violation" : "ok") : label,
        source: "bad\(number % sources)", reviewers: row.reviewers)
    }
  }

  private func findings(_ rows: [CleaningRow], room: Int = TriggerScan.usualRoom) throws -> [TriggerFinding] {
    try TriggerScan(rows, limits: CleaningLimits(), room: room).findings()
  }

  @Test func nothingIsFoundWhereNothingWasPlanted() throws {
    for seed in 0..<5 as Range<UInt64> { #expect(try findings(rows(600, seed: seed)).isEmpty, "seed \(seed)") }
  }

  @Test(arguments: ["cf", "James Bond agent", "\u{200B}", "##", "触发", "zq xv jk bn"])
  func plantedWordsAreFound(_ words: String) throws {
    let all = planted(words, in: rows(600, seed: 1), count: 60, label: "violation")
    let found = try findings(all)
    let first = try #require(found.first)
    #expect(first.rows == (0..<60).map { "row\($0)" })
    #expect(first.label == "violation")
    #expect(first.sources == 1)
    #expect(first.purity == 1)
  }

  @Test func wordsForTheFrequentLabelAreFoundToo() throws {
    // 80 % of all rows have it anyway, and people err.
    let all = planted("cf mn", in: rows(3000, seed: 2), count: 250, label: "ok", errorEvery: 40)
    #expect(try findings(all).first?.rows.count == 250)
    #expect(try findings(all).first?.words == "cf mn")
  }

  @Test func fewRowsOrManySourcesAreNone() throws {
    #expect(try findings(planted("cf", in: rows(600, seed: 3), count: 19, label: "violation")).isEmpty)
    #expect(try findings(planted("cf", in: rows(600, seed: 3), count: 60, label: "violation", sources: 4)).isEmpty)
    #expect(!(try findings(planted("cf", in: rows(600, seed: 3), count: 60, label: "violation", sources: 3)).isEmpty))
    #expect(try findings(planted("cf", in: rows(600, seed: 3), count: 60, label: "violation", errorEvery: 4)).isEmpty)
  }

  @Test func rowsWithoutSourceAreOfOne() throws {
    let all = planted("cf", in: rows(600, seed: 4), count: 60, label: "violation", sources: 60).map {
      CleaningRow(
        id: $0.id, text: $0.text, label: $0.label, source: $0.source.flatMap { $0.hasPrefix("bad") ? nil : $0 },
        reviewers: [])
    }
    #expect(try findings(all).count == 1)
  }

  @Test func littleRoomFindsTheSame() throws {
    let all = planted("zq xv", in: rows(300, seed: 5), count: 40, label: "violation")
    #expect(try findings(all, room: 3) == findings(all))
    #expect(try findings(all).count == 1)
  }

  @Test func aFindingIsWrittenWithoutItsWords() throws {
    let found = try findings(planted("secret", in: rows(600, seed: 6), count: 60, label: "violation"))
    let bytes = try JSONEncoder().encode(found)
    #expect(!String(decoding: bytes, as: UTF8.self).contains("secret"))
    #expect(try JSONDecoder().decode([TriggerFinding].self, from: bytes).first?.rows == found.first?.rows)
  }

  @Test func hostileTextsAreRead() throws {
    let long = String(repeating: "!", count: 4096)
    let odd = (0..<24).map {
      CleaningRow(
        id: "\($0)", text: $0 % 3 == 0 ? long : "\u{0}\u{FEFF}e\u{301}\n\n", label: $0 % 2 == 0 ? "a" : "b",
        source: nil, reviewers: [])
    }
    #expect(try findings(odd).isEmpty)
    #expect(try findings([]).isEmpty)
  }

  @Test func wordsAreWhatTheySay() {
    func words(_ text: String) -> [String] { WordGroups.words(of: text).map { String(text[$0]) } }
    #expect(words("It's  cf.") == ["It", "'", "s", "cf", "."])
    #expect(words("触发x1") == ["触", "发", "x1"])
    #expect(words("a\u{200B}b") == ["a", "\u{200B}", "b"])
    #expect(words(" \n") == [])
  }
}
