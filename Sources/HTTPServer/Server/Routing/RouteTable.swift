import Files
import HTTPTypes

/// What one listener answers.
struct RouteTable: Sendable {
  let routes: [Route]
  let notServed: [NotServed]

  /// Who answers a request.
  enum Found: Sendable {
    case route(Route, values: [String: String])
    /// The path is there, for these methods.
    case wrongMethod([HTTPRequest.Method])
    /// It is left out on purpose.
    case notServed(reason: String)
    case unknown
  }

  func find(_ method: HTTPRequest.Method, _ target: RequestTarget) -> Found {
    guard let path = target.parts else { return .unknown }
    // Whoever answers GET answers HEAD.
    let wanted = method == .head ? .get : method
    var others: [HTTPRequest.Method] = []
    for route in routes {
      guard let values = route.values(of: path) else { continue }
      if route.method == wanted { return .route(route, values: values) }
      others.append(route.method)
    }
    if !others.isEmpty { return .wrongMethod(others) }
    return notServed.first { $0.holds(path) }.map { .notServed(reason: $0.reason) } ?? .unknown
  }

  /// Whether people look at this listener, and not programs alone.
  var hasPage: Bool { routes.contains { $0.access == .own } }

  /// The path that was probably meant.
  func closest(to path: String) -> String? { routes.map(\.pattern).closest(to: path) }
}

/// Paths of OpenAI's API, and of ours, that this server does not have, and why.
struct NotServed: Sendable {
  /// What the path begins with.
  let beginning: [String]
  let reason: String

  init(_ beginning: String, _ reason: String) {
    self.beginning = beginning.split(separator: "/").map(String.init)
    self.reason = reason
  }

  func holds(_ path: [String]) -> Bool {
    path.count >= beginning.count && zip(beginning, path).allSatisfy { $0.hasSameCodePoints(as: $1) }
  }

  /// Of the public listener.
  static let ofPublic = [
    NotServed(
      "/v1/embeddings",
      "a base here has no embeddings to give; POST /accrete/v1/route tells which task a text belongs to"),
    NotServed("/v1/responses", "use POST /v1/chat/completions; a server that keeps conversations is not planned"),
    NotServed("/v1/audio", "the bases here read text alone"),
    NotServed("/v1/images", "the bases here write text alone"),
    NotServed("/v1/files", "send texts in the request; `accrete learn` reads files"),
    NotServed("/v1/batches", "send requests at once; they are batched as they come, up to --max-waiting"),
    NotServed("/v1/fine_tuning", "`accrete learn` makes a new version of a task"),
    NotServed(
      "/v1/moderations",
      "moderation policies are still to come; POST /accrete/v1/classify gives the labels of a task and their probabilities"
    ),
    NotServed("/v1/load_lora_adapter", loading),
    NotServed("/v1/unload_lora_adapter", loading),
    NotServed("/classify", "POST /accrete/v1/classify gives the labels of a task and their probabilities"),
    NotServed("/score", scoring), NotServed("/v1/score", scoring), NotServed("/rerank", scoring),
    NotServed("/v1/rerank", scoring), NotServed("/v2/rerank", scoring),
    NotServed("/pooling", "a base here has no embeddings to give"),
    NotServed("/tokenize", counting), NotServed("/detokenize", counting),
    NotServed("/v1/messages", "use POST /v1/chat/completions"),
    NotServed("/accrete/v1/review", "reviews are still to come"),
    NotServed("/admin", "the admin listener has it (--admin-listen)"),
    NotServed("/metrics", "the admin listener has it (--admin-listen)"),
  ]

  private static let loading =
    "what is released is served without a restart. `accrete learn ROWS --start-from ADAPTER --max-epochs 0` makes a version of a PEFT adapter, `accrete promote` releases it"
  private static let scoring =
    "texts are not compared here; POST /accrete/v1/classify gives probabilities of a task's labels, POST /v1/completions with `echo` and `logprobs` those of a text's tokens"
  private static let counting =
    "`usage` of an answer has the number of tokens; POST /v1/completions with `max_tokens` 0, `echo` and `logprobs` 0 gives those of a text"

  /// Of the admin listener.
  static let ofAdmin = [
    NotServed("/admin/v1/loop", "not served yet"),
    NotServed("/v1", "the public listener has it (--listen)"),
    NotServed("/accrete", "the public listener has it (--listen)"),
  ]
}
