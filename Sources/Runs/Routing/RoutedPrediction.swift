import Files
public import Foundation
public import Learning

/// `predictions-inferred/row-N/TASK.jsonl`: one line for each scored row of a learned task.
public struct RoutedPrediction: Sendable, Codable, Equatable {
  /// The task whose experts answered; nil: the base, because the request belongs to no known task.
  public var expert: String?
  /// The probability of the most probable task.
  public var confidence: Double
  /// How far the request is from all known tasks; about 1 is usual.
  public var distance: Double
  public var prediction: Prediction

  /// Reads a file of routed predictions.
  /// - Throws: `FileError` that names the file and the line.
  public static func read(_ url: URL) throws -> [RoutedPrediction] {
    let file = try MappedFile(url)
    guard file.bytes.count <= JSONFile.sizeLimit else {
      throw FileError.tooLarge(path: url.path, bytes: file.bytes.count, limit: JSONFile.sizeLimit)
    }
    let lines = file.data().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return try lines.enumerated().compactMap { number, line in
      line.isEmpty
        ? nil : try JSONFile.decode(RoutedPrediction.self, from: line, path: "\(url.path):\(number + 1)")
    }
  }
}
