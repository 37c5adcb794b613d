extension ChatRequest {
  /// Every field that is known, and what becomes of it.
  public static let fields: [RequestField] =
    own + RequestFields.sampling + RequestFields.withoutEffect + ownWithoutEffect + RequestFields.refused + ownRefused

  private static let own: [RequestField] = [
    .works(
      "messages", "a list of messages: `role` system, developer, user or assistant, `content` a text or text parts"),
    .works("model", "auto, base, NAME, NAME@VERSION, NAME:ALIAS or NAME@sha256:HEX"),
    .works(
      "max_completion_tokens", "a whole number from 1; default what is left of the context, up to the server's bound"),
    .works("max_tokens", "the older name of `max_completion_tokens`"),
    .works("logprobs", "true or false; default false"),
    .works("top_logprobs", "a whole number, 0 to 20, with `logprobs`"),
    .works("chat_template_kwargs", "an object: variables of the chat template"),
  ]

  private static let ownWithoutEffect: [RequestField] = [
    .none("modalities", "only [\"text\"]"),
    .none("parallel_tool_calls", "true or false: there are no tools"),
    .none("tool_choice", "only none"),
  ]

  private static let ownRefused: [RequestField] = [
    .refused("tools", "tools are not served. Leave it out; `response_format` gives JSON of a schema."),
    .refused("functions", "tools are not served. Leave it out; `response_format` gives JSON of a schema."),
    .refused("function_call", "tools are not served. Leave it out."),
    .refused("audio", "the models here write text alone. Leave it out."),
    .refused("prediction", "predicted outputs are not served. Leave it out."),
    .refused("web_search_options", "this server opens no connection. Leave it out."),
    .refused("reasoning_effort", "the models here have no such levels. Leave it out, or see `chat_template_kwargs`."),
    .refused("verbosity", "the models here have no such levels. Leave it out, or ask for fewer tokens."),
  ]
}
