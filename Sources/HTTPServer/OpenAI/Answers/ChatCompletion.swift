import Files
public import Foundation

/// The answer to a chat request, all at once: `chat.completion`.
public enum ChatCompletion {
  /// One text.
  public struct Choice: Sendable {
    public let text: String
    public let finish: FinishReason
    /// `nil`: not asked for.
    public let logprobs: ChatLogprobs?

    public init(_ text: String, finish: FinishReason, logprobs: ChatLogprobs? = nil) {
      self.text = text
      self.finish = finish
      self.logprobs = logprobs
    }
  }

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
      "chat.completion",
      choices: choices.enumerated().map { index, choice in
        .object([
          "index": .integer(index),
          "message": .object(["role": .text("assistant"), "content": .text(choice.text), "refusal": .null]),
          "logprobs": .orNull(choice.logprobs?.tree), "finish_reason": .text(choice.finish.rawValue),
        ])
      }, usage: usage, accrete: accrete)
  }
}
