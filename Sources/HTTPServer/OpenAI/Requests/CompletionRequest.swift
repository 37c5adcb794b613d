import Files
public import Foundation

/// The body of `POST /v1/completions`.
public struct CompletionRequest: Sendable {
  /// What goes on.
  public enum Prompt: Sendable {
    case text(String)
    /// Ids of tokens, at least one.
    case tokens([Int])
  }

  /// As the client wrote it.
  public let model: String
  /// At least one. The choices of the first come first: choice `c` of prompt `p` has the index `p * n + c`.
  public let prompts: [Prompt]
  /// Whether the answer begins with the prompt.
  public let echoes: Bool
  public let sampling: SamplingParameters
  public let stream: StreamParameters
  public let format: OutputFormat
  public let options: AccreteOptions
  /// `metadata`, for the trace.
  public let metadata: [(name: String, value: String)]
  /// What the answer's `accrete.ignored` lists.
  public let ignored: [String]

  /// Of `prompt`.
  public static let mostPrompts = 16
  /// Of `logprobs`.
  static let mostLogprobs = 5
  /// Where a request does not say, as OpenAI has it.
  static let usualTokens = 16

  /// Reads a body.
  ///
  /// - Parameters:
  ///   - body: All of it; how large it may be is checked before.
  ///   - unknownFields: What becomes of fields that ``fields`` has not.
  /// - Throws: ``APIError`` of a status of 4xx, which names the field.
  public init(body: Data, unknownFields: UnknownFields = .refuse) throws(APIError) {
    let members = try RequestBody.members(body)
    var ignored = IgnoredFields()
    try FieldReader.check(members, by: Self.fields, unknown: unknownFields, ignored: &ignored)
    let reader = FieldReader(members)
    model = try ChatRequest.model(reader)
    prompts = try Self.prompts(reader)
    echoes = try reader.boolean("echo") ?? false
    var sampling = try SamplingParameters(reader)
    // With 0 only the prompt itself can come back.
    sampling.maxTokens =
      try reader.integer("max_tokens", (echoes ? 0 : 1)...SamplingParameters.mostTokens) ?? Self.usualTokens
    sampling.topLogprobs = try reader.integer("logprobs", 0...Self.mostLogprobs)
    self.sampling = sampling
    stream = try StreamParameters(reader, unknown: unknownFields, ignored: &ignored)
    options = try AccreteOptions(
      reader, names: AccreteOptions.Name.ofCompletions, unknown: unknownFields, ignored: &ignored)
    format = try OutputFormat(reader, choice: options.choice, unknown: unknownFields, ignored: &ignored)
    metadata = try RequestFields.checkWithoutEffect(reader)
    self.ignored = ignored.list
  }

  private static func prompts(_ reader: FieldReader) throws(APIError) -> [Prompt] {
    let expected = "a text, 1 to \(mostPrompts) texts, ids of tokens, or 1 to \(mostPrompts) lists of ids"
    switch reader["prompt"] {
    case .text(let bytes)?: return [.text(String(decoding: bytes, as: UTF8.self))]
    case .list(let values)? where !values.isEmpty:
      if values.allSatisfy({ $0.number != nil }) { return [.tokens(try ids(values, at: "prompt"))] }
      guard values.count <= mostPrompts else { throw reader.invalid("prompt", expected: expected, reader["prompt"]) }
      var prompts: [Prompt] = []
      for (index, value) in values.enumerated() {
        switch value {
        case .text(let bytes): prompts.append(.text(String(decoding: bytes, as: UTF8.self)))
        case .list(let inner) where !inner.isEmpty: prompts.append(.tokens(try ids(inner, at: "prompt[\(index)]")))
        default:
          throw FieldReader.invalid(
            "prompt[\(index)]", expected: "a text, or ids of tokens", value, fix: "Send all prompts in one form.")
        }
      }
      return prompts
    case let value:
      throw reader.invalid("prompt", expected: expected, value, fix: "Send the text that is to go on.")
    }
  }

  private static func ids(_ values: [JSONTree], at path: String) throws(APIError) -> [Int] {
    var ids: [Int] = []
    ids.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard let id = value.integer, (0...Int(Int32.max)).contains(id) else {
        throw FieldReader.invalid("\(path)[\(index)]", expected: "the id of a token", value)
      }
      ids.append(id)
    }
    return ids
  }

  /// Refuses tokens that the model has not.
  ///
  /// - Parameter vocabulary: How many ids there are.
  /// - Throws: ``APIError``.
  public func requireTokens(below vocabulary: Int) throws(APIError) {
    try sampling.requireTokens(below: vocabulary)
    for case .tokens(let ids) in prompts {
      if let id = ids.first(where: { $0 >= vocabulary }) {
        throw APIError(
          .invalidValue,
          "`prompt`: expected ids below \(vocabulary), the model's number of tokens, got \(id). Correct it.",
          param: "prompt")
      }
    }
  }
}

extension CompletionRequest {
  /// Every field that is known, and what becomes of it.
  public static let fields: [RequestField] =
    own + RequestFields.sampling + RequestFields.withoutEffect + RequestFields.refused + ownRefused

  private static let own: [RequestField] = [
    .works("model", "auto, base, NAME, NAME@VERSION, NAME:ALIAS or NAME@sha256:HEX"),
    .works("prompt", "a text, 1 to 16 texts, ids of tokens, or 1 to 16 lists of ids; no template is applied"),
    .works("echo", "true or false, without `logprobs`; default false"),
    .works("logprobs", "a whole number, 0 to 5"),
    .works("max_tokens", "a whole number from 1, with `echo` from 0; default 16"),
  ]

  private static let ownRefused: [RequestField] = [
    .refused("suffix", "text is only written behind a prompt. Leave it out."),
    .refused("best_of", "all texts that are written are given. Leave it out, and use `n`."),
  ]
}
