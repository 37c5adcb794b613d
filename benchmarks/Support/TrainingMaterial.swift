import Files
package import Foundation
package import Streams

/// Rows as token ids, batch after batch: a script makes one file, and the peer reads the same.
package struct TrainingMaterial: Decodable {
  package struct Row: Decodable {
    let prompt: [Int]
    let answer: [Int]
  }
  let batches: [[Row]]

  package static func read(_ file: URL) throws -> TrainingMaterial { try JSONFile.read(Self.self, from: file) }

  /// All rows, one batch after the other, and which of them make a batch.
  package var examples: (rows: [EncodedExample], plan: [[Int]]) {
    var rows: [EncodedExample] = []
    var plan: [[Int]] = []
    for batch in batches {
      plan.append(Array(rows.count..<rows.count + batch.count))
      for row in batch {
        rows.append(
          EncodedExample(
            index: rows.count, promptIds: row.prompt, answerIds: row.answer, labelIndex: nil, droppedTokens: 0))
      }
    }
    return (rows, plan)
  }
}
