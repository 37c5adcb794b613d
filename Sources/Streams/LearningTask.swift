import Files

/// One task of a stream: its rows and how they become prompts.
///
/// It is called `LearningTask` because `Task` is a type of Swift's concurrency.
public struct LearningTask: Sendable, Codable, Equatable {
  /// How a task is answered and scored.
  public enum Kind: String, Sendable, Codable {
    /// One of the labels is to be chosen.
    case classification

    /// Any text is to be written; a ``Scorer`` says how good it is.
    case generation

    /// Any number of the labels belong to a row, or none (``LabelSet``). Runs of the laboratory do not read it.
    case severalLabels = "several-labels"
  }

  /// The task's name; also the name of its folder in a run.
  public let name: String

  /// The line before the text, without its line feed. Empty: there is no such segment.
  public let instruction: String

  /// The line after the text, without its line feed. Empty: there is no such segment.
  public let cue: String

  /// The labels in their order, which is the order of every label index; empty for a generation.
  public let labels: [String]

  /// The training rows in file order.
  public let train: [Example]

  /// The test rows in file order.
  public let test: [Example]

  /// How the task is answered and scored.
  public let kind: Kind

  /// Rows of its file that are for validation: runs leave them out.
  public internal(set) var validationRows = 0

  /// What is kept of it.
  private enum CodingKeys: String, CodingKey { case name, instruction, cue, labels, train, test, kind }

  /// Makes a task of values that were checked already; readers of files check theirs.
  ///
  /// - Parameters:
  ///   - name: The task's name, usable as a folder's name.
  ///   - instruction: The line before the text, or an empty string.
  ///   - cue: The line after the text, or an empty string.
  ///   - labels: The labels in their order; empty for a generation.
  ///   - train: The training rows.
  ///   - test: The test rows.
  ///   - kind: How the task is answered and scored.
  public init(
    name: String, instruction: String, cue: String, labels: [String], train: [Example], test: [Example],
    kind: Kind = .classification
  ) {
    self.name = name
    self.instruction = instruction
    self.cue = cue
    self.labels = labels
    self.train = train
    self.test = test
    self.kind = kind
  }

  /// The position of an example's label in ``labels``; `nil` for a generation, or if the label is not among them.
  ///
  /// - Parameter example: A row of this task.
  public func labelIndex(of example: Example) -> Int? {
    kind == .classification ? labels.firstIndex { $0.hasSameCodePoints(as: example.answer) } : nil
  }
}
