public import Files
import Foundation
public import Streams

/// How a task is asked: what makes a prompt of a text, and which answers there are.
///
/// It is part of a version: a text gets the same prompt for ever.
public struct TaskForm: Sendable, Codable, Equatable {
  /// What an answer is.
  public enum Kind: String, Sendable, Codable {
    /// One of the labels.
    case label
    /// Any text.
    case answer
    /// Any number of the labels, or none.
    case severalLabels = "several-labels"
  }

  public let kind: Kind
  /// The line before the text; empty: none.
  public let instruction: String
  /// The line after the text; empty: none.
  public let cue: String
  /// The labels in their order; empty for free answers.
  public let labels: [String]
  /// The most tokens of a prompt with its answer.
  public let maxLength: Int
  /// The most tokens of a free answer; 0 for labels.
  public let answerTokens: Int
  /// How conversations are written; `nil`: the task is asked plain texts.
  public let template: ChatForm.Record?

  public init(
    kind: Kind, instruction: String, cue: String, labels: [String], maxLength: Int, answerTokens: Int = 0,
    template: ChatForm.Record? = nil
  ) {
    self.kind = kind
    self.instruction = instruction
    self.cue = cue
    self.labels = labels
    self.maxLength = maxLength
    self.answerTokens = answerTokens
    self.template = template
  }

  /// Whether its rows are texts with labels, which are learned without white space at their ends. A prompt that is used as it is has
  /// neither an instruction nor a cue.
  public var takesTexts: Bool { template == nil && kind != .answer && !(instruction.isEmpty && cue.isEmpty) }

  /// A plain text as the task's rows have it: without white space at its ends where it is put between instruction and cue; where the rows
  /// are conversations, the user's only turn.
  public func asking(_ text: String) -> String {
    if template != nil { return Conversation(question: text).text }
    return takesTexts ? text.stripped : text
  }

  /// The label that somebody means: that of these letters, or the one that is the same but for white space around it, which the rows of
  /// older versions kept.
  ///
  /// - Parameter label: As a row has it.
  /// - Returns: One of ``labels``, or the text as it is.
  public func label(meantBy label: String) -> String {
    guard kind != .answer, !labels.contains(where: { $0.hasSameCodePoints(as: label) }) else { return label }
    return labels.first { $0.stripped.hasSameCodePoints(as: label.stripped) } ?? label
  }

  /// What is wrong with one that comes from a file; `nil`: nothing.
  func problem() -> String? {
    // Lengths are added up.
    guard (1...1 << 60).contains(maxLength), (0...maxLength).contains(answerTokens) else {
      return "has lengths that cannot be"
    }
    return kind != .answer && labels.isEmpty ? "has no labels" : nil
  }

  /// SHA-256 of everything that decides a prompt.
  public func digest() throws -> Digest { Digest(of: try JSONFile.encode(self, pretty: false)) }

  /// The task without rows, for those who make prompts.
  public func task(named name: String) -> LearningTask {
    LearningTask(
      name: name, instruction: instruction, cue: cue, labels: labels, train: [], test: [],
      kind: kind.ofTask)
  }

  /// Texts are compared by code points.
  public static func == (one: TaskForm, other: TaskForm) -> Bool {
    one.kind == other.kind && one.maxLength == other.maxLength && one.answerTokens == other.answerTokens
      && one.template == other.template
      && ([one.instruction, one.cue] + one.labels).haveSameCodePoints(
        as: [other.instruction, other.cue] + other.labels)
  }
}
