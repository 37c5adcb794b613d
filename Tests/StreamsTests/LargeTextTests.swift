import Foundation
import Randomness
import Testing

@testable import Streams

/// Long texts: what is computed 64 cells at a time equals the plain table, and nothing takes all memory or hours.
@Suite struct LargeTextTests {
  /// The positions of the subsequence by the whole table.
  private func plain(_ rows: [Int], _ columns: [Int]) -> [Int] {
    var table = [[Int]](repeating: [Int](repeating: 0, count: columns.count + 1), count: rows.count + 1)
    for (i, row) in rows.enumerated() {
      for (j, column) in columns.enumerated() {
        table[i + 1][j + 1] = row == column ? table[i][j] + 1 : max(table[i][j + 1], table[i + 1][j])
      }
    }
    var (i, j, positions) = (rows.count, columns.count, [Int]())
    while i > 0, j > 0 {
      if rows[i - 1] == columns[j - 1] {
        (i, j) = (i - 1, j - 1)
        positions.append(i)
      } else if table[i - 1][j] > table[i][j - 1] {
        i -= 1
      } else {
        j -= 1
      }
    }
    return positions
  }

  @Test(arguments: [
    (0, 5, 3), (5, 0, 3), (1, 1, 1), (40, 63, 4), (70, 64, 2), (64, 65, 30), (150, 200, 7), (90, 129, 90),
  ])
  func equalsTheTable(rows: Int, columns: Int, tokens: Int) {
    for seed in 0..<20 as Range<UInt64> {
      var stream = RandomStream(seed: seed, "subsequence", "\(rows)", "\(columns)")
      let one = (0..<rows).map { _ in stream.below(tokens) }
      let other = (0..<columns).map { _ in stream.below(tokens) }
      let table = CommonSubsequence(other)
      let positions = plain(one, other)
      #expect(table.positions(in: one) == positions)
      #expect(table.length(with: one) == positions.count)
    }
  }

  /// More than 2²⁰ words of rows, so that only every √n-th is kept: the same subsequence as of the parts' lengths.
  @Test func keptRowsOfALongSequence() {
    var stream = RandomStream(seed: 1, "subsequence")
    let one = (0..<12_000).map { _ in stream.below(50) }
    let other = (0..<6000).map { _ in stream.below(50) }
    let table = CommonSubsequence(other)
    let positions = table.positions(in: one)
    #expect(positions.count == table.length(with: one))
    #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 > $1 })
    var rest = other[...]
    for position in positions.reversed() {
      guard let found = rest.firstIndex(of: one[position]) else {
        Issue.record("what was found is not a subsequence")
        return
      }
      rest = rest[(found + 1)...]
    }
  }

  @Test func longTexts() throws {
    let words = (0..<6000).map { "w\($0 % 997)" }
    let text = words.joined(separator: " ")
    #expect(abs(try RougeL(.legacy).score(prediction: text, reference: text) - 1) < 1e-8)
    #expect(try RougeL(.clean).score(prediction: text, reference: text) == 1)
    #expect(SARI(.legacy).score(prediction: text, reference: text, source: text) == 100)
    #expect(NumericAccuracy().score(prediction: String(repeating: "9", count: 1 << 20), reference: "9") == 0)
    #expect(try EditSimilarity(.legacy).score(prediction: text, reference: String(text.dropLast(7))) == 100)
  }

  @Test func textsBeyondAllUse() throws {
    let many = String(repeating: "a ", count: 400_000)
    let error = #expect(throws: ScoringError.self) { try RougeL(.clean).score(prediction: many, reference: many) }
    #expect(error?.description.hasPrefix("rouge-l: expected a prediction and a reference that can be") == true)
    #expect(throws: ScoringError.self) { try RougeL(.legacy).score(prediction: many, reference: many) }
    #expect(throws: ScoringError.self) { try EditSimilarity(.clean).score(prediction: many, reference: many) }
    let dots = (0..<20_000).map { "w\($0)." }.joined()
    #expect(throws: ScoringError.self) { try RougeL(.legacy).score(prediction: dots, reference: dots) }
    // No bracket ends them, so nothing is a literal; and so many that are one.
    let open = String(repeating: "<STR_LIT:", count: 50_000)
    #expect(try EditSimilarity(.legacy).score(prediction: open, reference: open) == 100)
    let literals = String(repeating: "<STR_LIT:a>", count: 50_000)
    #expect(throws: ScoringError.self) { try EditSimilarity(.legacy).score(prediction: literals, reference: "a") }
  }
}
