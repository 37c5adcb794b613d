import ArgumentParser
import Foundation
import Generation
import Registry
import Serving
import Torch

/// Where the registry's base is, and how it is held.
struct TaskBaseOptions: ParsableArguments {
  @Option(
    help: "Where the registry's base is, if it has moved: a folder, or an embedded base's name.",
    completion: .list(EmbeddedResources.bases))
  var base: String?

  @Option(help: "cpu, cuda or cuda:N. Default: cpu.")
  var device: String?

  @Option(help: "Threads of an operation. Default: $OMP_NUM_THREADS, else all cores.")
  var threads: Int?

  @Option(
    help:
      "How the base's matrices are held: float32, bfloat16, int8, fp8, nf4, or int4 (checkpoints of GPTQ and AWQ). Default: as its files have them."
  )
  var weights: WeightMatrix.Precision?

  /// What frees memory; the base is the registry's, and no other.
  static let lessMemory = "Use --weights bfloat16, int8 or nf4."

  var threadCount: Int { threads ?? DefaultThreads.count }

  /// Loads the registry's base.
  ///
  /// - Parameter registry: The registry.
  /// - Parameter quiet: Whether what is odd about the base is not told.
  func load(for registry: Registry, quiet: Bool = false) throws -> Base {
    try TorchRuntime.setThreads(threadCount)
    let known = try registry.base().path
    let folder = try EmbeddedResources.base(base ?? known, from: base == nil ? registry.url : nil)
    let loaded = try registry.loadBase(at: folder, on: Device(device ?? "cpu"), precision: weights)
    for warning in loaded.warnings where !quiet { Console.error("warning: \(warning)") }
    return loaded
  }
}
