import Files
import Foundation
import Records
import Runs

/// What other programs call our options: those who come from them type these.
enum OptionSynonyms {
  private static let own: [(others: [String], ours: String)] = [
    (["lr", "learning_rate"], "--learning-rate"),
    (
      [
        "epochs", "epoch", "num-epochs", "num_epochs", "num_train_epochs", "num-train-epochs", "max-epochs",
        "max_epochs", "iters",
      ],
      "--max-epochs (learn) or --epochs (train, compare)"
    ),
    (["bf16", "fp16", "mixed-precision", "mixed_precision"], "--compute bfloat16 (train, compare, learn)"),
    (["batch-size", "batch_size", "per_device_train_batch_size", "per-device-train-batch-size"], "--batch"),
    (["lora-rank", "lora_rank", "lora-r", "lora_r", "r"], "--rank"),
    (["lora-alpha", "lora_alpha"], "--alpha"), (["lora-dropout", "lora_dropout"], "--dropout"),
    (["lora-target", "lora_target", "target_modules", "lora-target-modules"], "--target-modules"),
    (["model", "model_name_or_path", "model-name-or-path", "model-path", "base-model"], "--base"),
    (
      ["dataset", "data-path", "train-file", "train_file", "dataset_dir"],
      "the rows' file itself (learn), --tasks (train, compare)"
    ),
    (
      ["output-dir", "output_dir", "adapter-path", "save-path", "output", "out", "o"],
      "--out (train), --registry (learn), > FILE (predict, route)"
    ),
    (["csv"], "--format csv (predict, route)"),
    (["data"], "the rows' file itself (learn), --data with --suite (train)"),
    (["train", "valid", "test"], "a field \"split\" in the rows"),
    (["config"], "--config (train, pretrain); elsewhere each option stands by itself"),
    (
      ["cutoff_len", "cutoff-len", "max-seq-length", "max_seq_length", "max-seq-len", "max_length"], "--max-length"
    ),
    (
      ["gradient_accumulation_steps", "gradient-accumulation-steps", "grad-accumulation-steps"],
      "--accumulation (train)"
    ),
    (["gradient_checkpointing", "grad-checkpoint"], "--gradient-checkpointing"),
    (
      ["max-tokens", "max_new_tokens", "max-new-tokens"],
      "--max-tokens (generate, loss), --max-answer-tokens (learn, train)"
    ),
    (["adapter", "lora", "lora-path"], "--expert (generate, logits), --start-from (learn)"),
    (["dtype", "precision", "torch_dtype"], "--weights"),
    (["load-in-4bit", "load_in_4bit", "quantization_bit", "quantization-bit"], "--weights nf4 (or int8, fp8)"),
    (["load-in-8bit", "load_in_8bit"], "--weights int8"),
    (["gpu", "gpus", "cuda", "use-gpu"], "--device cuda"),
    (
      ["val-size", "val_size", "validation-split", "validation_split", "test-size", "test_size", "eval-size"],
      "a field \"split\" in the rows, or --evaluate-on validation (train)"
    ),
    (
      ["warmup", "warmup_steps", "warmup-ratio", "warmup_ratio", "num-warmup-steps", "num_warmup_steps"],
      "--warmup-steps (train)"
    ),
    (["verbose", "v", "debug"], "progress on standard error unless --quiet forbids it, or --log-format json"),
    (["config-file", "yaml"], "--config (train)"), (["text-column", "label-column"], "--columns text=…,label=…"),
  ]

  /// What other programs call our commands.
  static let commands = [
    "eval": "evaluate", "test": "evaluate", "export": "registry export", "merge": "experts merge",
    "import": "experts import",
    "alias": "registry alias", "backup": "registry backup", "restore": "registry restore",
    "history": "registry history",
    "diff": "registry diff", "retire": "registry retire", "gc": "registry gc", "audit": "registry audit",
    "chat": "generate --chat", "infer": "predict", "classify": "predict", "finetune": "learn", "fine-tune": "learn",
    "ls": "list", "rm": "forget", "delete": "forget", "version": "--version", "deploy": "promote", "release": "promote",
  ]

  /// Adds advice to an argument parser's message: the name that the option has here instead of the parser's guess, how to write a value
  /// that begins with a dash, and which command takes an argument that this one does not.
  ///
  /// - Parameter message: As the parser wrote it; what is about anything else stays as it is.
  /// - Parameter arguments: Those of the program.
  static func explained(_ message: String, of arguments: [String]) -> String {
    let text = renamed(message, for: arguments.first)
    guard
      let match = text.firstMatch(
        of:
          /(Missing (?:value for|expected argument)|Unexpected argument|[0-9]+ unexpected arguments:) '(-*[^' ]*)[^\n]*'/
      )
    else {
      return text
    }
    let help =
      match.1 == "Missing value for"
      ? dashed(String(match.2), of: arguments) : elsewhere(arguments, isExtra: !match.1.hasPrefix("Missing"))
    return help.map { text.replacingCharacters(in: match.range, with: "\(match.0). \($0)") } ?? text
  }

  /// An option's value that the parser takes for another option.
  private static func dashed(_ option: String, of arguments: [String]) -> String? {
    guard let index = arguments.firstIndex(of: option), let value = arguments.dropFirst(index + 1).first,
      value.wholeMatch(of: /-[^-a-zA-Z].*|-.*\s.*/.dotMatchesNewlines()) != nil
    else { return nil }
    return "A value that begins with a dash is written behind an equals sign: \(shellWords(["\(option)=\(value)"]))"
  }

  /// What an argument too many was meant for.
  ///
  /// - Parameter isExtra: Whether that is what the parser complains of: it tells of options that are missing first.
  private static func elsewhere(_ arguments: [String], isExtra: Bool) -> String? {
    let words = arguments.dropFirst().prefix { !$0.hasPrefix("-") }
    switch arguments.first {
    case "train", "compare":
      guard !words.isEmpty || isExtra else { return nil }
      let names = words.isEmpty ? "" : ": \(shellWords(["--tasks"] + words).printable)"
      return "The tasks' files are named by --tasks\(names)"
    case _ where !isExtra: return nil
    case "list": return words.first.map { "`accrete show \(shellWords([$0]))` shows one task" }
    case "explain" where words.count > 1:
      return
        "A text of several words stands in quotation marks: accrete explain \(shellWords([words.joined(separator: " ")]))"
    default: return nil
    }
  }

  /// A message about a key of a YAML file that has another name here, with that name.
  ///
  /// - Parameter error: Any; one that is about anything else stays as it is.
  static func explained(_ error: any Error) -> any Error {
    guard case RunError.invalidConfiguration(let key, "unknown", _) = error,
      let word = key.split(separator: " ").last, let known = own.first(where: { $0.others.contains(String(word)) })
    else { return error }
    let keys = RunFile.keys + PretrainingFile.keys + InvocationFile.keys
    let names = known.ours.matches(of: /--([a-z-]+)/).map { String($0.1) }.filter(keys.contains)
    return RunError.invalidConfiguration(
      key: key, got: "unknown",
      allowed: names.isEmpty ? "\(known.ours), which it is here" : "\(names.listed), which it is here")
  }

  /// Of names with the commands that have them, the one of this command; else all.
  static func name(_ ours: String, for command: String?) -> String {
    let parts = ours.split(separator: #/, (?![^(]*\))| or /#)
    let own = parts.filter { part in
      part.firstMatch(of: #/\((.*)\)/#).map { $0.1.split(separator: ", ").contains { $0 == command ?? "" } } ?? false
    }
    guard parts.count > 1, let one = own.first else { return ours }
    return one.prefix { $0 != "(" }.trimmingPrefix("or ").trimmingCharacters(in: .whitespaces)
  }

  private static func renamed(_ message: String, for command: String?) -> String {
    guard let match = message.firstMatch(of: /Unknown option '--?([^'=]+)[^']*'(\. Did you mean '[^']*'\?)?/),
      let known = own.first(where: { $0.others.contains(String(match.1)) })
    else { return message }
    let found = message[match.range].prefix { $0 != "." }
    return message.replacingCharacters(in: match.range, with: "\(found). It is \(name(known.ours, for: command)) here")
  }
}
