import Files
public import Foundation
public import Learning

/// `predictions/row-N/TASK.jsonl`: one prediction a line.
public enum PredictionsFile {
  /// Reads a file of predictions.
  /// - Throws: `FileError` that names the file and the line.
  public static func read(_ url: URL) throws -> [Prediction] {
    let file = try MappedFile(url)
    guard file.bytes.count <= JSONFile.sizeLimit else {
      throw FileError.tooLarge(path: url.path, bytes: file.bytes.count, limit: JSONFile.sizeLimit)
    }
    return try decode(file.data(), path: url.path)
  }

  /// Reads predictions that are in memory already.
  ///
  /// - Parameters:
  ///   - data: the lines.
  ///   - path: where they came from, for errors.
  /// - Throws: `FileError` that names the place and the line.
  public static func decode(_ data: Data, path: String) throws -> [Prediction] {
    let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return try lines.enumerated().compactMap { number, line in
      guard !line.isEmpty else { return nil }
      let place = "\(path):\(number + 1)"
      let prediction = try JSONFile.decode(Prediction.self, from: line, path: place)
      let labels = prediction.scores.indices
      guard prediction.index >= 0, labels.contains(prediction.gold), labels.contains(prediction.predicted) else {
        throw FileError.malformedJSON(
          path: place,
          reason: "row \(prediction.index) with label \(prediction.gold), predicted \(prediction.predicted), has"
            + " \(labels.count) scores")
      }
      return prediction
    }
  }
}
