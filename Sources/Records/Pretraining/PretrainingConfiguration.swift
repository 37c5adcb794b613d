public import Files
public import ModelConfiguration
public import Planning

/// Everything that decides what a pretraining run computes (docs/pretraining.md).
public struct PretrainingConfiguration: Sendable, Equatable, Codable {
  /// The share of the documents that is held out where nothing else is said.
  public static let defaultHeldOut = 0.002

  /// `config.json` of the model, in Hugging Face's form.
  public var model = JSONTree.null
  /// Folder of a base whose weights are continued from; `nil`: initial values.
  public var base: String?
  /// Folder with the tokenizer; `nil`: one is trained on the sources.
  public var tokenizer: String?
  /// Entries of a tokenizer that is trained.
  public var vocabulary = 8192
  /// Bytes of text that it is trained on, the first of each source in turn.
  public var tokenizerBytes = 60_000_000
  /// Files of each source, by name.
  public var sources: [String: [String]] = [:]
  /// Share of the documents that is held out.
  public var heldOut = Self.defaultHeldOut
  /// The field of rows that has the text; `nil`: `text`.
  public var textField: String?
  /// Folder of shards that runs share; `nil`: in the run's own.
  public var tokensFolder: String?

  /// Weights of the sources; `nil`: their tokens.
  public var mixture: [String: Double]?
  /// The same while the learning rate anneals: the best data. `nil`: as before.
  public var annealMixture: [String: Double]?
  public var longMixture: [String: Double]?

  /// Tokens of input of a window.
  public var sequenceLength = 256
  /// Whether a token sees only its own document of a window, with positions from the document's beginning; `nil`: it sees all of the window.
  public var documentMask: Bool?
  /// Windows of a step.
  public var batch = 32
  /// Windows of a micro-batch: how many are in memory at a time. It decides an MoE model's capacities, too.
  public var microBatch = 16
  /// Tokens to learn from, but for the long stage.
  public var tokens = 0
  /// Tokens of a stage with longer windows after that.
  public var longTokens = 0
  public var longSequenceLength = 1024
  /// RoPE's α in the long stage; `nil`: as before.
  public var longAlpha: Double?

  public var optimizer = OptimizerKind.adamw
  /// Peak of the learning rate.
  public var rate = 1e-3
  /// Tokens of linear warm-up, as a share of all but the long stage.
  public var warmUp = 0.02
  public var decay = TrainingSchedule.Decay.cosine
  /// Where the decay ends, as a share of the peak.
  public var floor = TrainingSchedule.defaultFloor
  /// Share of the tokens in which the learning rate is brought to `annealEnd`.
  public var annealShare = 0.05
  public var annealEnd = 0.1
  public var weightDecay = 0.1
  public var gradientClip = 1.0
  /// ρ of the routed experts; `nil`: by the surge rule.
  public var expertRate: Double?
  public var routing = RoutingRule()
  /// σ of the initial matrices.
  public var initializerRange = 0.02

  public var seed: UInt64 = 0
  public var threads: Int?
  /// Tokens between two measurements of the held-out loss.
  public var heldOutEvery = 1_000_000
  /// Tokens that it is measured on, of each source.
  public var heldOutTokens = 65_536
  public var checkpoints = CheckpointPace()

  /// Every default. A run needs a model, sources and tokens.
  public init() {}

  /// A run of which everything else is as it is where nothing is said.
  ///
  /// - Parameters:
  ///   - model: `config.json` of the model.
  ///   - sources: Files of each source, by name.
  ///   - tokens: To learn from.
  package init(model: JSONTree, sources: [String: [String]], tokens: Int) {
    (self.model, self.sources, self.tokens) = (model, sources, tokens)
  }
}

extension PretrainingConfiguration {
  /// The model's shape.
  /// - Throws: `FileError`, `DecoderError`.
  public func decoder() throws -> DecoderConfiguration {
    try DecoderConfiguration(data: JSONFile.encode(model), path: "model")
  }
}
