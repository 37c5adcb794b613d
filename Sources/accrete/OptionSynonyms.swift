import Files
import Foundation
import Records
import Runs

/// What other programs call our options: those who come from them type these.
enum OptionSynonyms {
  /// What an option of another program is here.
  struct Meaning {
    let text: String
    /// The commands for which it is right; `nil`: those that have the option with which the text begins.
    let named: [String]?

    /// Whether the text says by itself what there is instead of an option.
    let isSentence: Bool

    init(_ text: String, for named: [String]? = nil) { (self.text, self.named, isSentence) = (text, named, false) }

    init(sentence: String) { (text, named, isSentence) = (sentence, nil, true) }

    /// The option with which the text begins; `nil`: it is about something else.
    var option: String? { isSentence ? nil : text.firstMatch(of: /^--[a-z-]+/).map { String($0.0) } }

    var commands: [String] { named ?? option.map(CommandOptions.having) ?? [] }
  }

  /// Commands that read a task's rows to learn from them.
  private static let learning = ["learn", "train", "compare"]
  /// Commands that let one choose what products are computed in: `--compute` of `plan-scale` is a number of operations.
  private static let computing = learning + ["doctor"]
  /// Commands that answer the texts of a file.
  private static let answering = ["predict", "route", "evaluate"]
  /// Commands that find their base in the registry.
  private static let basedOnARegistry = CommandOptions.having("--base").filter {
    $0 != "init" && CommandOptions.having("--registry").contains($0)
  }
  private static let own: [(others: [String], ours: [Meaning])] = [
    (["lr", "learning_rate"], [Meaning("--learning-rate")]),
    (
      [
        "epochs", "epoch", "num-epochs", "num_epochs", "num_train_epochs", "num-train-epochs", "max-epochs",
        "max_epochs", "iters",
      ],
      // No alias: as many passes as `learn` makes at most are all made by `train`.
      [
        Meaning("--max-epochs (the most passes: training may stop earlier)"),
        Meaning("--epochs (exactly this many passes)"),
      ]
    ),
    (["bf16", "fp16", "mixed-precision", "mixed_precision"], [Meaning("--compute bfloat16", for: computing)]),
    (["batch-size", "batch_size", "per_device_train_batch_size", "per-device-train-batch-size"], [Meaning("--batch")]),
    (["lora-rank", "lora_rank", "lora-r", "lora_r", "r"], [Meaning("--rank")]),
    (["lora-alpha", "lora_alpha"], [Meaning("--alpha")]), (["lora-dropout", "lora_dropout"], [Meaning("--dropout")]),
    (["lora-target", "lora_target", "target_modules", "lora-target-modules"], [Meaning("--target-modules")]),
    (
      ["model", "model_name_or_path", "model-name-or-path", "model-path", "base-model", "base_model"],
      [
        Meaning("--base", for: CommandOptions.having("--base").filter { !basedOnARegistry.contains($0) }),
        Meaning("--base (for a base that has moved; `accrete init --base` chooses it)", for: basedOnARegistry),
      ]
    ),
    (
      ["dataset", "data-path", "train-file", "train_file", "dataset_dir", "train-data", "train_data"],
      [Meaning("the rows' file itself", for: ["learn"]), Meaning("--tasks")]
    ),
    (
      ["file", "input", "input-file", "input_file", "data-file", "data_files", "f", "i"],
      [
        Meaning("the rows' file itself", for: ["learn"]), Meaning("the file itself", for: answering),
        Meaning("--tasks"), Meaning("--prompts"),
      ]
    ),
    (
      ["prompt"],
      [Meaning("--text", for: ["predict", "route", "explain"]), Meaning("--prompt")]
    ),
    (
      ["adapter-path", "adapter_path"],
      [
        Meaning("--out", for: ["train"]), Meaning("--registry", for: ["learn"]),
        Meaning("--task", for: ["predict", "evaluate", "explain"]), Meaning("--expert"),
      ]
    ),
    (
      ["output-dir", "output_dir", "save-path", "output", "out", "o"],
      [Meaning("--out"), Meaning("--registry", for: ["learn"]), Meaning("> FILE", for: ["predict", "route"])]
    ),
    (["csv"], [Meaning("--format csv")]),
    (
      ["data"],
      [
        Meaning("the rows' file itself", for: ["learn"]), Meaning("the file itself", for: answering),
        Meaning("--data with --suite", for: ["train"]),
      ]
    ),
    (
      [
        "train", "valid", "test", "eval-dataset", "eval_dataset", "eval-data", "eval-file", "valid-data",
        "validation-file", "validation_file", "test-file", "test_file",
      ],
      [Meaning("a field \"split\" in the rows", for: learning), Meaning("the file itself", for: ["evaluate"])]
    ),
    (["config"], [Meaning("--config"), Meaning("each option by itself", for: ["learn"])]),
    (
      ["cutoff_len", "cutoff-len", "max-seq-length", "max_seq_length", "max-seq-len", "max_length"],
      [Meaning("--max-length")]
    ),
    (
      ["gradient_accumulation_steps", "gradient-accumulation-steps", "grad-accumulation-steps"],
      [Meaning("--accumulation")]
    ),
    (["gradient_checkpointing", "grad-checkpoint"], [Meaning("--gradient-checkpointing")]),
    (
      ["max-tokens", "max_new_tokens", "max-new-tokens"],
      [Meaning("--max-tokens"), Meaning("--max-answer-tokens")]
    ),
    (["adapter", "lora", "lora-path"], [Meaning("--expert"), Meaning("--start-from")]),
    (
      ["dtype", "precision", "torch_dtype"],
      [
        Meaning("--compute (what products are computed in)", for: computing),
        Meaning("--weights (how the base's matrices are held)"),
      ]
    ),
    (
      ["load-in-4bit", "load_in_4bit", "quantization_bit", "quantization-bit"],
      [Meaning("--weights nf4 (or int8, fp8)")]
    ),
    (["load-in-8bit", "load_in_8bit"], [Meaning("--weights int8")]),
    (["qlora"], [Meaning("--weights nf4 (QLoRA's levels)")]),
    (["wandb", "report-to", "report_to", "logging-dir", "logging_dir"], [Meaning("--tensorboard")]),
    (["lr-scheduler-type", "lr_scheduler_type", "lr-scheduler"], [Meaning("--schedule")]),
    (
      ["stage", "finetuning-type", "finetuning_type"],
      [
        Meaning(
          sentence:
            "There is nothing to choose: a LoRA learns the answers of the rows; preference pairs and full fine-tuning are not there"
        )
      ]
    ),
    (
      ["template", "chat-template", "chat_template"],
      [
        Meaning(
          sentence:
            "Conversations are written by the chat template of the base's folder (`accrete chat-template` shows it)")
      ]
    ),
    (["packing"], [Meaning(sentence: "It is not needed: rows of a batch are computed without padding")]),
    (
      ["use-dora", "use_dora", "use-rslora", "use_rslora"],
      [Meaning(sentence: "An expert is a plain LoRA, scaled by alpha / rank; there is no DoRA and no rsLoRA")]
    ),
    (["optim", "optimizer"], [Meaning(sentence: "Experts are trained by AdamW; there is no other choice")]),
    (
      ["max-steps", "max_steps", "steps", "num-steps"],
      [
        Meaning(
          sentence:
            "Passes are given, not steps: --max-epochs of learn, --epochs of train and compare; --dry-run says how many steps these are"
        )
      ]
    ),
    (
      ["save-steps", "save_steps"],
      [
        Meaning(
          sentence:
            "A signal writes a checkpoint, and the same command of learn goes on from it; train and compare have --checkpoint-steps"
        )
      ]
    ),
    (["gpu", "gpus", "cuda", "use-gpu"], [Meaning("--device cuda")]),
    (
      ["val-size", "val_size", "validation-split", "validation_split", "test-size", "test_size", "eval-size"],
      [Meaning("a field \"split\" in the rows", for: learning), Meaning("--evaluate-on validation")]
    ),
    (
      ["warmup", "warmup_steps", "warmup-ratio", "warmup_ratio", "num-warmup-steps", "num_warmup_steps"],
      [Meaning("--warmup-steps")]
    ),
    (
      ["verbose", "v", "debug"],
      [
        Meaning(
          "progress on standard error unless --quiet forbids it, or --log-format json",
          for: CommandOptions.having("--log-format"))
      ]
    ),
    (["config-file", "yaml"], [Meaning("--config")]),
    (["text-column", "label-column"], [Meaning("--columns text=…,label=…")]),
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
    "lora": "learn", "sft": "learn", "fuse": "experts merge", "remove": "forget", "tasks": "list",
  ]

  /// What a word behind a command's name was meant for, where it is none of that command's own; `nil`: nobody knows.
  ///
  /// - Parameter word: As it was typed.
  /// - Parameter path: The words before it, without the program's name.
  static func command(for word: String, behind path: [String]) -> String? {
    guard let group = path.first else { return commands[word] }
    let other = commands[word]
    guard group == "registry" else { return other.flatMap { $0.hasPrefix("\(group) ") ? $0 : nil } }
    // What is done every day stands at the top.
    let isAtTheTop = CommandOptions.all.contains { $0.name == word && $0.options.contains("--registry") }
    return isAtTheTop ? word : other
  }

  /// Adds advice to an argument parser's message: the name that the option has here instead of the parser's guess, how to write a value
  /// that begins with a dash, and which command takes an argument that this one does not.
  ///
  /// - Parameter message: As the parser wrote it; what is about anything else stays as it is.
  /// - Parameter arguments: Those of the program.
  static func explained(_ message: String, of arguments: [String]) -> String {
    let text = OptionValues.explained(renamed(message, of: arguments))
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
      if arguments.first == "compare", let list = separated(arguments) { return list }
      guard !words.isEmpty || isExtra else { return nil }
      if let file = words.first(where: isYAML) {
        return "A file of options is named by --config: --config \(shellWords([file]).printable)"
      }
      let names = words.isEmpty ? "" : ": \(shellWords(["--tasks"] + words).printable)"
      return "The tasks' files are named by --tasks\(names)"
    case _ where !isExtra: return nil
    case "list": return words.first.map { "`accrete show \(shellWords([$0]))` shows one task" }
    case "rollback": return words.first.map(release)
    case "explain" where words.count > 1:
      return
        "A text of several words stands in quotation marks: accrete explain \(shellWords([words.joined(separator: " ")]))"
    default: return nil
    }
  }

  /// What goes back to what was named: releases are of all tasks together.
  private static func release(_ word: String) -> String {
    if Int(word) != nil { return "A release is named by --to: accrete rollback --to \(word)" }
    let version = word.contains("@") || word.contains(":") ? shellWords([word]).printable : "NAME@NUMBER"
    return "A rollback is of all tasks together; `accrete promote \(version)` goes back to a version of one task"
      + (version == "NAME@NUMBER" ? " (`accrete list --versions` shows them)" : "")
  }

  /// What says that a list was written with spaces; `nil`: none was.
  private static func separated(_ arguments: [String]) -> String? {
    for option in ["--methods", "--orders", "--seeds"] {
      guard let index = arguments.firstIndex(of: option) else { continue }
      let words = arguments.dropFirst(index + 1).prefix { !$0.hasPrefix("-") }
      // A file behind the option's value is no part of the list.
      guard words.count > 1, !words.contains(where: { $0.contains(".") || $0.contains("/") }) else { continue }
      let parts = words.flatMap { $0.split(separator: ",") }.joined(separator: ",")
      return "Separate \(option.dropFirst(2)) with commas: \(option) \(shellWords([parts]).printable)"
    }
    return nil
  }

  /// Whether a file's name is that of one in YAML.
  private static func isYAML(_ name: String) -> Bool {
    [".yaml", ".yml"].contains { name.lowercased().hasSuffix($0) }
  }

  /// A message about a key of a YAML file that has another name here, with that name.
  ///
  /// - Parameter error: Any; one that is about anything else stays as it is.
  static func explained(_ error: any Error) -> any Error {
    guard case RunError.invalidConfiguration(let key, "unknown", _) = error,
      let word = key.split(separator: " ").last, let ours = meanings(of: String(word))
    else { return error }
    let keys = RunFile.keys + PretrainingFile.keys + InvocationFile.keys
    let names = ours.compactMap { $0.option.map { String($0.dropFirst(2)) } }.reduce(into: [String]()) { names, name in
      if keys.contains(name), !names.contains(name) { names.append(name) }
    }
    if let sentence = ours.first(where: \.isSentence) {
      return RunError.invalidConfiguration(key: key, got: "unknown", allowed: "no such key. \(sentence.text)")
    }
    return RunError.invalidConfiguration(
      key: key, got: "unknown",
      allowed: "\((names.isEmpty ? ours.map(\.text) : names).listed), which it is here")
  }

  /// All names of other programs that are known.
  static var names: [String] { own.flatMap(\.others) }

  /// What a name of another program is here.
  static func meanings(of name: String) -> [Meaning]? { own.first { $0.others.contains(name) }?.ours }

  /// What an option is called, where a command has it; otherwise which commands have it, so that no advice names what will be unknown, too.
  static func advice(_ ours: [Meaning], for command: CommandOptions.Command?) -> String {
    if let sentence = ours.first(where: \.isSentence) { return sentence.text }
    let own = ours.filter { meaning in command.map { meaning.commands.contains($0.name) } ?? false }
    guard own.isEmpty else { return "It is \(own.map(\.text).joined(separator: " or ")) here" }
    let places = ours.filter { !$0.commands.isEmpty }.map { "\($0.text) of \($0.commands.listed)" }
    let names = places.isEmpty ? ours.map(\.text) : places
    return "It is \(names.joined(separator: "; "))" + (command.map { ". `\($0.name)` has no such option" } ?? "")
  }

  private static func renamed(_ message: String, of arguments: [String]) -> String {
    guard let match = message.firstMatch(of: /Unknown option '--?([^'=]+)[^']*'(\. Did you mean '[^']*'\?)?/) else {
      return message
    }
    let word = String(match.1)
    let command = CommandOptions.command(of: arguments)
    let others = CommandOptions.having("--\(word)")
    guard
      let ours = meanings(of: word)
        ?? (others.isEmpty ? nil : [Meaning("an option", for: others)])
    else {
      // A guess of which most was typed otherwise is none.
      guard let guess = message.firstMatch(of: /\. Did you mean '--?([^']*)'\?/),
        [String(guess.1)].closest(to: word) == nil
      else { return message }
      return message.replacingCharacters(in: guess.range, with: "")
    }
    let found = message[match.range].prefix { $0 != "." }
    return message.replacingCharacters(in: match.range, with: "\(found). \(advice(ours, for: command))")
  }
}
