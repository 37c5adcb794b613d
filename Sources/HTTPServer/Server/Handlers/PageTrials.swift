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
      try await answer(&trial, deadline: .now + core.options.limits.requestTime, scope)
    } catch let error where !(error is Disconnected) {
      let failure = APIError(answering: error, input: "text", requestID: scope.id, isVisible: { _ in true })
      if failure.status >= 500 {
        core.logger.error("a text of the page was not answered", metadata: ["cause": .string("\(error)")])
      }
      trial.failure = failure.message
    }
    return trial
  }

  private func answer(
    _ trial: inout PageTrial, deadline: ContinuousClock.Instant, _ scope: RequestScope
  ) async throws {
    let rows = try ChatRows.rows(ofTexts: [trial.text])
    let served = core.catalog.served
    var model = try served.resolve(trial.model)
    let (engine, connection) = (core.engine, scope.connection)
    if model.kind == .auto {
      let found = try await connection.whileConnected {
        try await engine.route(rows, by: served.router, asker: "page", deadline: deadline)
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
      try await engine.classify(rows, by: digest, asker: "page", deadline: deadline)
    }
    guard let answer = answers.first else { throw EngineFailure.failed("the task said nothing") }
    trial.answer = PageTrial.Answer(
      model: model.id, expert: digest, text: answer.text,
      probabilities: zip(form.labels, answer.probabilities).map { PageTrial.Probability(label: $0, value: $1) },
      droppedTokens: answer.droppedTokens)
  }
}
