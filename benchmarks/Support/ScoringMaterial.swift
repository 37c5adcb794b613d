import Files
package import Foundation
package import Streams

/// Rows to be scored, as token ids.
package struct ScoringMaterial: Decodable {
  package struct Row: Decodable {
    let prompt: [Int]
    let label: Int
  }
  let rows: [Row]
  /// Answer tokens of each label, the end token last.
  package let labels: [[Int]]

  package static func read(_ file: URL) throws -> ScoringMaterial { try JSONFile.read(Self.self, from: file) }

  /// - Throws: ``UsageError`` for a row whose label is not there.
  package func examples() throws -> [EncodedExample] {
    try rows.enumerated().map { index, row in
      guard labels.indices.contains(row.label) else {
        throw UsageError("row \(index): label 0 to \(labels.count - 1) expected, got \(row.label)")
      }
      return EncodedExample(
        index: index, promptIds: row.prompt, answerIds: labels[row.label], labelIndex: row.label, droppedTokens: 0)
    }
  }
}
