import Decoder
import Files
import Foundation
import Generation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Serving

/// What chat and completions have in common from a prompt on: limits, the engine, and the answer's two ways back.
struct GenerationWork: Sendable {
  let exchange: Exchange
  let sampling: SamplingParameters
  let format: OutputFormat
  let salt: String?

  private var core: ServerCore { exchange.core }

  /// What a token writes; `nil`: log-probabilities were not asked for.
  var bytes: (@Sendable (Int) -> [UInt8])? {
    guard sampling.topLogprobs != nil else { return nil }
    return { [prompts = core.prompts] in prompts.bytes(of: $0) }
  }

  /// Hands prompts to the engine.
  ///
  /// - Parameters:
  ///   - prompts: Ids of each.
  ///   - maxTokens: Of each, how many may be written.
  ///   - expert: The version that writes; `nil`: the base.
  ///   - isAnswer: Whether the text is a task's answer, which begins behind the space of the prompt's form, as `accrete predict` has it.
  /// - Throws: `EngineFailure`, and what the key's limits say.
  func submit(_ prompts: [[Int]], maxTokens: [Int], expert: Digest?, isAnswer: Bool = false) throws -> EngineAnswer {
    let constraint = try self.constraint()
    // Numbers of a request: a sum that no machine holds is above every limit.
    let tokens = zip(prompts, maxTokens).reduce(0) { sum, next in
      let written = next.1.multipliedReportingOverflow(by: sampling.choices)
      let all = written.partialValue.addingReportingOverflow(next.0.count)
      let total = sum.addingReportingOverflow(all.partialValue)
      return written.overflow || all.overflow || total.overflow ? Int.max / 2 : total.partialValue
    }
    try exchange.reserve(tokens)
    let caller = exchange.scope.caller
    let seed = sampling.seed ?? UInt64.random(in: .min ... .max)
    let requests = zip(prompts, maxTokens).map { ids, most in
      EngineRequest(
        ids, options: sampling.options(maxTokens: most, seed: seed), choices: sampling.choices, stops: sampling.stops,
        constraint: constraint, expert: expert, asker: caller.id, scope: caller.scope(salt),
        deadline: exchange.deadline, queueTime: exchange.queueTime, leavesOutFirstSpace: isAnswer)
    }
    // Where a later one is refused, those before it go with their streams.
    let sources = try requests.map { try core.engine.submit($0) }
    exchange.watch.submitted()
    return EngineAnswer(sources: sources, choices: sampling.choices)
  }

  /// What the text is held to. What is wrong with a schema is told with its place in the request.
  private func constraint() throws -> TextConstraint? {
    do {
      return try core.prompts.constraint(format)
    } catch let error as ConstraintError {
      throw APIError(error, of: format)
    }
  }

  /// All of an answer, unless its client leaves.
  func collected(_ answer: EngineAnswer) async throws -> (texts: [EngineAnswer.Text], usage: AnswerUsage) {
    let watch = exchange.watch
    let (texts, usage) = try await exchange.scope.connection.whileConnected {
      try await answer.collected { watch.observe($0) }
    }
    return (texts, AnswerUsage(usage))
  }

  /// An answer that comes as it is written. What goes wrong before the first event still has a status.
  func stream(_ answer: EngineAnswer, _ form: some EventForm, headers: HTTPFields) async throws -> Response {
    let first = try await exchange.scope.connection.whileConnected { try await answer.first() }
    let streamer = EventStreamer(exchange: exchange, answer: answer, first: first)
    var headers = headers
    for (name, value) in ServerSentEvent.headers { headers.set(name, value) }
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { writer in try await streamer.write(form, to: &writer) })
  }
}
