import Console
import Files
import Foundation
import Logging
import Serving
import Streams
import TaskModels

/// What becomes of a text that a person typed into the page.
struct PageTrials: Sendable {
  let core: ServerCore

  func trial(_ text: String, model name: String, _ scope: RequestScope) async throws -> PageTrial {
    let token = try Exchange.enter(core)
    defer { withExtendedLifetime(token) {} }
    var trial = PageTrial(text: text, model: name)
    do {
      try await answer(&trial, scope)
    } catch let error where !(error is Disconnected) {
      let failure = APIError(answering: error, input: "text", requestID: scope.id, isVisible: { _ in true })
      if failure.status >= 500 {
        core.lines.error(
          "page", to: core.logger, "a text of the page was not answered", ["cause": .string("\(error)")])
      }
      trial.failure = failure.message
    }
    return trial
  }

  private func answer(
    _ trial: inout PageTrial, _ scope: RequestScope
  ) async throws {
    let limits = core.options.limits
    let deadline = ContinuousClock.now + limits.requestTime
    let rows = try ChatRows.rows(ofTexts: [trial.text])
    let served = core.catalog.served
    var model = try served.resolve(trial.model)
    let (engine, connection) = (core.engine, scope.connection)
    if model.kind == .auto {
      let found = try await connection.whileConnected {
        try await engine.route(
          rows, by: served.router, asker: "page", deadline: deadline, queueTime: limits.queueTime)
      }
      guard let route = found.routes.first else { throw EngineFailure.failed("the router said nothing") }
      trial.route = PageTrial.Route(
        task: route.task, nearest: route.nearest, confidence: route.confidence, distance: route.distance,
        router: found.router
      )
      guard let task = route.task else { return }
      model = try served.resolve(task)
    }
    guard let digest = model.digest, let form = model.form else {
      trial.answer = try await written(trial.text, by: model, scope, deadline: deadline)
      return
    }
    let answers = try await connection.whileConnected {
      try await engine.classify(rows, by: digest, asker: "page", deadline: deadline, queueTime: limits.queueTime)
    }
    guard let answer = answers.first else { throw EngineFailure.failed("the task said nothing") }
    trial.answer = PageTrial.Answer(
      model: model.id, expert: digest, text: answer.text,
      probabilities: zip(form.labels, answer.probabilities).map { PageTrial.Probability(label: $0, value: $1) },
      droppedTokens: answer.droppedTokens)
  }

  /// What the base writes to a text, as to a chat of one message.
  private func written(
    _ text: String, by model: ServedModel, _ scope: RequestScope, deadline: ContinuousClock.Instant
  ) async throws -> PageTrial.Answer {
    let body = JSONTree.object([
      "model": .text(model.id), "temperature": .integer(0),
      "messages": .list([.object(["role": .text("user"), "content": .text(text)])]),
    ])
    let request = try ChatRequest(body: Data(body.json))
    let prompt = try await core.engine.tokenizing(
      text.utf8.count, deadline: deadline, queueTime: core.options.limits.queueTime
    ) { try core.prompts.prompt(request, for: model) }
    let most = try request.sampling.newTokens(
      prompt: prompt.ids.count, context: prompt.limit, usual: Self.longestAnswer, input: "text")
    let source = try core.engine.submit(
      EngineRequest(
        prompt.ids, options: request.sampling.options(maxTokens: most, seed: 0), asker: "page", deadline: deadline,
        queueTime: core.options.limits.queueTime))
    let answer = EngineAnswer(sources: [source], choices: 1)
    let (texts, _) = try await scope.connection.whileConnected { try await answer.collected { _ in } }
    return PageTrial.Answer(model: model.id, expert: nil, text: texts.first?.text ?? "")
  }

  /// Tokens that the base writes at most: a person wants to see how it answers, not all that it would say.
  private static let longestAnswer = 200
}
