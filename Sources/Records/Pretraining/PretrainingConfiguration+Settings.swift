import Files
import ModelConfiguration
import Planning

extension PretrainingConfiguration: Configurable {
  /// Every key of a pretraining run's file. A new one is a property of a configuration and a line here.
  public static let settings: [Setting<PretrainingConfiguration>] = [
    value(
      "model", \.model, "The model, in Hugging Face's form. Default: that of base.",
      form: "the path of a config.json, or its keys"),
    Setting("base", path: \.base, "Folder of a base whose weights are continued from.", default: "initial values")
      .withoutFlag(),
    Setting(
      "tokenizer", path: \.tokenizer, "Folder with the tokenizer.",
      default: "base's, else one is trained on the sources"
    ).withoutFlag(),
    Setting("vocabulary", \.vocabulary, "Entries of a tokenizer that is trained.").withoutFlag(),
    Setting(
      "tokenizer-bytes", \.tokenizerBytes, "Bytes of text that it is trained on, the first of each source in turn."
    ).withoutFlag(),
    Setting(
      "sources", "Files of each source, by name.", arity: .repeated,
      form: "names with a file, folder or pattern each, or a list of these", initial: "",
      decode: { container, key in
        let sources = try container.decode([String: Paths].self, forKey: key).mapValues(\.values)
        return { root, _ in root.sources = sources }
      }, parse: { _ in { _, _ in } }, words: { _ in [] }
    ).withoutFlag(),
    Setting("held-out", \.heldOut, "Share of the documents that is held out.").withoutFlag(),
    Setting("text-field", \.textField, "The field of rows that has the text.", default: "text").withoutFlag(),
    Setting("tokens-folder", path: \.tokensFolder, "Folder of shards that runs share.", default: "the run's own")
      .withoutFlag(),
    value("mixture", \.mixture, "Weights of the sources.", form: weights, initial: "their tokens"),
    value(
      "anneal-mixture", \.annealMixture, "The same while the learning rate anneals: the best data.", form: weights,
      initial: "as before"),
    value("long-mixture", \.longMixture, "The same in the long stage.", form: weights, initial: "as before"),
    Setting("sequence-length", \.sequenceLength, "Tokens of input of a window.").withoutFlag(),
    Setting(
      "document-mask", flag: \.documentMask,
      "Whether a token sees only its own document of a window, with positions from the document's beginning."
    ).withoutFlag(),
    Setting("batch", \.batch, "Windows of a step.").withoutFlag(),
    Setting(
      "micro-batch", \.microBatch,
      "Windows of a micro-batch: how many are in memory at a time. It decides the capacities of MoE blocks, too.",
      default: "\(PretrainingConfiguration().microBatch), or batch"
    ).withoutFlag(),
    Setting("tokens", \.tokens, "Tokens to learn from, but for the long stage.", default: ""),
    Setting("long-tokens", \.longTokens, "Tokens of a stage with longer windows after that.").withoutFlag(),
    Setting("long-sequence-length", \.longSequenceLength, "Tokens of input of its windows.").withoutFlag(),
    Setting("long-alpha", \.longAlpha, "RoPE's α in the long stage.", default: "as before").withoutFlag(),
    Setting("optimizer", \.optimizer, "What moves the matrices.").withoutFlag(),
    Setting("learning-rate", \.rate, "Peak of the learning rate."),
    Setting("warm-up", \.warmUp, "Tokens of linear warm-up, as a share of all but the long stage.").withoutFlag(),
    Setting("decay", \.decay, "How the learning rate falls.").withoutFlag(),
    Setting("floor", \.floor, "Where the decay ends, as a share of the peak.").withoutFlag(),
    Setting("anneal-share", \.annealShare, "Share of the tokens in which the learning rate is brought to anneal-end.")
      .withoutFlag(),
    Setting("anneal-end", \.annealEnd, "Where it is brought, as a share of the peak.").withoutFlag(),
    Setting("weight-decay", \.weightDecay, "Decoupled weight decay.").withoutFlag(),
    Setting("gradient-clip", \.gradientClip, "Limit of the gradient norm; 0 switches clipping off.").withoutFlag(),
    number(
      "expert-rate", \.expertRate, or: "auto",
      "ρ, the learning rate of routed experts divided by that of all else; auto: the surge rule.",
      initial: "auto"),
    number(
      "capacity", \.routing.capacityFactor, or: "none",
      "Most tokens of a routed expert, as a multiple of its even share.",
      initial: PretrainingConfiguration().routing.capacityFactor?.shownText ?? "none"),
    Setting("minimum-capacity", \.routing.minimumCapacity, "The fewest tokens that it takes.").withoutFlag(),
    Setting("overflow", \.routing.overflow, "What becomes of tokens beyond the capacity.").withoutFlag(),
    Setting("balance", \.routing.balance, "Weight of the balance loss.").withoutFlag(),
    Setting("z-loss", \.routing.zLoss, "Weight of the router's z-loss.").withoutFlag(),
    Setting("initializer-range", \.initializerRange, "σ of the initial matrices.").withoutFlag(),
    Setting("seed", \.seed, "Seed of everything random."),
    Setting("threads", \.threads, "Threads of an operation.", default: "$OMP_NUM_THREADS, else all cores"),
    Setting("held-out-every", \.heldOutEvery, "Tokens between two measurements of the held-out loss.").withoutFlag(),
    Setting("held-out-tokens", \.heldOutTokens, "Tokens that it is measured on, of each source.").withoutFlag(),
    Setting("checkpoint-steps", \.checkpoints.everySteps, "Steps between two checkpoints.", default: "by time only")
      .withoutFlag(),
    Setting("checkpoint-seconds", \.checkpoints.everySeconds, "Seconds between two checkpoints.").withoutFlag(),
    Setting("rate", \.rate, "--learning-rate by its name in earlier versions.").asEarlier("learning-rate") {
      "--learning-rate \($0.last ?? "")"
    },
  ]

  /// A run has a file, of which a flag replaces a key.
  public static func flagHelp(of setting: Setting<PretrainingConfiguration>) -> String {
    "Instead of the file's: \(setting.help.prefix(1).lowercased())\(setting.help.dropFirst())"
  }

  private static let weights = "names of sources with a number each"

  /// What only a file can say, as its type reads it.
  private static func value<Value: Decodable & Sendable>(
    _ name: String, _ field: any WritableKeyPath<PretrainingConfiguration, Value> & Sendable, _ text: String,
    form: String,
    initial: String = ""
  ) -> Setting<PretrainingConfiguration> {
    Setting(
      name, text, arity: .one, form: form, initial: initial, field: field,
      decode: { container, key in
        let value = try container.decode(Value.self, forKey: key)
        return { root, _ in root[keyPath: field] = value }
      }, parse: { _ in { _, _ in } }, words: { _ in [] }
    ).withoutFlag()
  }

  /// A number above 0, or a word for `nil`.
  private static func number(
    _ name: String, _ field: any WritableKeyPath<PretrainingConfiguration, Double?> & Sendable, or word: String,
    _ text: String, initial: String
  ) -> Setting<PretrainingConfiguration> {
    let form = "\(word), or a number above 0"
    return Setting(
      name, text, arity: .one, form: form, initial: initial, field: field,
      decode: { container, key in
        let text = try container.decode(String.self, forKey: key)
        let value = text == word ? nil : Double(text)
        guard text == word || value.map({ $0 > 0 && $0.isFinite }) == true else {
          throw RunError.invalidConfiguration(key: name, got: text, allowed: form)
        }
        return { root, _ in root[keyPath: field] = value }
      }, parse: { _ in { _, _ in } }, words: { _ in [] }
    ).withoutFlag()
  }

  /// Files, folders and patterns of a source: one, or a list.
  private struct Paths: Decodable {
    let values: [String]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      values = try (try? container.decode(String.self)).map { [$0] } ?? container.decode([String].self)
    }
  }
}
