import Files
import Foundation
import Streams

/// Rows as token ids: the script makes one file, and the peer reads the same.
struct Material: Decodable {
  struct Row: Decodable {
    let prompt: [Int]
    let answer: [Int]
  }
  let batches: [[Row]]

  static func read(_ file: URL) throws -> Material { try JSONFile.read(Material.self, from: file) }

  /// All rows, one batch after the other, and which of them make a batch.
  var examples: (rows: [EncodedExample], plan: [[Int]]) {
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
