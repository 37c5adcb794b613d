import Files
public import Foundation

/// `predictions-inferred/row-N/TASK.jsonl`: one line for each scored row of a learned task.
public struct RoutedPrediction: Sendable, Codable, Equatable {
  /// The task whose experts answered; `nil`: the base, because the request belongs to no known task.
  public var expert: String?
  /// The probability of the most probable task.
  public var confidence: Double
  /// How far the request is from the nearest learned task; about 1 is usual.
  public var distance: Double
  /// What was answered: a label, or a text; one of the two.
  public var prediction: Prediction?
  public var written: WrittenAnswer?

  package init(
    expert: String? = nil, confidence: Double, distance: Double, prediction: Prediction? = nil,
    written: WrittenAnswer? = nil
  ) {
    self.expert = expert
    self.confidence = confidence
    self.distance = distance
    self.prediction = prediction
    self.written = written
  }

  /// Reads a file of routed predictions.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - answers: What was answered in its lines.
  /// - Throws: `FileError` that names the file and the line.
  public static func read(_ url: URL, answers: Manifest.Scoring.Answers) throws -> [RoutedPrediction] {
    try decode(PredictionsFile.contents(url), answers: answers, path: url.path)
  }

  /// Reads routed predictions that are in memory already.
  package static func decode(_ data: Data, answers: Manifest.Scoring.Answers, path: String) throws -> [RoutedPrediction]
  {
    try PredictionsFile.lines(of: data, path: path) { (line: RoutedPrediction) in
      switch (answers, line.prediction, line.written) {
      case (.labels, let prediction?, nil): PredictionsFile.fault(of: prediction)
      case (.written, nil, let written?): PredictionsFile.fault(of: written)
      default: "an answer of another kind than the task's, \(answers.rawValue)"
      }
    }
  }
}

extension [RoutedPrediction] {
  /// Takes answers in at some positions.
  package mutating func take(_ answers: TaskAnswers, at positions: [Int]) {
    switch answers {
    case .labels(let predictions):
      for (position, answer) in zip(positions, predictions) { self[position].prediction = answer }
    case .written(let written): for (position, answer) in zip(positions, written) { self[position].written = answer }
    }
  }

  /// What was answered, without where it was sent.
  package func answers(_ kind: Manifest.Scoring.Answers) -> TaskAnswers {
    switch kind {
    case .labels: .labels(compactMap(\.prediction))
    case .written: .written(compactMap(\.written))
    }
  }
}
