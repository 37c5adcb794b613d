public import Decoder
public import ModelConfiguration
public import Records
public import Torch

/// Trains a base, one step after the other (docs/pretraining.md). It knows neither files nor where its tokens come from.
///
/// A step is a function of the weights, the optimizer's state, the seed, the step's number and its tokens.
public final class BaseTrainer {
  public private(set) var decoder: TrainableDecoder
  private var optimizer: BaseOptimizer
  private let routing: RoutingRule
  private let seed: UInt64
  private let documentEnd: Int?
  /// Steps done.
  public private(set) var step: Int
  /// Threads of a step.
  private let threads: Int
  private var pool: PassPool?

  /// - Parameters:
  ///   - decoder: What is trained.
  ///   - optimizer: Options of what moves it.
  ///   - routing: Limits and losses of the MoE blocks' routers.
  ///   - seed: Of the run.
  ///   - documentEnd: The token that ends a document, where no token sees another document's; `nil`: windows are one text each.
  ///   - state: Of an earlier trainer, ``state``; `nil`: from the beginning.
  ///   - step: Steps that were done.
  /// - Throws: `TorchError`.
  public init(
    _ decoder: TrainableDecoder, optimizer: OptimizerOptions, routing: RoutingRule, seed: UInt64,
    documentEnd: Int? = nil, state: [String: Tensor]? = nil, step: Int = 0
  ) throws {
    self.decoder = decoder
    self.optimizer = try BaseOptimizer(decoder, optimizer, state: state, step: step)
    self.routing = routing
    (self.seed, self.documentEnd) = (seed, documentEnd)
    self.step = step
    threads = decoder.model.device == .cpu ? TorchRuntime.threads : 1
  }

  /// The optimizer's tensors; with ``decoder``'s weights all that another trainer needs to go on.
  public var state: [String: Tensor] { optimizer.state }

  /// Number of trained values.
  public var parameterCount: Int { optimizer.count }

  /// Goes on with another length or other rotary frequencies.
  public func reconfigure(_ configuration: DecoderConfiguration) throws {
    decoder = try decoder.reconfigured(configuration)
    pool = nil
  }

  /// One step.
  ///
  /// - Parameters:
  ///   - microBatches: Windows of tokens, each one longer than what the model reads of it.
  ///   - rate: η.
  ///   - stage: Its name, for the report.
  /// - Throws: ``PretrainingError/diverged(step:what:value:)`` before anything is moved; `TorchError`, `DecoderError`.
  public func advance(microBatches: [[[Int]]], rate: Double, stage: String) throws -> PretrainingReport {
    try optimizer.zeroGradients()
    let targets = microBatches.reduce(0) { $0 + $1.reduce(0) { $0 + max($1.count - 1, 0) } }
    guard targets > 0 else { throw DecoderError.emptyInput }
    let passes = try passes(microBatches, targets: targets)
    let sum = passes.reduce(0) { $0 + $1.sum }
    let routers = passes.reduce(0) { $0 + $1.routers / Double(microBatches.count) }
    let task = sum / Double(targets)
    let norm = try optimizer.gradientNorm()
    for (what, value) in [("loss", task + routers), ("norm of the gradients", norm)] where !value.isFinite {
      throw PretrainingError.diverged(step: step + 1, what: what, value: "\(value)")
    }
    try optimizer.update(rate: rate, norm: norm)
    step += 1
    let means = RouterLoad.means(passes.map(\.loads))
    var terms = ["task": task]
    if let means {
      terms["balance"] = means.reduce(0) { $0 + $1.balance }
      if routing.zLoss > 0 { terms["z"] = means.reduce(0) { $0 + $1.zLoss } }
    }
    return PretrainingReport(
      step: step, stage: stage, terms: terms, loss: task + routers, learningRate: rate, gradientNorm: norm,
      tokens: targets, routing: means)
  }

  /// The forward and backward pass of each micro-batch, in parallel where there are threads for it.
  private func passes(_ microBatches: [[[Int]]], targets: Int) throws -> [PassPool.Pass] {
    let (routing, seed, step, documentEnd) = (routing, seed, step, documentEnd)
    @Sendable func pass(_ number: Int, _ decoder: TrainableDecoder) throws -> PassPool.Pass {
      let pass = RoutingPass(routing, seed: seed, step: step, microBatch: number, of: microBatches.count)
      let batch = try NextTokenBatch(
        microBatches[number], documentEnd: documentEnd, on: decoder.model.device)
      let sum = try decoder.model.pretrainingPass(
        batch.tokens, targets: batch.targets, scale: 1 / Double(targets), routing: pass)
      return PassPool.Pass(sum: sum, routers: pass.loss, loads: pass.loads)
    }
    let workers = PassPool.workers(microBatches: microBatches.count, threads: threads)
    guard workers > 1 else { return try microBatches.indices.map { try pass($0, decoder) } }
    if pool?.count != workers { pool = try PassPool(workers, threads: threads, decoder, optimizer) }
    return try pool?.passes(microBatches.count, optimizer, pass) ?? []
  }

  /// Mean −ln p of the next token over windows, in nats; nothing changes.
  ///
  /// - Parameters:
  ///   - windows: Of tokens, each one longer than what the model reads of it.
  ///   - batch: Windows at a time.
  ///   - check: Called before each of these; what it throws ends the measurement.
  public func heldOutLoss(_ windows: [[Int]], batch: Int, check: () throws -> Void = {}) throws -> Double {
    var (sum, count) = (0.0, 0)
    for start in stride(from: 0, to: windows.count, by: max(batch, 1)) {
      try check()
      let part = try NextTokenBatch(
        Array(windows[start..<min(start + max(batch, 1), windows.count)]), documentEnd: documentEnd,
        on: decoder.model.device)
      sum += try decoder.model.nextTokenLoss(part.tokens, targets: part.targets)
      count += part.tokens.tokens
    }
    guard count > 0 else { throw DecoderError.emptyInput }
    return sum / Double(count)
  }
}
