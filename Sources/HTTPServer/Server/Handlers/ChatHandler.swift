import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Serving
import TaskModels

/// `POST /v1/chat/completions`.
struct ChatHandler: Sendable {
  let core: ServerCore

  func answer(_ scope: RequestScope) async throws -> Response {
    let token = try Exchange.enter(core)
    let body = try await BodyReader.read(scope, limits: core.options.limits)
    let request = try ChatRequest(body: body, unknownFields: core.unknownFields)
    let exchange = Exchange(
      core, scope, "chat", model: request.model, input: "messages", patience: request.options.deadline, token: token)
    exchange.watch.noted(request.metadata)
    return try await exchange.run {
      let messages = request.servedMessages
      let found = try await exchange.resolve(
        request.model, refusesUnknown: exchange.refusesUnknown(request.options),
        row: { try ChatRows.row(toRoute: messages) })
      if let form = found.model.form, form.kind != .answer {
        return try await LabelChat(
          exchange: exchange, request: request, bytes: body.count, found: found, form: form
        ).answer()
      }
      return try await generate(request, bytes: body.count, found, exchange)
    }
  }

  private func generate(
    _ request: ChatRequest, bytes size: Int, _ found: Resolution, _ exchange: Exchange
  ) async throws -> Response {
    let (sampling, model) = (request.sampling, found.model)
    try sampling.requireTokens(below: core.prompts.vocabularySize)
    if request.options.labels != nil {
      throw APIError(
        .unsupportedParameter, "`accrete.labels`: \(model.id) writes its answers and has no labels. Leave it out.",
        param: "accrete.labels")
    }
    let prompt = try await exchange.tokenizing(size) { [prompts = core.prompts] in
      try prompts.prompt(request, for: model)
    }
    let most = try sampling.newTokens(
      prompt: prompt.ids.count, context: prompt.limit, usual: core.options.defaultMaxTokens, input: "messages")
    let work = GenerationWork(
      exchange: exchange, sampling: sampling, format: request.format, salt: request.options.cacheSalt)
    let answer = try work.submit(
      [prompt.ids], maxTokens: [most], expert: model.digest, isAnswer: model.digest != nil)
    var accrete = found.answer(ignored: request.ignored)
    accrete.template = prompt.template
    accrete.promptTokensDigest = prompt.digest
    let (head, bytes) = (exchange.head(model), work.bytes)
    if request.stream.isAsked {
      let form = ChatEvents(
        stream: ChatStream(head, includesUsage: request.stream.includesUsage), accrete: accrete,
        choices: sampling.choices, bytes: bytes, times: exchange.times(request.options))
      return try await work.stream(answer, form, headers: exchange.headers(accrete, model: model.id))
    }
    let (texts, usage) = try await work.collected(answer)
    let headers = exchange.headers(accrete, model: model.id)
    exchange.settle(usage)
    accrete.stopReasons = texts.map { StopReason($0.end) }
    accrete.times = exchange.times(request.options)?()
    let choices = texts.map { text in
      ChatCompletion.Choice(
        text.text, finish: FinishReason(text.end), logprobs: bytes.map { ChatLogprobs(text.tokens, bytes: $0) })
    }
    return Response(
      json: ChatCompletion.json(head, choices: choices, usage: usage, accrete: accrete), headers: headers)
  }
}
