import Files
import Registry
public import Serving

extension APIError {
  /// Any error, as a client may see it.
  ///
  /// - Parameters:
  ///   - error: What was thrown.
  ///   - input: The field that holds what is asked (`messages`, `prompt`, `input`), for a prompt that does not fit.
  ///   - requestID: By which the log's line is found.
  ///   - isVisible: Whether whoever asks may know of a model of this name.
  public init(
    mapping error: any Error, input: String? = nil, requestID: String, isVisible: (String) -> Bool = { _ in true }
  ) {
    switch error {
    case let error as APIError: self = error
    case let error as EngineFailure: self.init(error, input: input, requestID: requestID)
    case let error as CatalogError: self.init(error, isVisible: isVisible)
    case ChatPromptError.tooLong(let prompt, let room, let limit):
      self = .tooLong(prompt: prompt, requested: max(limit - room, 0), limit: limit, input: input)
    case ChatPromptError.leavesNoRoom(let model, let prompt, let room, let limit):
      self = .leavesNoRoom(model, prompt: prompt, room: room, limit: limit, input: input)
    case let error as ChatPromptError where error.category == .usage:
      self.init(.invalidValue, error.description, param: input)
    case is CancellationError: self.init(.cancelled, requestID: requestID)
    case let error as any AccreteError: self.init(error, requestID: requestID)
    default: self = .internal(requestID)
    }
  }

  /// A defect of ours. What it is stands in the log.
  public static func `internal`(_ requestID: String) -> APIError {
    APIError(
      .internal,
      "The server failed at this request; its log says why, under \(SafeText.beginning(requestID)). Send it again, or tell whoever runs the server."
    )
  }

  /// What the engine says.
  ///
  /// - Parameters:
  ///   - failure: Why the engine gave up.
  ///   - input: The field that holds what is asked.
  ///   - requestID: By which the log's line is found.
  public init(_ failure: EngineFailure, input: String? = nil, requestID: String) {
    switch failure {
    case .queueFull(let seconds):
      self.init(
        .queueFull,
        "Too many requests wait, or this one would wait too long. Try again after the seconds of retry-after.",
        retryAfter: seconds)
    case .draining:
      self.init(.draining, "The server is about to stop and takes nothing new. Try again in some seconds.")
    case .cancelled:
      // Nobody reads it where the client has left: who does is one whose request ended with the server.
      self.init(.draining, "The request was cancelled before its end, as the server stops. Try again in some seconds.")
    case .deadlineExceeded:
      self.init(
        .deadlineExceeded,
        "The answer was not there in time. Ask for fewer tokens, or give it more time by `accrete.deadline_ms`.")
    case .unloaded(let version):
      self.init(
        .expertFailed,
        "Version \(version) was unloaded by whoever runs the server before its answer was there. Ask for another version, or tell them.",
        param: "model")
    case .expertFailed(let version, _):
      // The reason may name files.
      self.init(
        .expertFailed,
        "Version \(version) cannot be loaded; the server's log says why. Ask for another version, or tell whoever runs the server.",
        param: "model")
    case .tooLong(let prompt, let requested, let limit):
      self = .tooLong(prompt: prompt, requested: requested, limit: limit, input: input)
    case .tooManyChoices(let choices, let limit):
      self.init(
        .invalidValue,
        "`n`: 1 to \(limit) expected, as many as this server writes at once (--max-sequences), got \(choices). Ask for fewer.",
        param: "n")
    case .invalid(let reason): self.init(.invalidValue, reason)
    case .failed: self = .internal(requestID)
    }
  }

  /// A prompt that leaves no room for what is to be written.
  static func tooLong(prompt: Int, requested: Int, limit: Int, input: String?) -> APIError {
    APIError(
      .contextLengthExceeded,
      "The prompt has \(prompt) tokens and \(requested) more are asked for, and the model reads \(limit) at most. Send a shorter prompt, or"
        + " ask for fewer tokens; nothing is cut.", param: input)
  }

  /// The same where the request does not say how long the answer shall be.
  static func leavesNoRoom(_ model: String, prompt: Int, room: Int, limit: Int, input: String?) -> APIError {
    APIError(
      .contextLengthExceeded,
      "The prompt has \(prompt) tokens, and \(model) reads \(room) at most before its answer, \(limit) with it. Send a shorter prompt; nothing"
        + " is cut.", param: input)
  }

  /// What the catalog says of a name.
  ///
  /// - Parameters:
  ///   - error: What is wrong with the name.
  ///   - isVisible: Whether whoever asks may know of a model of this name; others are not listed.
  public init(_ error: CatalogError, isVisible: (String) -> Bool = { _ in true }) {
    func known(_ names: [String]) -> String {
      let names = names.filter(isVisible)
      return names.isEmpty ? "GET /v1/models lists what there is." : "There is: \(names.listed)."
    }
    switch error {
    case .invalidName(let name, let fix):
      // What is to be done repeats the name, which may be of any length.
      let isShort = name.unicodeScalars.count <= SafeText.mostQuoted
      self.init(
        .invalidModelName,
        "\(SafeText.quoted(name)) is not the name of a model. \(isShort ? fix : "Write NAME, NAME@VERSION or NAME:ALIAS.")",
        param: "model")
    case .notFound(let name, let names):
      self.init(.modelNotFound, "There is no model \(SafeText.quoted(name)). \(known(names))", param: "model")
    case .versionNotFound(let name, let names) where !name.utf8.contains(where: { $0 == 0x40 || $0 == 0x3A }):
      let version = names.first { $0.utf8.contains(0x40) && isVisible($0) }
      self.init(
        .versionNotFound,
        "\(SafeText.quoted(name)) has no released version. "
          + (version.map { "Ask for \($0), or release it with `accrete promote`." }
            ?? "Release one with `accrete promote`."),
        param: "model")
    case .versionNotFound(let name, let names):
      self.init(.versionNotFound, "There is no version \(SafeText.quoted(name)). \(known(names))", param: "model")
    }
  }

  /// By its category. What speaks of files and the registry speaks of this machine: its words stay in the log.
  private init(_ error: any AccreteError, requestID: String) {
    let isOurs = error is FileError || error is RegistryError
    switch error.category {
    case .usage where !isOurs, .data where !isOurs: self.init(.invalidValue, error.description)
    case .tooLarge where !isOurs: self.init(.bodyTooLarge, error.description)
    case .notFound:
      self.init(.modelNotFound, "What is asked for is not there. GET /v1/models lists what there is.", param: "model")
    case .conflict, .stale:
      self.init(
        .aliasMoved,
        "Somebody changed it first, or it does not allow that. Look at it again, and repeat what was asked.")
    case .resources:
      self.init(.queueFull, "The server is short of memory or disk. Try again later, or ask for less.", retryAfter: 10)
    case .busy: self.init(.queueFull, "The registry is in use by another process. Try again.", retryAfter: 1)
    case .interrupted: self.init(.cancelled, requestID: requestID)
    case .usage, .data, .tooLarge, .damaged, .incompatible, .inputOutput, .process, .internal:
      self = .internal(requestID)
    }
  }
}
