public import Files
public import Serving

/// What an answer says beyond OpenAI's form: its object `accrete`. What is `nil` or was not asked is left out.
public struct AccreteAnswer: Sendable {
  /// The version that answered.
  public struct Expert: Sendable {
    public let name: String
    public let version: Int
    /// Of its manifest.
    public let digest: Digest

    public init(name: String, version: Int, digest: Digest) {
      self.name = name
      self.version = version
      self.digest = digest
    }
  }

  /// Where the request went.
  public struct Routing: Sendable {
    public let line: RoutingLine
    /// The router that decided.
    public let router: Digest?

    public init(_ route: RequestRouter.Route, router: Digest?) {
      line = RoutingLine(route)
      self.router = router
    }
  }

  /// `nil`: the base answered.
  public var expert: Expert?
  /// The name that was asked for.
  public var requested: String?
  /// `nil`: the task was given.
  public var routing: Routing?
  /// The revision of the release by which names were resolved.
  public var release: Int?
  public var template: Digest?
  /// Of each choice, in their order.
  public var stopReasons: [StopReason] = []
  /// Fields that were ignored; `nil` leaves the key out.
  public var ignored: [String]?
  /// SHA-256 over the prompt's ids.
  public var promptTokensDigest: Digest?
  /// Tokens that were read to find the task, which `usage` does not count.
  public var routingTokens: Int?
  /// Of a task with labels: what ``AnswerLine`` says, byte for byte the command's numbers.
  public var answer: AnswerLine?
  /// How long it took, where the request has `trace`.
  public var times: RequestTimes?

  public init() {}

  /// What the last piece of a choice says.
  static func last(_ reason: StopReason, times: RequestTimes?) -> AccreteAnswer {
    var answer = AccreteAnswer()
    (answer.stopReasons, answer.times) = ([reason], times)
    return answer
  }

  var tree: JSONTree {
    var tree = JSONTree.object([JSONTree.Member]())
    tree["expert"] = expert.map(Self.tree)
    tree["requested"] = requested.map { .text($0) }
    tree["routing"] = routing.map(Self.tree)
    tree["release"] = release.map { .integer($0) }
    tree["template"] = template.map { .text("\($0)") }
    tree["stop_reason"] = stopReasons.first.map { .text($0.rawValue) }
    // Of several texts each has its own.
    if stopReasons.count > 1 { tree["stop_reasons"] = .texts(stopReasons.map(\.rawValue)) }
    tree["ignored"] = ignored.map { .texts($0) }
    tree["prompt_tokens_digest"] = promptTokensDigest.map { .text("\($0)") }
    tree["usage"] = routingTokens.map { .object(["routing_tokens": .integer($0)]) }
    tree["label"] = answer?.label.map { .text($0) }
    tree["labels"] = answer?.labels.map { .texts($0) }
    tree["confidence"] = answer?.confidence.map { .shortest($0) }
    tree["probabilities"] = answer?.probabilities.map(Self.tree)
    tree["trace"] = times.map(Self.tree)
    return tree
  }

  private static func tree(_ expert: Expert) -> JSONTree {
    .object([
      "name": .text(expert.name), "version": .integer(expert.version), "digest": .text("\(expert.digest)"),
    ])
  }

  private static func tree(_ probabilities: [AnswerLine.LabelProbability]) -> JSONTree {
    .list(probabilities.map { .object(["label": .text($0.label), "p": .shortest($0.p)]) })
  }

  private static func tree(_ times: RequestTimes) -> JSONTree {
    var tree = JSONTree.object(["trace_id": .text("\(times.traceID)"), "span_id": .text(times.span)])
    // Microseconds: what is shorter is chance.
    for part in times.parts { tree["\(part.name)_seconds"] = .shortest((part.duration.seconds * 1e6).rounded() / 1e6) }
    return tree
  }

  private static func tree(_ routing: Routing) -> JSONTree {
    let line = routing.line
    var tree = JSONTree.object([
      "task": .orNull(line.task.map { .text($0) }), "confidence": .orNull(line.confidence.map { .shortest($0) }),
      "distance": .shortest(line.distance), "unknown": .boolean(line.unknown),
    ])
    tree["router"] = routing.router.map { .text("\($0)") }
    return tree
  }

  /// What clients see that drop what they do not know: headers of every answer, streams included.
  ///
  /// - Parameters:
  ///   - requestID: Of the answer.
  ///   - model: The canonical name of what answers.
  public func headers(requestID: String, model: String) -> [String: String] {
    var headers = ["x-request-id": requestID, "x-accrete-model": model]
    if let expert { headers["x-accrete-expert-digest"] = "\(expert.digest)" }
    if let line = routing?.line {
      headers["x-accrete-routing"] =
        "task=\(line.task ?? "");confidence=\(line.confidence.map { "\($0)" } ?? "");distance=\(line.distance);unknown=\(line.unknown ? 1 : 0)"
    }
    if let release { headers["x-accrete-release"] = "\(release)" }
    return headers.mapValues(\.onOneLine)
  }
}
