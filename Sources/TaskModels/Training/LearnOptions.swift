public import Experts
public import Files
import Learning
public import ModelConfiguration
public import Records

/// How one task is learned. What it does not hold does not decide a task model.
public struct LearnOptions: Sendable, Codable, Equatable {
  /// A continual-learning method that keeps an expert of a task's own.
  public var method = "accrete"
  /// The method's own hyper-parameters, by name; what is left out has the value of ``taskDefaults(of:)``, or the method's.
  public var methodOptions: [String: HyperparameterValue] = [:]
  public var seed: UInt64 = 0
  public var rank = 8
  public var alpha = 16.0
  public var dropout = 0.05
  /// The projections that experts plug into, as PEFT names them (`LowRankShape.projections(named:)`); `nil`: the feed-forward ones.
  public var targetModules: String?
  /// Examples in a step.
  public var batchSize = 8
  /// Whether activations are computed again in the backward pass: less memory, more time, the same bits.
  public var gradientCheckpointing = false
  /// The most tokens of a prompt with its answer; longer texts lose tokens at their left.
  public var maxLength = 256
  /// The most tokens of a free answer; `nil`: half of ``maxLength``.
  public var maxAnswerTokens: Int?
  /// The most passes over the learn rows.
  public var maxEpochs = 20
  /// Training stops after so many measurements without a better one.
  public var patience = 3
  /// The most seconds of training, at most half of them for trials of learning rates; `nil`: no limit. What a machine has learned by then depends on the machine.
  public var budgetSeconds: Double?
  /// `nil`: the best of ``rates`` in a short trial each.
  public var learningRate: Double?
  /// The digest of the expert that training starts from (`ExpertArchive.tensorsDigest`); `nil`: it starts from nothing.
  public var start: Digest?
  /// `nil`: what the choose rows say.
  public var outputHead: OutputHead?
  /// The measure of free answers, one of `ScorerCatalog.answerNames`.
  public var scorer = "accuracy"
  /// Threads of an operation: the last bits depend on it.
  public var threads = 1
  public var device = "cpu"
  /// What the base's products are computed in; `nil`: float32.
  public var compute: ComputePrecision?

  public init() {}

  /// Learning rates that are tried where none is given.
  public static let rates = [3e-4, 1e-3, 3e-3]

  /// Methods whose expert of a task is that task's alone and never changes again.
  public static let methods = ["accrete", "per-task"]

  /// What `learn` gives a method that a run of the laboratory does not: a task's expert stands alone. It rests on no other task, so that
  /// any task can be forgotten, and the order in which tasks came decides nothing (docs/learn.md has what sharing was worth).
  public static func taskDefaults(of method: String) -> [String: HyperparameterValue] {
    method == "accrete"
      ? ["growth": 0, "shared-share": 0, "warm-start": 0, "adversary": 0, "router-instruction": false] : [:]
  }

  /// - Throws: An error that names the option.
  public func validate() throws {
    guard Self.methods.contains(method) else {
      throw TaskModelError.invalidOption(
        name: "method", got: method,
        allowed:
          "\(Self.methods.listed) (others change what earlier tasks answer; `accrete methods` says what each does; a plain LoRA for each task is per-task; one LoRA, trained further with each task, is sequential of train and compare)"
      )
    }
    try MethodCatalog.check(method, options: MethodCatalog.options(methodOptions, for: method))
    guard maxEpochs > 0 || (maxEpochs == 0 && start != nil) else {
      throw TaskModelError.invalidOption(
        name: "max-epochs", got: "\(maxEpochs)", allowed: "1 or more, and 0 together with --start-from")
    }
    try training(epochs: max(maxEpochs, 1), rate: learningRate ?? Self.rates[0]).validate()
    _ = try shape()
    guard patience >= 1 else {
      throw TaskModelError.invalidOption(name: "patience", got: "\(patience)", allowed: "1 or more")
    }
    if let budgetSeconds, !(budgetSeconds > 0 && budgetSeconds.isFinite) {
      throw TaskModelError.invalidOption(name: "budget", got: "\(budgetSeconds / 60)", allowed: "minutes above 0")
    }
    if let maxAnswerTokens, maxAnswerTokens < 1 {
      throw TaskModelError.invalidOption(name: "max-answer-tokens", got: "\(maxAnswerTokens)", allowed: "1 or more")
    }
  }

  /// The experts' shape.
  public func shape() throws -> LowRankShape {
    try LowRankShape(
      rank: rank, alpha: alpha, dropout: dropout,
      projections: targetModules.map(LowRankShape.projections) ?? LowRankShape.feedForwardProjections)
  }

  /// Options of the one trainer.
  func training(epochs: Int, rate: Double) -> TrainingOptions {
    var options = TrainingOptions()
    options.batchSize = batchSize
    options.gradientCheckpointing = gradientCheckpointing
    options.maxLength = maxLength
    options.epochs = epochs
    options.learningRate = rate
    return options
  }
}
