import Files
import Foundation
import Serving
import TaskModels

/// A few requests of a task with what its version answered to them when it was made: a version that answers otherwise is another one.
public struct ProbeRecord: Sendable, Codable, Equatable {
  /// Requests of a version at most.
  public static let most = 64
  public static let media = "application/vnd.accrete.probe+json"

  /// What was answered.
  public struct Answer: Sendable, Codable, Equatable {
    /// The label or the text.
    public let text: String
    /// p of each label; empty for free answers.
    public let probabilities: [Double]

    init(_ answer: TaskAnswer) {
      text = answer.text
      probabilities = answer.probabilities
    }

    /// Bit for bit: every probability, every code point.
    func isSame(as other: Answer) -> Bool {
      text.hasSameCodePoints(as: other.text)
        && probabilities.map(\.bitPattern) == other.probabilities.map(\.bitPattern)
    }

    /// What another arithmetic answered: no probability further away than `tolerance`, and so no other label but where two were as likely.
    /// A free answer says nothing: where two tokens are nearly as likely, another one changes all that follow.
    func isNear(_ other: Answer, tolerance: Double) -> Bool {
      probabilities.count == other.probabilities.count
        && zip(probabilities, other.probabilities).allSatisfy { abs($0 - $1) <= tolerance }
    }

    /// Whether it is a free answer, and has another text.
    func isReworded(from other: Answer) -> Bool { probabilities.isEmpty && !text.hasSameCodePoints(as: other.text) }
  }

  public let schema: Int
  /// The arithmetic that answered.
  public let numerics: String
  public let requests: [String]
  public let answers: [Answer]

  /// Lets a task model answer its probe requests.
  /// - Throws: Errors of the layers below.
  init(_ requests: [String], runner: TaskModelRunner, numerics: String) throws {
    schema = 1
    self.numerics = numerics
    self.requests = requests
    answers = try runner.answers(requests).map(Answer.init)
  }
}
