public import Files
public import Serving
import Synchronization
public import Tracing

/// Follows one request from its arrival to its end: spans `accrete.request` › `route`, `queue`, `prefill`, `decode`, and what ``ServerMetrics``
/// counts of it. It is told what happens as it happens, and needs no clock of its caller's.
///
/// ```swift
/// let watch = RequestWatch("chat", model: body.model, in: context, metrics: metrics, tracer: tracer)
/// let route = try await watch.routing { try await engine.route(…) }
/// watch.resolved(model: "spam@7", expert: ExpertName(name: "spam", version: 7), digest: digest)
/// watch.submitted()
/// for await event in try engine.submit(request) {
///   watch.observe(event)
/// }
/// ```
///
/// What was never ended is counted as aborted when its watch goes.
public final class RequestWatch: Sendable {
  private struct State: Sendable {
    var expert: ExpertName?
    var submitted: ContinuousClock.Instant?
    var admitted: ContinuousClock.Instant?
    var first: ContinuousClock.Instant?
    var ended: ContinuousClock.Instant?
    var route: Duration?
    var label: Duration?
    /// When the last token of each choice came.
    var last: [Int: ContinuousClock.Instant] = [:]
    var isLong = false
    /// The part that is going on: `queue`, `prefill` or `decode`.
    var part: ServerSpan?
    var isOver = false
  }

  /// When the request arrived.
  public let arrived: ContinuousClock.Instant
  private let metrics: ServerMetrics
  private let tracer: ServerTracer
  private let span: ServerSpan
  private let state = Mutex(State())

  /// - Parameters:
  ///   - operation: What is asked for, in one word: `chat`, `text_completion`.
  ///   - model: What the request calls the model; it is written down only if it could be a name.
  ///   - context: What was extracted from the request's headers.
  ///   - arrived: When it arrived.
  ///   - metrics: What counts.
  ///   - tracer: What begins spans.
  public init(
    _ operation: String, model: String?, in context: InstrumentationContext,
    arrived: ContinuousClock.Instant = ContinuousClock.now, metrics: ServerMetrics, tracer: ServerTracer
  ) {
    (self.arrived, self.metrics, self.tracer) = (arrived, metrics, tracer)
    span = tracer.startSpan("accrete.request", context: context, ofKind: .server, at: TraceInstant(arrived))
    span.updateAttributes { attributes in
      attributes["gen_ai.operation.name"] = operation
      attributes["gen_ai.provider.name"] = "accrete"
      attributes["gen_ai.request.model"] = model
    }
  }

  deinit { over(.abort, nil, at: ContinuousClock.now) }

  /// The request's span, for what belongs to it and for the response's `traceparent`.
  public var context: InstrumentationContext { span.context }

  /// Finds the task of a request, as the span `route`.
  public func routing<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
    let started = ContinuousClock.now
    let route = begin("route", at: started)
    defer {
      let now = ContinuousClock.now
      route.end(at: TraceInstant(now))
      state.withLock { $0.route = started.duration(to: now) }
    }
    do {
      return try await body()
    } catch {
      route.recordError(error, attributes: [:], at: TraceInstant.now)
      route.setStatus(SpanStatus(code: .error))
      throw error
    }
  }

  /// Lets a task with labels answer: that is one piece of work, which the engine tells no parts of.
  public func labelling<Result: Sendable>(_ body: () async throws -> Result) async rethrows -> Result {
    let started = ContinuousClock.now
    defer {
      let time = started.duration(to: .now)
      // Texts of several tasks are answered at the same time.
      state.withLock { $0.label = max($0.label ?? .zero, time) }
    }
    return try await body()
  }

  /// Keeps what a client wants to find its request by, the request's `metadata`.
  public func noted(_ metadata: [(name: String, value: String)]) {
    span.updateAttributes { attributes in
      for (name, value) in metadata {
        let isSecret = Redaction.secretNames.contains(name.lowercased())
        attributes[SpanAttributeRules.metadata + Redaction.redacted(name)] = isSecret ? "[redacted]" : value
      }
    }
  }

  /// A request that said `auto` was routed.
  /// - Parameters:
  ///   - task: `nil`: it belongs to none.
  ///   - outcome: What became of it.
  ///   - confidence: How sure the router was; `nil` where it does not say.
  public func routed(to task: String?, _ outcome: RouteOutcome, confidence: Double?) {
    metrics.routed(to: task, outcome, confidence: confidence)
    span.updateAttributes { attributes in
      attributes["accrete.route.task"] = task
      attributes["accrete.route.outcome"] = outcome.rawValue
      attributes["accrete.route.confidence"] = confidence
    }
  }

  /// It is known who answers.
  /// - Parameters:
  ///   - model: As the response says it: `spam@7`, or the base's name.
  ///   - expert: `nil`: the base.
  ///   - digest: Of the version's manifest.
  public func resolved(model: String, expert: ExpertName?, digest: Digest?) {
    state.withLock { $0.expert = expert }
    span.updateAttributes { attributes in
      attributes["gen_ai.response.model"] = model
      attributes["accrete.expert.digest"] = digest?.description
    }
  }

  /// The engine was asked.
  public func submitted() {
    let now = ContinuousClock.now
    let queue = begin("queue", at: now)
    state.withLock { state in
      state.submitted = now
      state.part = queue
    }
  }

  /// Something became of it.
  public func observe(_ event: EngineEvent) {
    let now = ContinuousClock.now
    switch event {
    case .admitted(let cached): admitted(cached, at: now)
    case .piece(let choice, _, let tokens): if !tokens.isEmpty { came(tokens.count, of: choice, at: now) }
    case .finished(_, let end): if end == .limit { state.withLock { $0.isLong = true } }
    case .completed(let usage):
      let isLong = state.withLock { $0.isLong }
      over(isLong ? .length : .stop, usage, at: now)
    case .failed(let failure): failed(failure, code: APIError(failure, requestID: "").code)
    }
  }

  /// It was answered, by something that is no stream of tokens.
  public func answered(_ usage: EngineUsage? = nil) { over(.stop, usage, at: ContinuousClock.now) }

  /// It ended with an error: it was given up, or is refused. What is told of errors and counted is decided here alone.
  ///
  /// - Parameters:
  ///   - error: What ended it.
  ///   - code: What its client is told.
  ///   - connection: How its connection ended; `nil`: it is there, as far as is known.
  func failed(_ error: any Error, code: APIError.Code, connection: ConnectionWatch.End? = nil) {
    if let reason = CancelReason(error, code: code, connection: connection) {
      cancelled(reason)
    } else {
      refused(code.rawValue)
    }
  }

  /// It was given up while it ran.
  public func cancelled(_ reason: CancelReason) {
    span.attributes["accrete.cancel.reason"] = reason.rawValue
    if over(.abort, nil, at: ContinuousClock.now) { metrics.cancelled(reason) }
  }

  /// It is answered with an error.
  /// - Parameter type: The error's code, in one word.
  public func refused(_ type: String) {
    span.attributes["error.type"] = type
    over(.error, nil, at: ContinuousClock.now)
  }

  /// How long it took so far.
  public var times: RequestTimes {
    let (now, known) = (ContinuousClock.now, state.withLock { $0 })
    let parent = span.context.traceParent ?? .random()
    var times = RequestTimes(
      traceID: parent.traceID, span: parent.spanText, route: known.route, label: known.label,
      total: arrived.duration(to: known.ended ?? now))
    times.queue = known.submitted.flatMap { submitted in known.admitted.map { submitted.duration(to: $0) } }
    times.prefill = known.admitted.flatMap { admitted in known.first.map { admitted.duration(to: $0) } }
    times.decode = known.first.flatMap { first in known.last.values.max().map { first.duration(to: $0) } }
    return times
  }

  // MARK: What follows

  private func begin(_ name: String, at instant: ContinuousClock.Instant) -> ServerSpan {
    tracer.startSpan(name, context: span.context, ofKind: .internal, at: TraceInstant(instant))
  }

  private func admitted(_ cached: Int, at now: ContinuousClock.Instant) {
    span.attributes["accrete.cached_tokens"] = cached
    let prefill = begin("prefill", at: now)
    let (queue, submitted) = state.withLock { state in
      defer { (state.part, state.admitted) = (prefill, now) }
      return (state.part, state.submitted)
    }
    queue?.end(at: TraceInstant(now))
    metrics.queued(for: (submitted ?? arrived).duration(to: now))
  }

  private func came(_ tokens: Int, of choice: Int, at now: ContinuousClock.Instant) {
    let (isFirst, before) = state.withLock { state in
      defer { state.last[choice] = now }
      let isFirst = state.first == nil
      if isFirst { state.first = now }
      return (isFirst, state.last[choice])
    }
    if let before { metrics.tokens(tokens, after: before.duration(to: now)) }
    guard isFirst else { return }
    metrics.firstToken(after: arrived.duration(to: now))
    let decode = begin("decode", at: now)
    let (prefill, admitted) = state.withLock { state in
      defer { state.part = decode }
      return (state.part, state.admitted)
    }
    prefill?.end(at: TraceInstant(now))
    metrics.prefilled(in: (admitted ?? arrived).duration(to: now))
  }

  /// Ends everything that is not over yet.
  /// - Returns: Whether it was not.
  @discardableResult private func over(_ end: RequestEnd, _ usage: EngineUsage?, at now: ContinuousClock.Instant)
    -> Bool
  {
    let last: State? = state.withLock { state in
      guard !state.isOver else { return nil }
      state.isOver = true
      state.ended = now
      defer { state.part = nil }
      return state
    }
    guard let last else { return false }
    last.part?.end(at: TraceInstant(now))
    if let first = last.first { metrics.decoded(in: first.duration(to: last.last.values.max() ?? now)) }
    metrics.requestFinished(end, expert: last.expert, usage: usage, after: arrived.duration(to: now))
    span.updateAttributes { attributes in
      attributes["gen_ai.response.finish_reasons"] = [end.rawValue] as [String]
      attributes["gen_ai.usage.input_tokens"] = usage?.promptTokens
      attributes["gen_ai.usage.output_tokens"] = usage?.completionTokens
    }
    if end == .error || end == .abort { span.setStatus(SpanStatus(code: .error)) }
    span.end(at: TraceInstant(now))
    return true
  }
}
