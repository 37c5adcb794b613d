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
      throw APIError(.invalidValue, "\(model.id) is the base, which has no task. Choose a task, or auto.")
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
}
