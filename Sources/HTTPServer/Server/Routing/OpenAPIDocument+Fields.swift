import Files
import Serving

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
    case "accrete": return options(at: path)
    default: return optional[field] ?? []
    }
  }

  private static let needed: [String: [JSONTree.Member]] = [
    "model": text(1, ChatRequest.longestModel), "messages": messages, "prompt": prompts, "input": inputs,
  ]

  private static let optional: [String: [JSONTree.Member]] = [
    "max_completion_tokens": whole(1, SamplingParameters.mostTokens), "n": whole(1, SamplingParameters.mostChoices),
    "top_logprobs": whole(0, ChatRequest.mostLogprobs), "top_k": whole(-1, Int(Int32.max)),
    "seed": orNull("integer") + [JSONTree.Member("format", .text("int64"))],
    "temperature": number(0, 2), "min_p": number(0, 1), "presence_penalty": number(-2, 2),
    "frequency_penalty": number(-2, 2),
    "repetition_penalty": number(SamplingParameters.penalties.lowerBound, SamplingParameters.penalties.upperBound),
    "top_p": orNull("number") + [
      JSONTree.Member("exclusiveMinimum", .integer(0)), JSONTree.Member("maximum", .integer(1)),
    ],
    "stream": orNull("boolean"), "echo": orNull("boolean"), "ignore_eos": orNull("boolean"),
    "parallel_tool_calls": orNull("boolean"), "store": only([.boolean(false)]), "tool_choice": only([.text("none")]),
    "user": longText, "safety_identifier": longText, "prompt_cache_key": longText, "prompt_cache_retention": longText,
    "prompt_cache_options": orNull("object"), "service_tier": only([.text("auto"), .text("default")]),
    // Of `route`; everywhere else it is needed.
    "model": only([.text(ModelName.autoName)]),
    "stop": stops, "labels": labels, "modalities": modalities, "metadata": metadata, "logit_bias": biases,
    "stream_options": streamOptions, "response_format": responseFormat, "structured_outputs": structuredOutputs,
    "chat_template_kwargs": orNull("object"),
  ]

  static func orNull(_ name: String) -> [JSONTree.Member] {
    [JSONTree.Member("type", .texts([name, "null"]))]
  }

  static func only(_ values: [JSONTree]) -> [JSONTree.Member] {
    [JSONTree.Member("enum", .list(values + [.null]))]
  }

  static func whole(_ low: Int, _ high: Int) -> [JSONTree.Member] {
    orNull("integer") + [JSONTree.Member("minimum", .integer(low)), JSONTree.Member("maximum", .integer(high))]
  }

  private static func number(_ low: Double, _ high: Double) -> [JSONTree.Member] {
    orNull("number") + [JSONTree.Member("minimum", .shortest(low)), JSONTree.Member("maximum", .shortest(high))]
  }
}
