import Access
import Files
import Foundation
import Hummingbird
import HummingbirdCore
import Serving
import Streams
import TaskModels

/// `POST /accrete/v1/classify` and `POST /accrete/v1/route`: what `accrete predict` and `accrete route` print.
struct ClassifyHandler: Sendable {
  let core: ServerCore

  // MARK: Labels

  func classify(_ scope: RequestScope) async throws -> Response {
    let token = try Exchange.enter(core)
    let body = try await BodyReader.read(scope, limits: core.options.limits)
    let request = try ClassifyRequest(body: body, unknownFields: core.unknownFields)
    let exchange = Exchange(
      core, scope, "classify", model: request.model, input: "input", patience: request.options.deadline, token: token)
    return try await exchange.run { try await classify(request, exchange) }
  }

  private func classify(_ request: ClassifyRequest, _ exchange: Exchange) async throws -> Response {
    let rows = try ChatRows.rows(ofTexts: request.input)
    let served = core.catalog.served
    let named = try served.resolve(request.model)
    try exchange.reserve(Self.tokens(rows))
    var accrete = AccreteAnswer()
    accrete.requested = request.model
    accrete.release = served.revision
    accrete.ignored = request.ignored
    let answered: Answered
    if named.kind == .auto {
      answered = try await routed(rows, in: served, request, exchange)
      accrete.routingTokens = answered.routingTokens
    } else {
      try exchange.scope.caller.grant.require(model: core.catalog.texts(naming: named))
      let found = exchange.resolved(Resolution(named, requested: request.model, release: served.revision))
      accrete = found.answer(ignored: request.ignored)
      answered = try await answers(rows, named, request, exchange)
    }
    let usage = AnswerUsage(promptTokens: answered.tokens)
    let headers = exchange.headers(accrete, model: named.id)
    settle(exchange, answered.tokens, routing: answered.routingTokens)
    accrete.times = exchange.times(request.options)?()
    let answer = ClassifyAnswer(
      model: named.id, results: answered.lines, calibrated: answered.calibrated, usage: usage, accrete: accrete)
    return Response(json: try answer.json(), headers: headers)
  }

  /// What became of texts.
  private struct Answered {
    var lines: [AnswerLine]
    /// Of each, whether the probabilities are known to be as frequent as they say.
    var calibrated: [Bool]
    /// That were read to answer.
    var tokens: Int
    /// That were read to find the tasks; `nil`: they were named.
    var routingTokens: Int?
  }

  /// The answer is there: what was read is counted, and what was reserved beyond it is given back.
  private func settle(_ exchange: Exchange, _ tokens: Int, routing: Int? = nil) {
    exchange.settle(AnswerUsage(promptTokens: tokens + (routing ?? 0)))
    exchange.watch.answered(EngineUsage(promptTokens: tokens, cachedTokens: 0, completionTokens: 0))
  }

  /// Each text by the task that claims it; all of them have to be claimed.
  private func routed(
    _ rows: [RequestRow], in served: ServedRelease, _ request: ClassifyRequest, _ exchange: Exchange
  ) async throws -> Answered {
    let grant = exchange.scope.caller.grant
    try grant.require(model: [ModelName.autoName])
    let found = try await exchange.routes(rows, by: served.router)
    let routes = found.routes
    guard routes.count == rows.count else { throw EngineFailure.failed("the router left texts out") }
    for (index, route) in routes.enumerated() where route.task == nil {
      exchange.watch.routed(to: nil, .refused, confidence: nil)
      throw APIError(
        .unknownTask,
        "`input[\(index)]`: no task claims this text. Name a task as `model`, or leave this text out.",
        param: "input[\(index)]")
    }
    var (lines, tokens) = ([AnswerLine?](repeating: nil, count: rows.count), 0)
    var calibrated = [Bool](repeating: false, count: rows.count)
    let groups = Dictionary(grouping: rows.indices) { routes[$0].task ?? "" }
    let asked = try groups.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }).map { task, positions in
      let model = try served.resolve(task)
      try grant.require(model: core.catalog.texts(naming: model))
      _ = try Self.labels(of: model, input: positions.first)
      for position in positions { exchange.watch.routed(to: task, .routed, confidence: routes[position].confidence) }
      return (model, positions)
    }
    // All tasks at once: their rows share the passes through the base.
    try await withThrowingTaskGroup(of: (positions: [Int], answered: Answered).self) { group in
      for (model, positions) in asked {
        group.addTask {
          (
            positions,
            try await answers(
              positions.map { rows[$0] }, model, request, exchange, routes: positions.map { routes[$0] })
          )
        }
      }
      for try await (positions, answered) in group {
        for (index, position) in positions.enumerated() {
          (lines[position], calibrated[position]) = (answered.lines[index], answered.calibrated[index])
        }
        tokens += answered.tokens
      }
    }
    return Answered(
      lines: lines.compactMap(\.self), calibrated: calibrated, tokens: tokens, routingTokens: found.tokens)
  }

  /// The version and its labels.
  ///
  /// - Parameters:
  ///   - model: What answers.
  ///   - input: The position of a text that was found to be its; `nil`: it was named.
  /// - Throws: `APIError` where there are none to give: of the base, and of a task that writes its answers.
  private static func labels(of model: ServedModel, input: Int? = nil) throws -> (version: Digest, names: [String]) {
    let place = input.map { "input[\($0)]" } ?? "model"
    guard let version = model.digest, let form = model.form else {
      throw APIError(
        .invalidValue, "`\(place)`: \(model.id) is the base, which has no labels. Name a task, or auto.", param: place)
    }
    guard form.kind != .answer else {
      let fix = input == nil ? "Use" : "Leave this text out, or ask with it at"
      throw APIError(
        .invalidValue,
        "`\(place)`: \(input == nil ? "" : "this text belongs to ")\(model.id)\(input == nil ? "" : ", which") writes its answers and has no labels. \(fix) /v1/chat/completions.",
        param: place)
    }
    return (version, form.labels)
  }

  private func answers(
    _ rows: [RequestRow], _ model: ServedModel, _ request: ClassifyRequest, _ exchange: Exchange,
    routes: [RequestRouter.Route]? = nil
  ) async throws -> Answered {
    let (version, labels) = try Self.labels(of: model)
    try request.requireLabels(labels)
    let answers = try await exchange.answers(rows, by: version)
    guard answers.count == rows.count else { throw EngineFailure.failed("the task left texts out") }
    let lines = rows.indices.map { index in
      var line = AnswerLine(rows[index], task: model.task, version: model.id, route: routes?[index])
      line.take(answers[index], labels: labels, LabelSelection(only: request.labels))
      return line
    }
    return Answered(
      lines: lines, calibrated: lines.map { _ in model.isCalibrated },
      tokens: answers.reduce(0) { $0 + $1.promptTokens })
  }

  // MARK: Routes

  func route(_ scope: RequestScope) async throws -> Response {
    let token = try Exchange.enter(core)
    let body = try await BodyReader.read(scope, limits: core.options.limits)
    let request = try RouteRequest(body: body, unknownFields: core.unknownFields)
    let exchange = Exchange(
      core, scope, "route", model: ModelName.autoName, input: "input", patience: request.options.deadline, token: token)
    return try await exchange.run {
      let (rows, grant) = (try ChatRows.rows(ofTexts: request.input), scope.caller.grant)
      try grant.require(model: [ModelName.autoName])
      try exchange.reserve(Self.tokens(rows))
      let served = core.catalog.served
      let found = try await exchange.routes(rows, by: served.router)
      let results = found.routes.map { route in
        exchange.watch.routed(
          to: route.task, route.task == nil ? .unknown : .routed, confidence: route.task == nil ? nil : route.confidence
        )
        return RouteAnswer.Result(route, model: route.task.flatMap { try? served.resolve($0).id })
      }
      var accrete = AccreteAnswer()
      accrete.release = served.revision
      var headers = exchange.headers(accrete, model: ModelName.autoName)
      settle(exchange, found.tokens)
      // The answer is a list, which has no place for it.
      if let times = exchange.times(request.options)?() { headers.set("server-timing", times.header) }
      return Response(json: try RouteAnswer(results).json(), headers: headers)
    }
  }

  /// About how many tokens texts have: what limits are kept by, as the exact number is known only when they were read.
  static func tokens(_ rows: [RequestRow]) -> Int { rows.reduce(0) { $0 + $1.text.utf8.count / 4 + 1 } }
}
