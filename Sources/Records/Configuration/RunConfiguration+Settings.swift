import Streams

extension RunConfiguration: Configurable {
  /// Every option of `accrete train`. A new one is a property of a configuration and a line here.
  public static let settings: [Setting<RunConfiguration>] =
    [
      Setting(
        "base", path: \.base,
        "Folder of the base in Hugging Face form, or an embedded one: sapling (default) or seedling.",
        default: "sapling"),
      Setting("device", \.device, "cpu, cuda or cuda:N."),
      Setting("threads", \.threads, "Threads of an operation.", default: "$OMP_NUM_THREADS, else all cores"),
      Setting(
        "weights", \.weights,
        "Default: as the files have them. float32, bfloat16 (half the memory), int8 or fp8 (a quarter, not exact), nf4 (a seventh, not exact), or int4, which is how checkpoints of GPTQ and AWQ have them.",
        default: "as the files have them"),
      Setting(
        "compute", \.compute,
        "What products are computed in: float32, bfloat16 (sums in float32), or auto (default): bfloat16 on a GPU (compute capability 8.0 and later) for bases held in 16 bits or fewer, on a processor that multiplies it for bases held in bfloat16 of 100 million parameters or more.",
        default: "auto"),
      Setting(
        "suite", \.source.suite, "mtl5, trace, compliance-en, compliance-zh, or files (default) for your own --tasks."),
      Setting("data", path: \.source.data, "Folder with the suite's data."),
      Setting(
        "order", \.source.order,
        "Order of the suite's tasks: 1, 2 or 3; trace has 1 and 2. Default: 1. `compare` takes --orders instead."),
      Setting(
        "tasks", paths: \.source.files,
        "Your own tasks, in the order of learning: files of text and label, or prompt and answer, as JSONL, a JSON array, CSV or TSV, each also gzipped."
      ),
      Setting(
        "columns",
        "Which columns of the file are meant, as text=body,label=category, or as a JSON object; may be repeated. Default: columns have the names of the form.",
        arity: .repeated, form: "text, such as text=body,label=category", initial: "columns have the names of the form",
        texts: { (text: String) in [text] }, set: { $0.source.columns = try ColumnNames(parsing: $1).argument },
        words: { $0.source.columns.map { [$0] } ?? [] }),
      Setting(
        "form", \.source.form,
        "Conversations (messages, prompt-messages, sharegpt, alpaca) and several labels a row are for `learn`.",
        default: "as the first row shows"),
      Setting(
        "method", \.method, "`accrete methods` lists all. `compare` takes --methods instead."),
      Setting("seed", \.seed, "Seed of everything random. Default: 0. `compare` takes --seeds instead."),
      Setting(
        "scorer", \.source.scorer,
        "Measure of your own tasks: accuracy (default); numeric-accuracy, first-character, rouge-l, edit-similarity or sari of free answers; macro-f1 of labels.",
        default: "accuracy"),
      Setting(
        "per-class", \.perClass, "At most this many training rows of each label; free answers count as one label.",
        default: "all"),
      Setting("train-limit", \.trainLimit, "At most this many training rows of each task.", default: "all"),
      Setting(
        "max-answer-tokens", \.maxAnswerTokens,
        "The most tokens of a free answer, in training and in scoring, where it is also at most as long as the task's longest training answer.",
        default: "half of --max-length"),
      Setting("test-limit", \.testLimit, "At most this many scored rows of each task.", default: "all"),
      Setting(
        "evaluate-on", \.evaluateOn,
        "test (default), or validation: a random fifth of the train rows, none of which is trained on then."),
      Setting(
        "output-head", \.outputHead,
        "label (default): the model writes the answer; trained: a linear head for each task, trained with its expert; ridge: a head in closed form, and no expert; both: label scores and the closed-form head, weighed on rows that are kept apart."
      ),
      Setting("rank", \.rank, "Rank r of the experts."),
      Setting("alpha", \.alpha, "Strength of the experts; they are scaled by alpha / rank."),
      Setting("dropout", \.dropout, "Dropout on the experts' inputs."),
      Setting(
        "routed-experts", flag: \.routedExperts,
        "Experts plug into the routed experts of an MoE block, too, not into its shared one alone."),
      Setting(
        "target-modules", \.targetModules,
        "Where experts plug in, by PEFT's names: q_proj,v_proj,… or all-linear.",
        default: "gate_proj,up_proj,down_proj"),
      Setting(
        "option",
        "A hyper-parameter of the method, as NAME=VALUE, or METHOD.NAME=VALUE for one method of a comparison; may be repeated. `accrete methods` lists them.",
        arity: .repeated, form: MethodOptions.allowed, texts: { (options: MethodOptions) in options.texts },
        set: { try $0.setOptions($1) }, words: { MethodOptions(values: $0.options ?? [:]).texts }
      ).alsoKey("options"),
      Setting("batch", \.training.batchSize, "Examples in a micro-batch."),
      Setting(
        "batch-tokens", \.training.batchTokens, "Most tokens of a micro-batch, instead of a number of examples."),
      Setting(
        "gradient-checkpointing", flag: \.training.gradientCheckpointing,
        "Compute activations again in the backward pass: less memory, more time, the same result."),
      Setting("accumulation", \.training.accumulation, "Micro-batches in an optimizer step."),
      Setting("epochs", \.training.epochs, "Passes over the training rows."),
      Setting("learning-rate", \.training.learningRate, "Peak learning rate."),
      Setting("schedule", \.training.schedule, "constant (default) or cosine."),
      Setting("warmup-steps", \.training.warmupSteps, "Steps of linear warm-up."),
      Setting("weight-decay", \.training.weightDecay, "AdamW's weight decay."),
      Setting("gradient-clip", \.training.gradientClip, "Limit of the gradient norm; 0 switches clipping off."),
      Setting(
        "checkpoint-steps", \.checkpoints.everySteps, "Steps between two checkpoints inside of a task.",
        default: "by time only"),
      Setting("checkpoint-seconds", \.checkpoints.everySeconds, "Seconds between two checkpoints inside of a task."),
      Setting(
        "max-length", \.training.maxLength, "The most tokens of an example; longer texts lose tokens at their left."),
    ] + earlierSettings
}
