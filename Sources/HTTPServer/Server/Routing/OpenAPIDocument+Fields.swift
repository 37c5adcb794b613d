import Files

extension OpenAPIDocument {
  /// What type a field's value has, and between which numbers it lies: as much of its rule as a program can check before it asks.
  ///
  /// Fields that may be left out may be `null`, which is the same.
  static func form(of field: String, at path: String) -> [JSONTree.Member] {
    if required[path]?.contains(where: { $0.hasSameCodePoints(as: field) }) ?? false {
      return needed[field] ?? []
    }
    let isCompletion = path.hasSameCodePoints(as: "/v1/completions")
    switch field {
    // The same names mean different things.
    case "logprobs": return isCompletion ? whole(0, CompletionRequest.mostLogprobs) : orNull("boolean")
    case "max_tokens": return whole(isCompletion ? 0 : 1, SamplingParameters.mostTokens)
    default: return optional[field] ?? []
    }
  }

  private static let needed: [String: [JSONTree.Member]] = [
    "model": [type("string")],
    "messages": [
      type("array"), JSONTree.Member("minItems", .integer(1)),
      JSONTree.Member(
        "items",
        .object([
          "type": .text("object"), "required": .texts(["role", "content"]),
          "properties": .object(["role": .object(["enum": .texts(["system", "developer", "user", "assistant"])])]),
        ])),
    ],
    "prompt": [JSONTree.Member("type", .texts(["string", "array"]))],
    "input": [JSONTree.Member("type", .texts(["string", "array"]))],
  ]

  private static let optional: [String: [JSONTree.Member]] = [
    "max_completion_tokens": whole(1, SamplingParameters.mostTokens), "n": whole(1, SamplingParameters.mostChoices),
    "top_logprobs": whole(0, ChatRequest.mostLogprobs), "top_k": whole(-1, Int(Int32.max)), "seed": orNull("integer"),
    "temperature": number(0, 2), "min_p": number(0, 1), "presence_penalty": number(-2, 2),
    "frequency_penalty": number(-2, 2),
    "repetition_penalty": number(SamplingParameters.penalties.lowerBound, SamplingParameters.penalties.upperBound),
    "top_p": orNull("number") + [
      JSONTree.Member("exclusiveMinimum", .integer(0)), JSONTree.Member("maximum", .integer(1)),
    ],
    "stream": orNull("boolean"), "echo": orNull("boolean"), "ignore_eos": orNull("boolean"),
    "parallel_tool_calls": orNull("boolean"), "store": only([.boolean(false)]), "tool_choice": only([.text("none")]),
    "user": orNull("string"),
    "safety_identifier": orNull("string"), "prompt_cache_key": orNull("string"),
    "prompt_cache_retention": orNull("string"), "service_tier": only([.text("auto"), .text("default")]),
    "model": orNull("string"),
    "stop": [JSONTree.Member("type", .texts(["string", "array", "null"]))], "labels": orNull("array"),
    "modalities": orNull("array"), "metadata": orNull("object"), "logit_bias": orNull("object"),
    "stream_options": orNull("object"), "response_format": orNull("object"), "structured_outputs": orNull("object"),
    "chat_template_kwargs": orNull("object"), "accrete": orNull("object"),
  ]

  private static func type(_ name: String) -> JSONTree.Member { JSONTree.Member("type", .text(name)) }

  private static func orNull(_ name: String) -> [JSONTree.Member] {
    [JSONTree.Member("type", .texts([name, "null"]))]
  }

  private static func only(_ values: [JSONTree]) -> [JSONTree.Member] {
    [JSONTree.Member("enum", .list(values + [.null]))]
  }

  private static func whole(_ low: Int, _ high: Int) -> [JSONTree.Member] {
    orNull("integer") + [JSONTree.Member("minimum", .integer(low)), JSONTree.Member("maximum", .integer(high))]
  }

  private static func number(_ low: Double, _ high: Double) -> [JSONTree.Member] {
    orNull("number") + [JSONTree.Member("minimum", .shortest(low)), JSONTree.Member("maximum", .shortest(high))]
  }
}
