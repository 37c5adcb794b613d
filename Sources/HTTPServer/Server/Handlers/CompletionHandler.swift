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
    return try await exchange.run { try await answer(request, bytes: body.count, exchange) }
  }

  private func answer(
    _ request: CompletionRequest, bytes size: Int, _ exchange: Exchange
  ) async throws -> Response {
    try request.requireTokens(below: core.prompts.vocabularySize)
    let found = try await exchange.resolve(
      request.model, refusesUnknown: exchange.refusesUnknown(request.options), row: { try Self.row(request) })
    let (sampling, model) = (request.sampling, found.model)
    try Self.requireWriter(model)
    let prompts = try await exchange.tokenizing(size) { try request.prompts.map { try ids($0, request) } }
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
    var echoes: [CompletionEvents.Echo] = []
    for (prompt, ids) in zip(request.prompts, prompts) {
      let echo = request.echoes ? try await echo(prompt, ids, sampling, by: model.digest, exchange) : .init()
      echoes += repeatElement(echo, count: sampling.choices)
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
      var position = CompletionLogprobs.Position()
      return TextCompletion.Choice(
        echo.text + text.text, finish: FinishReason(text.end),
        logprobs: bytes.map { CompletionLogprobs(prompt: echo.tokens, text.tokens, from: &position, bytes: $0) })
    }
    return Response(
      json: TextCompletion.json(head, choices: choices, usage: usage, accrete: accrete), headers: headers)
  }

  /// A prompt as it comes back before what is written, with how probable its tokens were where that is asked for.
  private func echo(
    _ prompt: CompletionRequest.Prompt, _ ids: [Int], _ sampling: SamplingParameters, by version: Digest?,
    _ exchange: Exchange
  ) async throws -> CompletionEvents.Echo {
    guard let top = sampling.topLogprobs else { return CompletionEvents.Echo(text: text(prompt)) }
    let (engine, id, deadline, queueTime) = (
      core.engine, exchange.scope.caller.id, exchange.deadline, exchange.queueTime
    )
    let known = try await exchange.scope.connection.whileConnected {
      try await engine.logprobs(
        of: ids, by: version, top: top, asker: id, deadline: deadline, queueTime: queueTime)
    }
    // Before the first token there is nothing that it could follow.
    let tokens = zip(ids, [nil] + known.map(Optional.some)).map { SampledToken(id: $0, logprobs: $1) }
    return CompletionEvents.Echo(text: text(prompt), tokens: tokens)
  }

  /// A closed-form head by itself only chooses among labels.
  private static func requireWriter(_ model: ServedModel) throws {
    guard !model.writes else { return }
    throw APIError(
      .invalidValue,
      "`model`: \(model.id) has labels and no expert that writes. Use /v1/chat/completions or /accrete/v1/classify.",
      param: "model")
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
