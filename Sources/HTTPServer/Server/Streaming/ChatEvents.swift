import Foundation
import Serving

/// A chat answer in pieces.
struct ChatEvents: EventForm {
  let stream: ChatStream
  /// What is known before anything is written.
  let accrete: AccreteAnswer
  let choices: Int
  /// `nil`: log-probabilities were not asked for.
  let bytes: (@Sendable (Int) -> [UInt8])?
  /// What the last piece of each choice tells; `nil`: it was not asked for.
  let times: (@Sendable () -> RequestTimes)?

  func opening() -> [Data] {
    (0..<choices).map { stream.first(choice: $0, accrete: $0 == 0 ? accrete : nil) }
  }

  func pieces(_ event: EngineEvent) -> [Data] {
    switch event {
    case .piece(let choice, let text, let tokens):
      let logprobs = bytes.map { ChatLogprobs(tokens, bytes: $0) }
      // Tokens that are no whole character yet are worth an event only to who counts them.
      guard !text.isEmpty || logprobs != nil && !tokens.isEmpty else { return [] }
      return [stream.piece(choice: choice, text: text, logprobs: logprobs)]
    case .finished(let choice, let end):
      let answer = AccreteAnswer.last(StopReason(end), times: times?())
      return [stream.last(choice: choice, finish: FinishReason(end), accrete: answer)]
    case .admitted, .completed, .failed: return []
    }
  }

  func closing(_ usage: AnswerUsage) -> [Data] { stream.includesUsage ? [stream.usage(usage)] : [] }
}
