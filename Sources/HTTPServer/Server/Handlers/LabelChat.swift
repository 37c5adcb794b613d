import Files
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import Serving
import TaskModels

/// A chat request to a task that has labels: its answer is the label that `classify` gives, whole, with the probabilities beside it.
struct LabelChat: Sendable {
  let exchange: Exchange
  let request: ChatRequest
  /// Of the request's body.
  let bytes: Int
  let found: Resolution
  let form: TaskForm

  private var core: ServerCore { exchange.core }

  func answer() async throws -> Response {
    let model = found.model
    try requireLabelForm()
    guard let digest = model.digest else { throw EngineFailure.failed("a task without a version") }
    // It is told what is too long, where `classify` would leave the beginning out.
    let prompt = try await exchange.tokenizing(bytes) { [prompts = core.prompts, request] in
      try prompts.prompt(request, for: model)
    }
    let row = try ChatRows.row(of: request.servedMessages, for: form, model: model.id)
    try exchange.reserve(prompt.ids.count)
    guard let given = try await exchange.answers([row], by: digest).first else {
      throw EngineFailure.failed("the task said nothing")
    }
    var line = AnswerLine(row, task: model.task, version: model.id)
    line.take(given, labels: form.labels, LabelSelection(only: request.options.labels))
    let usage = AnswerUsage(promptTokens: prompt.ids.count)
    var accrete = found.answer(ignored: request.ignored + ignoredSampling)
    accrete.template = prompt.template
    accrete.promptTokensDigest = prompt.digest
    accrete.stopReasons = [.label]
    accrete.answer = line
    let headers = exchange.headers(accrete, model: model.id)
    exchange.settle(usage)
    exchange.watch.answered(EngineUsage(promptTokens: usage.promptTokens, cachedTokens: 0, completionTokens: 0))
    let times = exchange.times(request.options)?()
    let head = exchange.head(model)
    guard request.stream.isAsked else {
      accrete.times = times
      let choice = ChatCompletion.Choice(given.text, finish: .stop)
      return Response(
        json: ChatCompletion.json(head, choices: [choice], usage: usage, accrete: accrete), headers: headers)
    }
    return streamed(given.text, head, usage, accrete, times, headers)
  }

  /// The label in the form of a stream, as one piece.
  private func streamed(
    _ text: String, _ head: AnswerHead, _ usage: AnswerUsage, _ accrete: AccreteAnswer, _ times: RequestTimes?,
    _ headers: HTTPFields
  ) -> Response {
    let stream = ChatStream(head, includesUsage: request.stream.includesUsage)
    var events = [
      stream.first(choice: 0, accrete: accrete), stream.piece(choice: 0, text: text),
      stream.last(choice: 0, finish: .stop, accrete: .last(.label, times: times)),
    ]
    if stream.includesUsage { events.append(stream.usage(usage)) }
    let bytes = events.reduce(into: Data()) { $0 += ServerSentEvent.data($1).bytes } + ServerSentEvent.done.bytes
    var headers = headers
    for (name, value) in ServerSentEvent.headers { headers.set(name, value) }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  /// A label is chosen, not written: what asks for something of the writing cannot be had.
  private func requireLabelForm() throws {
    func refuse(_ field: String, _ instead: String) -> APIError {
      APIError(
        .unsupportedParameter,
        "`\(field)`: \(found.model.id) gives one of its labels, which are not written token by token. Leave it out; \(instead).",
        param: field)
    }
    if request.sampling.topLogprobs != nil {
      throw refuse("logprobs", "`accrete.probabilities` of the answer has the probability of each label")
    }
    switch request.format {
    case .text: break
    case .jsonObject, .jsonSchema:
      throw refuse(request.format.field, "`accrete.label` of the answer has the label alone")
    case .choice:
      // Whichever of its two names was sent.
      throw refuse(
        request.options.choice == nil ? "structured_outputs.choice" : "accrete.choice",
        "the answer is always one of its labels, and `accrete.probabilities` has all of them")
    }
    guard request.sampling.choices == 1 else {
      throw APIError(
        .unsupportedParameter,
        "`n`: \(found.model.id) gives one label, the same every time: expected 1, got \(request.sampling.choices). Leave it out.",
        param: "n")
    }
    for (index, label) in (request.options.labels ?? []).enumerated()
    where !form.labels.contains(where: { $0.hasSameCodePoints(as: label) }) {
      throw APIError(
        .invalidValue,
        "`accrete.labels[\(index)]`: expected one of \(form.labels.listed), got \(SafeText.quoted(label)). Correct it.",
        param: "accrete.labels[\(index)]")
    }
  }

  /// Options of writing that the request has; they change nothing, and the answer says so.
  private var ignoredSampling: [String] {
    let (given, usual) = (request.sampling, SamplingParameters())
    let changed: [(String, Bool)] = [
      ("max_tokens", given.maxTokens != nil), ("temperature", given.temperature != usual.temperature),
      ("top_p", given.topP != usual.topP), ("top_k", given.topK != usual.topK), ("min_p", given.minP != usual.minP),
      ("repetition_penalty", given.repetitionPenalty != usual.repetitionPenalty),
      ("presence_penalty", given.presencePenalty != usual.presencePenalty),
      ("frequency_penalty", given.frequencyPenalty != usual.frequencyPenalty),
      ("logit_bias", !given.logitBias.isEmpty), ("seed", given.seed != nil),
      ("stop", !given.stops.isEmpty), ("ignore_eos", given.ignoresEnd),
    ]
    return changed.filter(\.1).map(\.0)
  }
}
