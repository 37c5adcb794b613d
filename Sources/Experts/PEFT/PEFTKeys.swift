import Files

/// What each key of an `adapter_config.json` may be, so that the adapter is a plain LoRA. Keys of PEFT up to 0.21.
enum PEFTKeys {
  private enum Rule {
    /// Read elsewhere, or without a say in what is computed.
    case any
    /// One of these values.
    case values([JSONTree], String)
    /// Null, false or empty.
    case blank(String)
  }

  private static let merge = "merge it in PEFT (merge_and_unload) and use the result as the base"
  private static let patterns =
    "an expert has one rank and one strength for all modules; train with r and lora_alpha alone"
  private static let base =
    "this initialization changes the base's own weights, so the adapter does not fit the base as it is;"
    + " save it in PEFT with path_initial_model_for_weight_conversion, which makes a plain LoRA of it"

  private static let rules: [String: Rule] = [
    "r": .any, "lora_alpha": .any, "lora_dropout": .any, "target_modules": .any, "use_rslora": .any,
    "auto_mapping": .any, "base_model_name_or_path": .any, "revision": .any, "peft_version": .any,
    "inference_mode": .any, "megatron_core": .any, "qalora_group_size": .any, "ensure_weight_tying": .any,
    "peft_type": .values([.text("LORA")], "only LoRA adapters are read; \(merge)"),
    "task_type": .values([.null, .text("CAUSAL_LM")], "only adapters of causal language models are read"),
    "bias": .values([.null, .text("none")], "an expert has no biases; train with bias=\"none\""),
    "init_lora_weights": .values(
      [.null, .boolean(true), .boolean(false), .text("gaussian"), .text("eva"), .text("orthogonal")], base),
    "loftq_config": .blank(base), "corda_config": .blank(base), "lora_ga_config": .blank(base),
    "eva_config": .any,
    "fan_in_fan_out": .blank("the base's matrices are [outputs, inputs]"),
    "use_dora": .blank("DoRA rescales the merged matrix, which no low-rank pair does; \(merge)"),
    "use_qalora": .blank("QALoRA groups its inputs, which a plain pair does not; \(merge)"),
    "lora_bias": .blank("an expert has no biases; train without lora_bias"),
    "modules_to_save": .blank("whole modules are not part of an expert; train without modules_to_save"),
    "trainable_token_indices": .blank("the base's embedding never changes; train without it"),
    "rank_pattern": .blank(patterns), "alpha_pattern": .blank(patterns),
    "layers_to_transform": .any, "layers_pattern": .any, "exclude_modules": .any,
    "target_parameters": .blank("experts plug into linear projections only; use target_modules"),
    "layer_replication": .blank("the base has its layers once; \(merge)"),
    "alora_invocation_tokens": .blank("an expert works on all tokens; train without it"),
    "megatron_config": .blank("only adapters of Hugging Face models are read"),
  ]

  /// Why a key's value cannot be taken; `nil`: it can.
  static func refusal(of key: String, _ value: JSONTree) -> String? {
    switch rules[key] {
    case .any: nil
    case .values(let values, let reason): values.contains(value) ? nil : reason
    case .blank(let reason): value.isBlank ? nil : reason
    case nil:
      value.isBlank
        ? nil : "this key is not known here, and it may change what is computed; remove it only if it does not"
    }
  }
}
