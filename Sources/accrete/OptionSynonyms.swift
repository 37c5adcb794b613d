import Foundation

/// What other programs call our options: those who come from them type these.
enum OptionSynonyms {
  private static let own: [(others: [String], ours: String)] = [
    (["lr", "learning_rate"], "--learning-rate"),
    (
      ["epochs", "num-epochs", "num_train_epochs", "num-train-epochs", "iters"],
      "--max-epochs (learn) or --epochs (train)"
    ),
    (["batch-size", "batch_size", "per_device_train_batch_size", "per-device-train-batch-size"], "--batch"),
    (["lora-rank", "lora_rank", "lora-r", "lora_r", "r"], "--rank"),
    (["lora-alpha", "lora_alpha"], "--alpha"), (["lora-dropout", "lora_dropout"], "--dropout"),
    (["lora-target", "lora_target", "target_modules", "lora-target-modules"], "--target-modules"),
    (["model", "model_name_or_path", "model-name-or-path", "model-path", "base-model"], "--base"),
    (["dataset", "data-path", "train-file", "train_file", "dataset_dir"], "the rows' file itself, without an option"),
    (
      ["output-dir", "output_dir", "adapter-path", "save-path", "output", "out", "o"],
      "--out (train), --registry (learn), > FILE (predict, route)"
    ),
    (["csv"], "--format csv"), (["data"], "the rows' file itself (learn), --data with --suite (train)"),
    (["train", "valid", "test"], "a field \"split\" in the rows"),
    (["config"], "an option each, or --config of train and pretrain"),
    (
      ["cutoff_len", "cutoff-len", "max-seq-length", "max_seq_length", "max-seq-len", "max_length"], "--max-length"
    ),
    (
      ["gradient_accumulation_steps", "gradient-accumulation-steps", "grad-accumulation-steps"],
      "--accumulation (train)"
    ),
    (["gradient_checkpointing", "grad-checkpoint"], "--gradient-checkpointing"),
    (["warmup_steps"], "--warmup-steps (train)"), (["max-tokens", "max_new_tokens", "max-new-tokens"], "--max-tokens"),
    (["adapter", "lora", "lora-path"], "--expert"), (["dtype", "precision", "torch_dtype"], "--weights"),
    (["config-file", "yaml"], "--config (train)"), (["text-column", "label-column"], "--columns text=…,label=…"),
  ]

  /// What other programs call our commands.
  static let commands = [
    "eval": "evaluate", "test": "evaluate", "export": "registry export", "merge": "experts merge",
    "import": "experts import",
    "chat": "generate --chat", "infer": "predict", "classify": "predict", "finetune": "learn", "fine-tune": "learn",
    "ls": "list", "rm": "forget", "delete": "forget", "version": "--version", "deploy": "promote", "release": "promote",
  ]

  /// A message of the argument parser about an option that has another name here, with that name in the place of the parser's guess.
  ///
  /// - Parameter message: as the parser wrote it; what is about anything else stays as it is.
  static func explained(_ message: String) -> String {
    guard let match = message.firstMatch(of: /Unknown option '--?([^'=]+)[^']*'(\. Did you mean '[^']*'\?)?/),
      let known = own.first(where: { $0.others.contains(String(match.1)) })
    else { return message }
    let found = message[match.range].prefix { $0 != "." }
    return message.replacingCharacters(in: match.range, with: "\(found). It is \(known.ours) here")
  }
}
