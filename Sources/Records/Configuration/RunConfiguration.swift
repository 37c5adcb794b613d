public import ModelConfiguration
public import Streams

/// Everything a user decides about a run. What it does not hold does not decide a result.
public struct RunConfiguration: Sendable, Equatable, Codable {
  /// The method where none is named.
  public static let defaultMethod = "accrete"

  /// Where tasks come from.
  public struct Source: Sendable, Equatable, Codable {
    /// One of `suites`.
    public var suite = "files"
    /// Folder of a suite's data; absolute.
    public var data: String?
    public var order = 1
    /// The user's own files, for `files`; absolute.
    public var files: [String] = []
    /// Which columns of these files stand for ours, as `--columns` has them; `nil`: columns have the names of the form.
    public var columns: String?
    /// The form of their rows; `nil`: the first row shows it.
    public var form: RowForm?
    /// The measure of the user's own tasks, one of `ScorerCatalog.names`, where it suits their answers; `nil`: accuracy.
    public var scorer: String?

    public init() {}
  }

  public var method = RunConfiguration.defaultMethod
  public var seed: UInt64 = 0
  /// Folder of the base model; absolute.
  public var base = ""
  public var source = Source()
  /// Training rows of each label, free answers counting as one; `nil`: all.
  public var perClass: Int?
  /// Training rows of each task; `nil`: all.
  public var trainLimit: Int?
  /// The most tokens of a free answer, the end token included; `nil`: half of the maximum length.
  public var maxAnswerTokens: Int?
  /// Scored rows of each task; `nil`: all.
  public var testLimit: Int?
  public var evaluateOn = RowSelection.Evaluation.test
  /// How answers are made.
  public var outputHead = OutputHead.label
  public var rank = 8
  public var alpha = 16.0
  public var dropout = 0.05
  /// Whether experts plug into the routed experts of an MoE model, too; `nil`: no.
  public var routedExperts: Bool?
  /// The projections that experts plug into, as PEFT names them; `nil`: the feed-forward ones.
  public var targetModules: String?
  /// The method's own hyper-parameters, by name; what is left out has the method's value.
  public var options: [String: HyperparameterValue]?
  public var training = TrainingOptions()
  /// Threads of an operation; part of the configuration because the last bits depend on it.
  public var threads = 1
  public var device = "cpu"
  /// How the base's matrices are held; `nil`: as its files have them (bfloat16 or float32, which give the same bits where
  /// products are float32).
  public var weights: WeightPrecision?
  /// What products are computed in. `nil` in what somebody asks for: `ComputeChoice.auto`; in a manifest, which has what was chosen: float32.
  public var compute: ComputeChoice?

  /// How often checkpoints are written inside of tasks.
  public var checkpoints = CheckpointPace()

  public init() {}
}

extension RunConfiguration {
  /// A recorded configuration with what it computes in said in words, for a message about what differs.
  package var sayingCompute: RunConfiguration {
    var copy = self
    copy.compute = compute ?? .float32
    return copy
  }

  /// Reads a configuration, also that of a version that called the output head `readOut`, or had MoE-CL's adversary as options
  /// of its own.
  /// - Throws: `DecodingError`.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    func value<Value: Decodable>(_ key: CodingKeys) throws -> Value { try keys.decode(Value.self, forKey: key) }
    func optional<Value: Decodable>(_ key: CodingKeys) throws -> Value? {
      try keys.decodeIfPresent(Value.self, forKey: key)
    }
    method = try value(.method)
    seed = try value(.seed)
    base = try value(.base)
    source = try value(.source)
    perClass = try optional(.perClass)
    trainLimit = try optional(.trainLimit)
    maxAnswerTokens = try optional(.maxAnswerTokens)
    testLimit = try optional(.testLimit)
    evaluateOn = try value(.evaluateOn)
    outputHead = try OutputHead.decoded(from: decoder, keys, .outputHead)
    rank = try value(.rank)
    alpha = try value(.alpha)
    dropout = try value(.dropout)
    routedExperts = try optional(.routedExperts)
    targetModules = try optional(.targetModules)
    let given: [String: HyperparameterValue] = try optional(.options) ?? [:]
    let all = try EarlierAdversary(from: decoder).options.merging(given) { _, given in given }
    options = all.isEmpty ? nil : all
    training = try value(.training)
    threads = try value(.threads)
    device = try value(.device)
    weights = try optional(.weights)
    compute = try optional(.compute)
    checkpoints = try value(.checkpoints)
  }
}
