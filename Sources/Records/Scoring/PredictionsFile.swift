import Files
public import Foundation

/// `predictions/row-N/TASK.jsonl`: one prediction a line.
public enum PredictionsFile {
  /// Reads a file of predictions.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - answers: What its lines are.
  /// - Throws: `FileError` that names the file and the line.
  public static func read(_ url: URL, answers: Manifest.Scoring.Answers) throws -> TaskAnswers {
    try decode(contents(url), answers: answers, path: url.path)
  }

  /// Reads predictions that are in memory already.
  package static func decode(_ data: Data, answers: Manifest.Scoring.Answers, path: String) throws -> TaskAnswers {
    switch answers {
    case .labels: .labels(try decode(data, path: path))
    case .written: .written(try decodeWritten(data, path: path))
    }
  }

  /// Reads a file of predicted labels.
  /// - Throws: `FileError` that names the file and the line.
  public static func read(_ url: URL) throws -> [Prediction] { try decode(contents(url), path: url.path) }

  package static func contents(_ url: URL) throws -> Data {
    let file = try MappedFile(url)
    guard file.bytes.count <= JSONFile.sizeLimit else {
      throw FileError.tooLarge(path: url.path, bytes: file.bytes.count, limit: JSONFile.sizeLimit)
    }
    return file.data()
  }

  /// Reads predicted labels that are in memory already.
  ///
  /// - Parameters:
  ///   - data: The lines.
  ///   - path: Where they came from, for errors.
  /// - Throws: `FileError` that names the file and the line.
  public static func decode(_ data: Data, path: String) throws -> [Prediction] {
    try lines(of: data, path: path, fault: fault(of:))
  }

  /// Reads written answers that are in memory already.
  ///
  /// - Parameters:
  ///   - data: The lines.
  ///   - path: Where they came from, for errors.
  /// - Throws: `FileError` that names the file and the line.
  public static func decodeWritten(_ data: Data, path: String) throws -> [WrittenAnswer] {
    try lines(of: data, path: path, fault: fault(of:))
  }

  /// What is wrong with a predicted label.
  static func fault(of prediction: Prediction) -> String? {
    let labels = prediction.scores.indices
    guard prediction.index >= 0, labels.contains(prediction.gold), labels.contains(prediction.predicted) else {
      return "row \(prediction.index) with label \(prediction.gold), predicted \(prediction.predicted), has"
        + " \(labels.count) scores"
    }
    return nil
  }

  /// What is wrong with a written answer.
  static func fault(of answer: WrittenAnswer) -> String? {
    guard answer.index >= 0, answer.tokens >= 0 else {
      return "row \(answer.index) with an answer of \(answer.tokens) tokens"
    }
    for score in [answer.clean, answer.legacy].compactMap(\.self) where !(0...1).contains(score) {
      return "row \(answer.index) has a score of \(score), not from 0 to 1"
    }
    return nil
  }

  /// Decodes each line that is not empty; `fault` says what is wrong with a row.
  package static func lines<Row: Decodable>(
    of data: Data, path: String, fault: (Row) -> String?
  ) throws -> [Row] {
    var rows: [Row] = []
    try data.forEachLine { number, line in
      guard !line.isEmpty else { return }
      let location = "\(path):\(number)"
      let row = try JSONFile.decode(Row.self, from: line, path: location)
      if let reason = fault(row) { throw FileError.malformedJSON(path: location, reason: reason) }
      rows.append(row)
    }
    return rows
  }
}
