import Files
public import Foundation

/// The answer to a chat request, all at once: `chat.completion`.
public struct ChatCompletion: Sendable {
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

  public let head: AnswerHead
  /// In their order: a choice's index is its position.
  public let choices: [Choice]
  public let usage: AnswerUsage
  public let accrete: AccreteAnswer?

  public init(_ head: AnswerHead, choices: [Choice], usage: AnswerUsage, accrete: AccreteAnswer?) {
    self.head = head
    self.choices = choices
    self.usage = usage
    self.accrete = accrete
  }

  /// The body, with keys in the order of OpenAI's.
  public var json: Data {
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
