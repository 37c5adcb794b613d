import Foundation
import Testing

@testable import Streams

/// Every scorer on more than a thousand cases of `Scripts/reference/scorers.py`; see Tests/Goldens/README.md.
@Suite struct ScorerGoldenTests {
  /// One file: the texts, and cases of numbers of texts followed by the scores of both columns.
  private struct Goldens: Decodable {
    let texts: [String]
    let cases: [[Double?]]
  }

  private struct MacroGoldens: Decodable {
    struct Case: Decodable {
      let labels: [Int]
      let predictions: [Int]
      let references: [Int]
      let score: Double

      init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        labels = try values.decode([Int].self)
        predictions = try values.decode([Int].self)
        references = try values.decode([Int].self)
        score = try values.decode(Double.self)
      }
    }

    let texts: [String]
    let cases: [Case]
  }

  private func read<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Goldens/scorers/\(name).json")
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  /// The scores are rounded to 12 decimals; sums in another order differ by less than 1e-9.
  private func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) <= 1e-9 * max(1, abs(other)) }

  @Test(arguments: [
    [Accuracy(.legacy), Accuracy(.clean)] as [any AnswerScorer], [FirstCharacter(.legacy), FirstCharacter(.clean)],
    [NumericAccuracy()], [RougeL(.legacy), RougeL(.clean)], [EditSimilarity(.legacy), EditSimilarity(.clean)],
    [SARI(.legacy), SARI(.clean)],
  ])
  func equalsTheReference(columns: [any AnswerScorer]) throws {
    let name = try #require(columns.first?.name)
    let goldens = try read(Goldens.self, name)
    #expect(goldens.cases.count >= 1000)
    var wrong: [String] = []
    for golden in goldens.cases {
      let texts = try golden.dropLast(2).map { try goldens.texts[#require(($0 ?? -1) >= 0 ? Int($0 ?? 0) : nil)] }
      for scorer in columns {
        let expected = try #require(golden[golden.count - (scorer.column == .legacy ? 2 : 1)])
        let got = try scorer.score(
          prediction: texts[0], reference: texts[1], source: texts.count > 2 ? texts[2] : "")
        #expect(scorer.range.contains(got))
        if !isNear(got, expected) { wrong.append("\(scorer.column) \(texts): got \(got), expected \(expected)") }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) of \(goldens.cases.count): \(wrong.prefix(5).joined(separator: "\n"))")
    // A file in which every score is the same could not fail.
    #expect(Set(goldens.cases.compactMap(\.last)).count >= 2)
  }

  @Test func macroF1() throws {
    let goldens = try read(MacroGoldens.self, "macro-f1")
    #expect(goldens.cases.count >= 1000)
    for golden in goldens.cases {
      let scorer = MacroF1(labels: golden.labels.map { goldens.texts[$0] })
      let answers = zip(golden.predictions, golden.references).map {
        ScoredAnswer(prediction: goldens.texts[$0], reference: goldens.texts[$1])
      }
      #expect(isNear(try scorer.score(answers), golden.score))
    }
  }
}
