import Files
public import Foundation
public import Serving
public import Templates

/// The body of `POST /v1/chat/completions`.
///
/// ```swift
/// let request = try ChatRequest(body: body)
/// let limit = try request.sampling.newTokens(prompt: ids.count, context: 512, usual: 512, input: "messages")
/// let options = request.sampling.options(maxTokens: limit, seed: seed)
/// ```
public struct ChatRequest: Sendable {
  /// As the client wrote it.
  public let model: String
  /// At least one.
  public let messages: [ChatMessage]
  public let sampling: SamplingParameters
  public let stream: StreamParameters
  public let format: OutputFormat
  /// Variables of the template, `chat_template_kwargs`.
  public let variables: TemplateObject
  public let options: AccreteOptions
  /// `metadata`, for the trace.
  public let metadata: [(name: String, value: String)]
  /// What the answer's `accrete.ignored` lists.
  public let ignored: [String]

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
    model = try Self.model(reader)
    messages = try MessageReader.messages(reader, ignored: &ignored)
    sampling = try Self.sampling(reader)
    stream = try StreamParameters(reader, unknown: unknownFields, ignored: &ignored)
    options = try AccreteOptions(
      reader, names: AccreteOptions.Name.ofChat, unknown: unknownFields, ignored: &ignored)
    format = try OutputFormat(reader, choice: options.choice, unknown: unknownFields, ignored: &ignored)
    variables = try Self.variables(reader)
    try Self.checkTools(reader)
    metadata = try RequestFields.checkWithoutEffect(reader)
    self.ignored = ignored.list
  }

  /// What a client asks for by name.
  static let longestModel = 256

  static func model(_ reader: FieldReader) throws(APIError) -> String {
    guard let model = try reader.text("model", bytes: 1...longestModel) else {
      throw reader.invalid(
        "model", expected: "the name of a model", nil, fix: "GET /v1/models lists what there is; auto finds the task.")
    }
    return model
  }

  /// Of `top_logprobs`.
  static let mostLogprobs = 20

  private static func sampling(_ reader: FieldReader) throws(APIError) -> SamplingParameters {
    var sampling = try SamplingParameters(reader)
    let newer = try reader.integer("max_completion_tokens", 1...SamplingParameters.mostTokens)
    let older = try reader.integer("max_tokens", 1...SamplingParameters.mostTokens)
    if let newer, let older, newer != older {
      throw reader.invalid(
        "max_tokens", expected: "the \(newer) of `max_completion_tokens`", .integer(older), fix: "Send one of them.")
    }
    sampling.maxTokens = newer ?? older
    let top = try reader.integer("top_logprobs", 0...mostLogprobs)
    if try reader.boolean("logprobs") == true {
      sampling.topLogprobs = top ?? 0
    } else if top != nil {
      throw reader.invalid(
        "top_logprobs", expected: "nothing without `logprobs`: true", reader["top_logprobs"],
        fix: "Set `logprobs`, or leave it out.")
    }
    return sampling
  }

  private static func variables(_ reader: FieldReader) throws(APIError) -> TemplateObject {
    var variables = TemplateObject()
    guard let members = try reader.object("chat_template_kwargs") else { return variables }
    for member in members {
      guard !["messages", "tools", "add_generation_prompt"].contains(where: { $0.hasSameCodePoints(as: member.key) })
      else {
        throw APIError(
          .unsupportedParameter,
          "`chat_template_kwargs.\(member.key)`: it is given by the request itself. Leave it out.",
          param: "chat_template_kwargs.\(member.key)")
      }
      variables[member.key] = TemplateValue(member.value)
    }
    return variables
  }

  /// What has no effect where there are no tools.
  private static func checkTools(_ reader: FieldReader) throws(APIError) {
    _ = try reader.boolean("parallel_tool_calls")
    if let choice = reader["tool_choice"], choice != .text("none") {
      throw APIError(
        .unsupportedParameter,
        "`tool_choice`: expected none, got \(FieldReader.shown(choice)). Tools are not served; leave it out.",
        param: "tool_choice")
    }
    if let modalities = reader["modalities"], modalities != .list([.text("text")]) {
      throw APIError(
        .unsupportedParameter,
        "`modalities`: expected [\"text\"], got \(FieldReader.shown(modalities)). The models here write text alone; leave it out.",
        param: "modalities")
    }
  }
}
