import Files

/// One row of a task.
public struct Example: Sendable, Codable, Equatable, Identifiable {
  /// The row's name, unique in its task: the row's own `id`, or task (in runs: and split) and row number, `agnews/train/17`; of a
  /// conversation with several answers also the turn's number.
  public let id: String

  /// The row's number in its file, counted from 0 (blank lines are not rows).
  public let index: Int

  /// The text to classify, stripped of white space at both ends; or the prompt, exactly as it was written.
  public let text: String

  /// What is to be answered: the label of a classification, the whole text of a generation.
  public let answer: String

  /// What decides the part that it falls into; `nil`: its text. Turns of one conversation have one.
  let splitKey: String?

  /// What is kept of it.
  private enum CodingKeys: String, CodingKey { case id, index, text, answer }

  /// Texts are compared by code points.
  public static func == (one: Example, other: Example) -> Bool {
    one.index == other.index
      && [one.id, one.text, one.answer].haveSameCodePoints(as: [other.id, other.text, other.answer])
  }

  /// Makes an example of values that were checked already; readers of files check theirs.
  ///
  /// - Parameters:
  ///   - id: The row's name, unique in its task.
  ///   - index: The row's number in its file, counted from 0.
  ///   - text: The text or the prompt, as it goes to the tokenizer.
  ///   - answer: The label or the answer.
  public init(id: String, index: Int, text: String, answer: String) {
    self.init(id: id, index: index, text: text, answer: answer, splitKey: nil)
  }

  init(id: String, index: Int, text: String, answer: String, splitKey: String?) {
    self.id = id
    self.index = index
    self.text = text
    self.answer = answer
    self.splitKey = splitKey
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      id: try container.decode(String.self, forKey: .id), index: try container.decode(Int.self, forKey: .index),
      text: try container.decode(String.self, forKey: .text), answer: try container.decode(String.self, forKey: .answer)
    )
  }

  /// The same row by another name.
  func called(_ id: String) -> Example {
    Example(id: id, index: index, text: text, answer: answer, splitKey: splitKey)
  }
}
