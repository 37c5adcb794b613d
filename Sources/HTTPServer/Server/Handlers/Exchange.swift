import Access
import Files
import Foundation
import HTTPTypes
import HummingbirdCore
import Serving
import Streams
import Synchronization
import TaskModels

/// One request that asks a model: what it holds of the server until its answer is written, and what is known of it meanwhile.
///
/// Whoever drops it, on whatever path, gives back what it holds.
final class Exchange: Sendable {
  let core: ServerCore
  let scope: RequestScope
  let watch: RequestWatch
  /// When nobody waits any more.
  let deadline: ContinuousClock.Instant
  /// How long it may have to wait for a place; `nil`: until its own deadline.
  let queueTime: Duration?
  private let token: DrainState.Token
  private let reservation = Mutex<(held: RateLimiter.Reservation, tokens: Int)?>(nil)
  /// The field that holds what is asked.
  private let input: String

  /// Takes a request in.
  ///
  /// - Parameters:
  ///   - core: The server.
  ///   - scope: The request.
  ///   - operation: What is asked for, in one word.
  ///   - model: As the client calls it.
  ///   - input: The field that holds what is asked.
  ///   - patience: How long the client waits; `nil`: it does not say.
  ///   - token: Of ``enter(_:)``.
  init(
    _ core: ServerCore, _ scope: RequestScope, _ operation: String, model: String?, input: String, patience: Duration?,
    token: DrainState.Token
  ) {
    (self.core, self.scope, self.input, self.token) = (core, scope, input, token)
    deadline = scope.started + min(patience ?? core.options.limits.requestTime, core.options.limits.requestTime)
    queueTime = patience == nil ? core.options.limits.queueTime : nil
    watch = RequestWatch(
      operation, model: model, in: TraceHeaders.context(of: scope.request.headers), arrived: scope.started,
      metrics: core.metrics, tracer: core.tracer)
  }

  /// Before anything is read: a server that is about to stop takes nothing in.
  static func enter(_ core: ServerCore) throws -> DrainState.Token {
    core.arrivals.note()
    guard let token = core.drain.enter() else { throw EngineFailure.draining }
    return token
  }

  /// Runs what leads to an answer; an error is counted, and comes out in OpenAI's form.
  func run<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch {
      let failure = counted(error)
      if error is Disconnected || error is CancellationError { throw error }
      // Whoever says how long he waits gets what he asked for: nothing that somebody has to look after.
      throw Refused(error: failure, cause: error, isAsked: failure.code == .deadlineExceeded && queueTime == nil)
    }
  }

  /// Counts what ended the request.
  @discardableResult func counted(_ error: any Error) -> APIError {
    let failure = failure(of: error)
    watch.failed(error, code: failure.code, connection: scope.connection.end)
    return failure
  }

  /// An error, as the client may see it.
  func failure(of error: any Error) -> APIError {
    let grant = scope.caller.grant
    return APIError(answering: error, input: input, requestID: scope.id) { [core] name in
      // Of a model that is not there, its name has to do.
      let texts = (try? core.catalog.resolve(name)).map { core.catalog.texts(naming: $0) } ?? [name]
      return grant.allows(model: texts)
    }
  }

  // MARK: Who answers

  /// Whether a text that no task claims is refused: what the request says, else what the server was started with.
  func refusesUnknown(_ options: AccreteOptions) -> Bool { (options.unknown ?? core.options.unknown) == .refuse }

  /// Finds what a name means for whoever asks.
  ///
  /// - Parameters:
  ///   - name: As the client wrote it.
  ///   - refusesUnknown: Whether a text that no task claims is refused; otherwise the base answers it.
  ///   - row: What is routed, where the name is `auto`.
  func resolve(_ name: String, refusesUnknown: Bool, row: () throws -> RequestRow) async throws -> Resolution {
    let (catalog, grant) = (core.catalog, scope.caller.grant)
    let served = catalog.served
    let model = try served.resolve(name)
    // By the name that was asked for: which version that is, is not for whoever may not use it.
    guard grant.allows(model: catalog.texts(naming: model)) else { throw AccessRefusal.modelNotAllowed(name) }
    guard model.kind == .auto else { return resolved(Resolution(model, requested: name, release: served.revision)) }
    let asked = try row()
    let found = try await routes([asked], by: served.router)
    guard let route = found.routes.first else { throw EngineFailure.failed("the router said nothing") }
    let isUnknown = route.task == nil
    watch.routed(
      to: route.task, isUnknown ? refusesUnknown ? .refused : .unknown : .routed,
      confidence: isUnknown ? nil : route.confidence)
    if isUnknown, refusesUnknown {
      throw APIError(
        .unknownTask,
        "No task claims this text. Name a task as `model`, or let the base answer: \"accrete\": {\"unknown\": \"base\"} in a chat request.",
        param: "model")
    }
    // As it was when the request came: router, versions and release belong together.
    let answering = try served.resolve(route.task ?? catalog.basicName)
    try grant.require(model: catalog.texts(naming: answering))
    return resolved(
      Resolution(
        answering, requested: name, release: served.revision,
        route: Resolution.Routed(route: route, router: found.router, tokens: found.tokens)))
  }

  /// Finds the tasks that texts belong to, as long as somebody waits for it.
  func routes(_ rows: [RequestRow], by router: Digest?) async throws -> RoutedRows {
    let (engine, id, deadline, queueTime) = (core.engine, scope.caller.id, deadline, queueTime)
    return try await watch.routing {
      try await scope.connection.whileConnected {
        try await engine.route(rows, by: router, asker: id, deadline: deadline, queueTime: queueTime)
      }
    }
  }

  /// Answers texts by a version that has labels, as long as somebody waits for it.
  func answers(_ rows: [RequestRow], by version: Digest) async throws -> [TaskAnswer] {
    let (engine, id, deadline, queueTime) = (core.engine, scope.caller.id, deadline, queueTime)
    return try await watch.labelling {
      try await scope.connection.whileConnected {
        try await engine.classify(rows, by: version, asker: id, deadline: deadline, queueTime: queueTime)
      }
    }
  }

  /// Cuts what is asked into tokens, as long as somebody waits for it.
  ///
  /// - Parameters:
  ///   - bytes: Of the request, of which no part is longer.
  ///   - body: What is done with it.
  func tokenizing<Value: Sendable>(
    _ bytes: Int, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    let (engine, deadline, queueTime) = (core.engine, deadline, queueTime)
    return try await scope.connection.whileConnected {
      try await engine.tokenizing(bytes, deadline: deadline, queueTime: queueTime, body)
    }
  }

  /// Notes who answers.
  func resolved(_ resolution: Resolution) -> Resolution {
    let model = resolution.model
    watch.resolved(
      model: model.id, expert: model.version.map { ExpertName(name: model.name, version: $0) }, digest: model.digest)
    return resolution
  }

  // MARK: Limits

  /// Takes tokens of the key's limit, before anything is computed.
  func reserve(_ tokens: Int) throws {
    let held = try core.admission.limiter.reserve(tokens, for: scope.caller.grant)
    reservation.withLock { $0 = (held, tokens) }
  }

  /// Gives back what was not used.
  func settle(_ used: AnswerUsage) {
    let last = reservation.withLock { reservation in
      defer { reservation = nil }
      return reservation
    }
    guard let last else { return }
    last.held.end(unused: max(0, last.tokens - used.promptTokens - used.completionTokens))
  }

  // MARK: Answers

  /// The headers of every answer, streams included.
  func headers(_ accrete: AccreteAnswer, model: String) -> HTTPFields {
    var fields = HTTPFields()
    for (name, value) in accrete.headers(requestID: scope.id, model: model) { fields.set(name, value) }
    let standing = reservation.withLock { $0?.held.standing }
    for header in standing?.headers ?? [] { fields.set(header.name, header.value) }
    TraceHeaders.write(watch.context, to: &fields)
    return fields
  }

  /// What tells how long the request took; `nil`: it was not asked for.
  func times(_ options: AccreteOptions) -> (@Sendable () -> RequestTimes)? {
    guard options.isTraced else { return nil }
    return { [watch] in watch.times }
  }

  func head(_ model: ServedModel) -> AnswerHead {
    AnswerHead(
      id: scope.id, created: Int(clamping: Int64(max(0, min(Date().timeIntervalSince1970, 1e12)))), model: model.id,
      fingerprint: core.prompts.fingerprint(of: model))
  }
}

/// What a name has come to.
struct Resolution: Sendable {
  struct Routed: Sendable {
    let route: RequestRouter.Route
    let router: Digest
    /// That were read to find it.
    let tokens: Int
  }

  let model: ServedModel
  /// As the client wrote it.
  let requested: String
  /// The release by which it was found.
  let release: Int?
  /// `nil`: the model was named.
  let routed: Routed?

  init(_ model: ServedModel, requested: String, release: Int?, route: Routed? = nil) {
    (self.model, self.requested, self.release, routed) = (model, requested, release, route)
  }

  /// What is known before anything is written.
  func answer(ignored: [String]) -> AccreteAnswer {
    var answer = AccreteAnswer()
    if let version = model.version, let digest = model.digest {
      answer.expert = AccreteAnswer.Expert(name: model.name, version: version, digest: digest)
    }
    answer.requested = requested
    answer.routing = routed.map { AccreteAnswer.Routing($0.route, router: $0.router) }
    answer.routingTokens = routed?.tokens
    answer.release = release
    answer.template = model.template
    answer.ignored = ignored
    return answer
  }
}
