import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Serving
import Streams

/// `POST /v1/completions`: text goes on as it is, with no template around it.
struct CompletionHandler: Sendable {
  let core: ServerCore

  func answer(_ scope: RequestScope) async throws -> Response {
    let token = try Exchange.enter(core)
    let body = try await BodyReader.read(scope, limits: core.options.limits)
    let request = try CompletionRequest(body: body, unknownFields: core.unknownFields)
    let exchange = Exchange(
      core, scope, "text_completion", model: request.model, input: "prompt", patience: request.options.deadline,
      token: token)
    exchange.watch.noted(request.metadata)
    return try await exchange.run { try await answer(request, exchange) }
  }

  private func answer(_ request: CompletionRequest, _ exchange: Exchange) async throws -> Response {
    try request.requireTokens(below: core.prompts.vocabularySize)
    let found = try await exchange.resolve(
      request.model, refusesUnknown: request.options.unknown == .refuse, row: { try Self.row(request) })
    let (sampling, model) = (request.sampling, found.model)
    let prompts = try request.prompts.map { try ids($0, request) }
    let most = try prompts.map { ids in
      try sampling.newTokens(
        prompt: ids.count, context: core.prompts.contextTokens, usual: core.options.defaultMaxTokens, input: "prompt")
    }
    let work = GenerationWork(
      exchange: exchange, sampling: sampling, format: request.format, salt: request.options.cacheSalt)
    let answer = try work.submit(prompts, maxTokens: most, expert: model.digest)
    var accrete = found.answer(ignored: request.ignored)
    // No template wrote the prompt.
    accrete.template = nil
    if let only = prompts.first, prompts.count == 1 { accrete.promptTokensDigest = ChatPrompt.digest(of: only) }
    let echoes = request.prompts.flatMap { prompt in
      [String](repeating: request.echoes ? text(prompt) : "", count: sampling.choices)
    }
    let (head, bytes) = (exchange.head(model), work.bytes)
    if request.stream.isAsked {
      let form = CompletionEvents(
        CompletionStream(head, includesUsage: request.stream.includesUsage), accrete: accrete, echoes: echoes,
        bytes: bytes, times: exchange.times(request.options))
      return try await work.stream(answer, form, headers: exchange.headers(accrete, model: model.id))
    }
    let (texts, usage) = try await work.collected(answer)
    let headers = exchange.headers(accrete, model: model.id)
    exchange.settle(usage)
    accrete.stopReasons = texts.map { StopReason($0.end) }
    accrete.times = exchange.times(request.options)?()
    let choices = zip(texts, echoes).map { text, echo in
      var position = CompletionLogprobs.Position(after: echo)
      return TextCompletion.Choice(
        echo + text.text, finish: FinishReason(text.end),
        logprobs: bytes.map { CompletionLogprobs(text.tokens, from: &position, bytes: $0) })
    }
    return Response(
      json: TextCompletion.json(head, choices: choices, usage: usage, accrete: accrete), headers: headers)
  }

  /// What is routed: all prompts go to one model, so that there has to be one text.
  private static func row(_ request: CompletionRequest) throws -> RequestRow {
    guard request.prompts.count == 1, case .text(let text)? = request.prompts.first else {
      throw APIError(
        .invalidValue,
        "`prompt`: expected one text with the model auto, which finds its task. Send one, or name a model.",
        param: "prompt")
    }
    guard let row = try ChatRows.rows(ofTexts: [text]).first else { throw EngineFailure.invalid("no text to route") }
    return row
  }

  private func ids(_ prompt: CompletionRequest.Prompt, _ request: CompletionRequest) throws -> [Int] {
    let ids: [Int] =
      switch prompt {
      case .text(let text):
        try core.prompts.ids(of: text, allowsSpecialTokens: request.options.allowsSpecialTokens)
      case .tokens(let ids): ids
      }
    guard !ids.isEmpty else {
      throw APIError(
        .invalidValue, "`prompt`: expected a text that has a token, got an empty one. Send one.", param: "prompt")
    }
    return ids
  }

  private func text(_ prompt: CompletionRequest.Prompt) -> String {
    switch prompt {
    case .text(let text): text
    case .tokens(let ids): core.prompts.text(of: ids)
    }
  }
}
