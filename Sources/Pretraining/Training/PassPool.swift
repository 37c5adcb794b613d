import Decoder
import ModelConfiguration
import Torch

/// The micro-batches of a step side by side: each worker has leaves of its own that share the weights, and a gradient buffer.
///
/// Gradients are added in the order of the workers, so that a step stays a function of what it was: for one number of threads the same
/// bits.
struct PassPool {
  /// The sum over targets, the routers' part of the loss, and what they report: of one micro-batch.
  struct Pass: Sendable {
    let sum: Double
    let routers: Double
    let loads: [RouterLoad]
  }

  private let threads: WorkerPool
  private let decoders: [TrainableDecoder]
  /// Of all workers but the first, whose gradients are the optimizer's.
  private let gradients: [BaseOptimizer.Gradients]

  /// How many work side by side: as many as divide both numbers.
  static func workers(microBatches: Int, threads: Int) -> Int {
    var (a, b) = (microBatches, threads)
    while b > 0 { (a, b) = (b, a % b) }
    return max(a, 1)
  }

  init(_ workers: Int, threads: Int, _ decoder: TrainableDecoder, _ optimizer: BaseOptimizer) throws {
    self.threads = try WorkerPool(workers, threads: max(threads / workers, 1))
    let replicas = try (1..<workers).map { _ in try optimizer.replica() }
    decoders = try [decoder] + replicas.map { try decoder.sharing($0.tensors) }
    gradients = replicas.map(\.gradients)
  }

  var count: Int { threads.count }

  /// All of them; the gradients end up in the optimizer's.
  func passes(
    _ count: Int, _ optimizer: BaseOptimizer, _ pass: @escaping @Sendable (Int, TrainableDecoder) throws -> Pass
  ) throws -> [Pass] {
    for part in gradients { try part.zero() }
    let decoders = decoders
    let passes = try threads.map(count) { try pass($0, decoders[$1]) }
    for part in gradients { try optimizer.add(part) }
    return passes
  }
}
