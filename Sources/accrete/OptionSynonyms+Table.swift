/// The names themselves.
extension OptionSynonyms {
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
  static let table: [(others: [String], ours: [Meaning])] = [
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
        Meaning("--tokens", note: "how many to learn from, in as many passes as these are", for: ["pretrain"]),
      ]
    ),
    (["bf16", "fp16", "mixed-precision", "mixed_precision"], [Meaning("--compute bfloat16", for: computing)]),
    (
      ["batch-size", "batch_size", "per_device_train_batch_size", "per-device-train-batch-size"],
      [
        Meaning("--batch"), Meaning(key: "batch"),
        Meaning(key: "micro-batch", note: "how many are in memory at a time"),
      ]
    ),
    (["lora-rank", "lora_rank", "lora-r", "lora_r", "r"], [Meaning("--rank")]),
    (["lora-alpha", "lora_alpha"], [Meaning("--alpha")]), (["lora-dropout", "lora_dropout"], [Meaning("--dropout")]),
    (["lora-target", "lora_target", "target_modules", "lora-target-modules"], [Meaning("--target-modules")]),
    (
      ["model", "model_name_or_path", "model-name-or-path", "model-path", "base-model", "base_model"],
      [
        Meaning("--base", for: CommandOptions.having("--base").filter { !basedOnARegistry.contains($0) }),
        Meaning("--base (for a base that has moved; `accrete init --base` chooses it)", for: basedOnARegistry),
        Meaning(key: "base", note: "whose weights are continued from"), Meaning(key: "model", note: "a config.json"),
      ]
    ),
    (
      ["dataset", "data-path", "train-file", "train_file", "dataset_dir", "train-data", "train_data"],
      [Meaning("the rows' file itself", for: ["learn"]), Meaning("--tasks"), Meaning(key: "sources")]
    ),
    (
      ["file", "input", "input-file", "input_file", "data-file", "data_files", "f", "i"],
      [
        Meaning("the rows' file itself", for: ["learn"]), Meaning("the file itself", for: answering),
        Meaning("--tasks"), Meaning("--prompts"), Meaning(key: "sources"),
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
      ["registry"],
      [
        Meaning(
          sentence:
            "It reads no registry: --base names the registry's base; `accrete registry verify` checks a registry",
          for: ["doctor", "generate", "train", "compare"]),
        Meaning("an option", for: CommandOptions.having("--registry")),
      ]
    ),
    (
      ["data"],
      [
        Meaning("the rows' file itself", for: ["learn"]), Meaning("the file itself", for: answering),
        Meaning("--data with --suite", for: ["train"]), Meaning(key: "sources"),
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
      ["cutoff_len", "cutoff-len", "max-seq-length", "max_seq_length", "max-seq-len", "max_length", "max-length"],
      [
        Meaning("--max-length"), Meaning("--max-tokens", note: "of the answer alone", for: ["generate"]),
        Meaning(key: "sequence-length"),
      ]
    ),
    (
      ["gradient_accumulation_steps", "gradient-accumulation-steps", "grad-accumulation-steps"],
      [
        Meaning("--accumulation"),
        Meaning(key: "micro-batch", note: "batch divided by it is how many micro-batches a step has"),
      ]
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
    (
      ["wandb", "report-to", "report_to", "logging-dir", "logging_dir"],
      [
        Meaning("--tensorboard"),
        Meaning(sentence: "The run's folder always has the curves, in tensorboard", for: ["pretrain"]),
      ]
    ),
    (["lr-scheduler-type", "lr_scheduler_type", "lr-scheduler"], [Meaning("--schedule"), Meaning(key: "decay")]),
    (
      ["stage", "finetuning-type", "finetuning_type"],
      [
        Meaning(
          sentence:
            "There is nothing to choose: a LoRA learns the answers of the rows; preference pairs and full fine-tuning are not there"
        ),
        Meaning(
          sentence: "There is nothing to choose: all weights of the base learn the text of its sources",
          for: ["pretrain"]),
      ]
    ),
    (
      ["template", "chat-template", "chat_template"],
      [
        Meaning(
          sentence:
            "Conversations are written by the chat template of the base's folder (`accrete chat-template` shows it)"),
        Meaning(sentence: "A base learns text as it is; no template is used", for: ["pretrain"]),
      ]
    ),
    (
      ["packing"],
      [
        Meaning(sentence: "It is not needed: rows of a batch are computed without padding"),
        Meaning(
          sentence: "It is not needed: windows are full of text; document-mask keeps their documents apart",
          for: ["pretrain"]),
      ]
    ),
    (
      ["use-dora", "use_dora", "use-rslora", "use_rslora"],
      [
        Meaning(sentence: "An expert is a plain LoRA, scaled by alpha / rank; there is no DoRA and no rsLoRA"),
        Meaning(sentence: "There is no LoRA in pretraining: all weights of the base learn", for: ["pretrain"]),
      ]
    ),
    (
      ["optim", "optimizer"],
      [
        Meaning(sentence: "Experts are trained by AdamW; there is no other choice"),
        Meaning(key: "optimizer", note: "adamw or muon"),
      ]
    ),
    (
      ["max-steps", "max_steps", "steps", "num-steps"],
      [
        Meaning(
          sentence:
            "Passes are given, not steps: --max-epochs of learn, --epochs of train and compare; --dry-run says how many steps these are"
        ),
        Meaning("--tokens", note: "how many to learn from: the steps follow from it", for: ["pretrain"]),
      ]
    ),
    (
      ["save-steps", "save_steps"],
      [
        Meaning("--checkpoint-steps"), Meaning(key: "checkpoint-steps"),
        Meaning(
          sentence:
            "A signal writes a checkpoint, and the same command goes on from it; train and compare have --checkpoint-steps",
          for: ["learn"]),
      ]
    ),
    (["gpu", "gpus", "cuda", "use-gpu"], [Meaning("--device cuda")]),
    (
      ["val-size", "val_size", "validation-split", "validation_split", "test-size", "test_size", "eval-size"],
      [
        Meaning("a field \"split\" in the rows", for: learning), Meaning("--evaluate-on validation"),
        Meaning(key: "held-out", note: "a share of the documents"),
      ]
    ),
    (
      ["warmup", "warmup_steps", "warmup-ratio", "warmup_ratio", "num-warmup-steps", "num_warmup_steps"],
      [Meaning("--warmup-steps"), Meaning(key: "warm-up", note: "a share of the tokens")]
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
    (
      ["dry-run", "dry_run"],
      [
        Meaning("--dry-run"),
        Meaning(
          sentence: "`accrete train --dry-run` sizes one cell: give it --method, --order and --seed of that cell",
          for: ["compare"]),
      ]
    ),
    (
      ["run", "run-dir", "run_dir"],
      [
        Meaning("--run"),
        Meaning(sentence: "The run's folder stands by itself: accrete evaluate FOLDER", for: ["evaluate"]),
        Meaning(sentence: "The run's folder stands by itself: accrete report FOLDER", for: ["report"]),
        Meaning(sentence: "The run's folder stands by itself: accrete resume FOLDER", for: ["resume"]),
        Meaning(sentence: "The run's folder stands by itself: accrete verify FOLDER", for: ["verify"]),
      ]
    ),
    (
      ["instruction"],
      [
        Meaning("--instruction"),
        Meaning(
          sentence:
            "The task's own is applied; a row may carry a field \"instruction\", by which --route finds its task",
          for: ["predict"]),
        Meaning(
          sentence: "A row may carry a field \"instruction\", by which its task is found", for: ["route"]),
        Meaning(sentence: "The task's own is applied, as it was learned", for: ["evaluate", "explain"]),
      ]
    ),
    (
      ["do-sample", "do_sample"],
      [Meaning("--temperature", note: "above 0 samples; 0, the default, takes the most probable token")]
    ),
    (
      ["stream", "streaming"],
      [
        Meaning(
          sentence:
            "`accrete generate --prompt` prints a text as it is written, and `accrete predict` answers line by line"
        ),
        Meaning(
          sentence:
            "There is nothing to choose: the text of --prompt is printed as it is written, unless --json asks for it whole",
          for: ["generate"]),
      ]
    ),
    (["text-column", "label-column"], [Meaning("--columns text=…,label=…")]),
  ]
}
