import Files

/// What other servers call fields of a request: those who come from vLLM, llama-server and their like send these.
enum FieldHints {
  /// What there is instead of a field; `nil`: nobody knows.
  static func hint(for name: String) -> String? {
    table.first { $0.others.contains { $0.hasSameCodePoints(as: name) } }?.hint
  }

  private static let ofTheTemplate =
    "A chat is written with the base's template up to where the answer begins; `chat_template_kwargs` has variables for it, and POST /v1/completions takes a prompt as it is."
  private static let ofForms =
    "Texts are held to JSON (`response_format`, or `structured_outputs.json`) or to a choice of texts (`structured_outputs.choice`) here, and to nothing else."
  private static let noBeams = "There is no beam search here: texts are drawn, `n` of them."

  static let table: [(others: [String], hint: String)] = [
    (
      ["guided_json", "json_schema"],
      "It is `response_format` of type json_schema here, or `structured_outputs.json`."
    ),
    (["guided_choice"], "It is `structured_outputs.choice` here."),
    (["guided_json_object"], "It is `response_format` of type json_object here."),
    (
      [
        "guided_regex", "guided_grammar", "guided_decoding_backend", "guided_whitespace_pattern", "grammar",
        "structural_tag",
      ], ofForms
    ),
    (
      ["min_tokens"],
      "How long a text is at least cannot be asked for; with `ignore_eos` it has as many tokens as `max_tokens` says."
    ),
    (["prompt_logprobs"], "It is `echo` with `logprobs` of POST /v1/completions here."),
    (
      ["truncate_prompt_tokens", "truncation"],
      "Nothing is ever cut here: a prompt that leaves no room is refused, with the numbers. Send a shorter one."
    ),
    (
      [
        "add_generation_prompt", "continue_final_message", "add_special_tokens", "chat_template", "documents",
        "enable_thinking",
      ], ofTheTemplate
    ),
    (["stop_token_ids"], "`stop` takes texts here, and the base's own end tokens always end a text."),
    (["include_stop_str_in_output"], "A text ends in front of what `stop` has; there is nothing to choose."),
    (
      ["skip_special_tokens", "spaces_between_special_tokens"],
      "Special tokens are never part of a text here; there is nothing to choose."
    ),
    (["use_beam_search", "length_penalty", "early_stopping", "best_of"], noBeams),
    (
      ["bad_words", "allowed_token_ids", "logits_processors"],
      "`logit_bias` of -100 keeps a token out here; `structured_outputs.choice` holds a text to some texts."
    ),
    (
      ["return_tokens_as_token_ids", "return_token_ids", "return_tokens"],
      "`logprobs` has each token's text and bytes; its id is not given."
    ),
    (["cache_salt"], "It is `accrete.cache_salt` here."),
    (
      ["cache_prompt", "id_slot"],
      "Beginnings of prompts are kept by themselves; `accrete.cache_salt` keeps them apart."
    ),
    (["n_predict", "max_new_tokens", "num_predict"], "It is `max_tokens` here."),
    (["repeat_penalty"], "It is `repetition_penalty` here."),
    (["n_probs"], "It is `logprobs` here."),
    (["priority"], "Requests wait in turns, each key for itself; there is nothing to choose."),
    (["request_id"], "The answer's `id` is the server's own, and so is its header x-request-id."),
    (
      ["lora", "lora_request", "lora_name", "adapter", "adapters", "adapter_id"],
      "`model` names the task, or one of its versions: GET /v1/models lists them."
    ),
    (["echo", "suffix"], "It is a field of POST /v1/completions. Leave it out."),
    (["messages", "chat_template_kwargs"], "It is a field of POST /v1/chat/completions."),
    (["prompt"], "It is a field of POST /v1/completions; a chat has `messages`."),
  ]
}
