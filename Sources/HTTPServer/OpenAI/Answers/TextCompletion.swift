import Files
public import Foundation

/// The answer to a completion request, all at once: `text_completion`.
public enum TextCompletion {
  /// One text.
  public struct Choice: Sendable {
    public let text: String
    public let finish: FinishReason
    /// `nil`: not asked for.
    public let logprobs: CompletionLogprobs?

    public init(_ text: String, finish: FinishReason, logprobs: CompletionLogprobs? = nil) {
      self.text = text
      self.finish = finish
      self.logprobs = logprobs
    }
  }

  static let object = "text_completion"

  /// The body, with keys in the order of OpenAI's.
  ///
  /// - Parameters:
  ///   - head: What it begins with.
  ///   - choices: In their order: a choice's index is its position.
  ///   - usage: What it took.
  ///   - accrete: What is said beyond OpenAI's form.
  public static func json(
    _ head: AnswerHead, choices: [Choice], usage: AnswerUsage, accrete: AccreteAnswer?
  ) -> Data {
    head.whole(
      object,
      choices: choices.enumerated().map { index, choice in
        tree(index, choice.text, choice.logprobs, choice.finish)
      }, usage: usage, accrete: accrete)
  }

  static func tree(
    _ index: Int, _ text: String, _ logprobs: CompletionLogprobs?, _ finish: FinishReason?
  ) -> JSONTree {
    .object([
      "text": .text(text), "index": .integer(index), "logprobs": .orNull(logprobs?.tree),
      "finish_reason": .orNull(finish.map { .text($0.rawValue) }),
    ])
  }
}

/// The pieces of a completion, each for a `data` event. The first one, and with an echo the prompt, are a piece like others.
public struct CompletionStream: Sendable {
  public let head: AnswerHead
  /// Whether what it took was asked for: every other piece says then that it does not say.
  public let includesUsage: Bool

  public init(_ head: AnswerHead, includesUsage: Bool) {
    self.head = head
    self.includesUsage = includesUsage
  }

  /// - Parameters:
  ///   - choice: Which.
  ///   - text: Whole characters.
  ///   - logprobs: Of the tokens since the last piece; `nil`: not asked for.
  ///   - accrete: With the first piece what is known before anything is written.
  public func piece(
    choice: Int, text: String, logprobs: CompletionLogprobs? = nil, accrete: AccreteAnswer? = nil
  ) -> Data {
    piece(TextCompletion.tree(choice, text, logprobs, nil), accrete)
  }

  /// - Parameters:
  ///   - choice: Which.
  ///   - finish: Why it is over.
  ///   - accrete: Why, more closely.
  public func last(choice: Int, finish: FinishReason, accrete: AccreteAnswer? = nil) -> Data {
    piece(TextCompletion.tree(choice, "", nil, finish), accrete)
  }

  /// What it took, after the last piece of every choice.
  public func usage(_ usage: AnswerUsage, accrete: AccreteAnswer? = nil) -> Data {
    head.piece(TextCompletion.object, choices: [], usage: usage.tree, accrete: accrete?.tree)
  }

  private func piece(_ choice: JSONTree, _ accrete: AccreteAnswer?) -> Data {
    head.piece(TextCompletion.object, choices: [choice], usage: includesUsage ? .null : nil, accrete: accrete?.tree)
  }
}
