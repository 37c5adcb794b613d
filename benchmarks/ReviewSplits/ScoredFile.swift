import Files
import Foundation

/// Rows of a task with the scores of a model: one JSON object a line, `{"gold": "ok", "scores": {"ok": -0.1, "violation": -2.3}}`.
///
/// Scores are total log-probabilities. The rows must be ones that the model was neither trained nor chosen on.
struct ScoredFile {
  struct Row {
    let gold: String
    /// In the order of ``ScoredFile/labels``.
    let scores: [Double]
  }

  /// The file's name without its extension.
  let task: String
  /// In the order of their bytes.
  let labels: [String]
  let rows: [Row]

  private struct Line: Decodable {
    let gold: String
    let scores: [String: Double]
  }

  init(_ url: URL) throws {
    let data = try MappedFile(url).data()
    let lines = try data.split(separator: UInt8(ascii: "\n")).enumerated().map { number, line in
      try JSONFile.decode(Line.self, from: Data(line), path: "\(url.path) line \(number + 1)")
    }
    let labels = (lines.first?.scores.keys.map(ExactText.init) ?? []).sorted().map(\.text)
    task = url.deletingPathExtension().lastPathComponent
    self.labels = labels
    rows = lines.map { line in Row(gold: line.gold, scores: labels.map { line.scores[$0] ?? .nan }) }
  }
}
