import Foundation
import Serving

/// A completion in pieces.
struct CompletionEvents: EventForm {
  let stream: CompletionStream
  /// What is known before anything is written.
  let accrete: AccreteAnswer
  /// What each choice begins with: its prompt, where that is to be echoed.
  let echoes: [String]
  /// `nil`: log-probabilities were not asked for.
  let bytes: (@Sendable (Int) -> [UInt8])?
  /// What the last piece of each choice tells; `nil`: it was not asked for.
  let times: (@Sendable () -> RequestTimes)?
  /// Where the next token of each choice begins.
  private var positions: [Int: CompletionLogprobs.Position] = [:]

  init(
    _ stream: CompletionStream, accrete: AccreteAnswer, echoes: [String], bytes: (@Sendable (Int) -> [UInt8])?,
    times: (@Sendable () -> RequestTimes)?
  ) {
    (self.stream, self.accrete, self.echoes, self.bytes, self.times) = (stream, accrete, echoes, bytes, times)
  }

  func opening() -> [Data] {
    echoes.enumerated().map { stream.piece(choice: $0, text: $1, accrete: $0 == 0 ? accrete : nil) }
  }

  mutating func pieces(_ event: EngineEvent) -> [Data] {
    switch event {
    case .piece(let choice, let text, let tokens):
      var logprobs: CompletionLogprobs?
      if let bytes, !tokens.isEmpty {
        logprobs = CompletionLogprobs(
          tokens, from: &positions[choice, default: CompletionLogprobs.Position()], bytes: bytes)
      }
      guard !text.isEmpty || logprobs != nil else { return [] }
      return [stream.piece(choice: choice, text: text, logprobs: logprobs)]
    case .finished(let choice, let end):
      let answer = AccreteAnswer.last(StopReason(end), times: times?())
      return [stream.last(choice: choice, finish: FinishReason(end), accrete: answer)]
    case .admitted, .completed, .failed: return []
    }
  }

  func closing(_ usage: AnswerUsage) -> [Data] { stream.includesUsage ? [stream.usage(usage)] : [] }
}
