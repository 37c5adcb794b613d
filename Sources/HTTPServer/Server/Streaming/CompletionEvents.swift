import Foundation
import Serving

/// A completion in pieces.
struct CompletionEvents: EventForm {
  let stream: CompletionStream
  /// What is known before anything is written.
  let accrete: AccreteAnswer
  /// What each choice begins with: its prompt, where that is to be echoed.
  let echoes: [Echo]
  /// `nil`: log-probabilities were not asked for.
  let bytes: (@Sendable (Int) -> [UInt8])?
  /// What the last piece of each choice tells; `nil`: it was not asked for.
  let times: (@Sendable () -> RequestTimes)?
  /// Where the next token of each choice begins.
  private var positions: [Int: CompletionLogprobs.Position] = [:]

  init(
    _ stream: CompletionStream, accrete: AccreteAnswer, echoes: [Echo], bytes: (@Sendable (Int) -> [UInt8])?,
    times: (@Sendable () -> RequestTimes)?
  ) {
    (self.stream, self.accrete, self.echoes, self.bytes, self.times) = (stream, accrete, echoes, bytes, times)
  }

  /// A prompt as a choice begins with it; empty where it is not to be echoed.
  struct Echo {
    var text = ""
    /// With what is known of them, where log-probabilities were asked for.
    var tokens: [SampledToken] = []
  }

  mutating func opening() -> [Data] {
    echoes.enumerated().map { choice, echo in
      var logprobs: CompletionLogprobs?
      if let bytes, !echo.tokens.isEmpty {
        logprobs = CompletionLogprobs(
          prompt: echo.tokens, [], from: &positions[choice, default: CompletionLogprobs.Position()], bytes: bytes)
      }
      return stream.piece(choice: choice, text: echo.text, logprobs: logprobs, accrete: choice == 0 ? accrete : nil)
    }
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
