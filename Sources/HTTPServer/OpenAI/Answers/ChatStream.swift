import Files
public import Foundation

/// The pieces of a chat answer, `chat.completion.chunk`, each for a `data` event. For each choice: ``first(choice:accrete:)``,
/// ``piece(choice:text:logprobs:)`` as they come, ``last(choice:finish:accrete:)``; then ``usage(_:)``, where it was asked for.
public struct ChatStream: Sendable {
  private static let object = "chat.completion.chunk"

  public let head: AnswerHead
  /// Whether what it took was asked for: every other piece says then that it does not say.
  public let includesUsage: Bool

  public init(_ head: AnswerHead, includesUsage: Bool) {
    self.head = head
    self.includesUsage = includesUsage
  }

  /// - Parameter accrete: With the first choice what is known before anything is written.
  public func first(choice: Int, accrete: AccreteAnswer? = nil) -> Data {
    piece(choice, delta: .object(["role": .text("assistant"), "content": .text("")]), accrete: accrete)
  }

  /// - Parameters:
  ///   - choice: Which.
  ///   - text: Whole characters.
  ///   - logprobs: Of the tokens since the last piece; `nil`: not asked for.
  public func piece(choice: Int, text: String, logprobs: ChatLogprobs? = nil) -> Data {
    piece(choice, delta: .object(["content": .text(text)]), logprobs: logprobs)
  }

  /// - Parameters:
  ///   - choice: Which.
  ///   - finish: Why it is over.
  ///   - accrete: Why, more closely.
  public func last(choice: Int, finish: FinishReason, accrete: AccreteAnswer? = nil) -> Data {
    piece(choice, delta: .object([JSONTree.Member]()), finish: finish, accrete: accrete)
  }

  /// What it took, after the last piece of every choice.
  public func usage(_ usage: AnswerUsage, accrete: AccreteAnswer? = nil) -> Data {
    head.piece(Self.object, choices: [], usage: usage.tree, accrete: accrete?.tree)
  }

  private func piece(
    _ choice: Int, delta: JSONTree, logprobs: ChatLogprobs? = nil, finish: FinishReason? = nil,
    accrete: AccreteAnswer? = nil
  ) -> Data {
    head.piece(
      Self.object,
      choices: [
        .object([
          "index": .integer(choice), "delta": delta, "logprobs": .orNull(logprobs?.tree),
          "finish_reason": .orNull(finish.map { .text($0.rawValue) }),
        ])
      ], usage: includesUsage ? .null : nil, accrete: accrete?.tree)
  }
}
