import ArgumentParser
import Decoder
import Files
import Foundation
import Generation
import ModelConfiguration
import Registry
import Serving
import TaskModels
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
      "How the base's matrices are held: float32, bfloat16, int8, fp8, nf4, or int4 (checkpoints of GPTQ and AWQ). Default: as the released versions were learned; before there are any, as its files have them."
  )
  var weights: WeightMatrix.Precision?

  var threadCount: Int { threads ?? DefaultThreads.count }

  /// Loads the registry's base.
  ///
  /// - Parameter registry: The registry.
  /// - Parameter task: The task that is to answer, as it was written; `nil`: whatever is served.
  /// - Parameter usual: How it is held where nothing is said and nothing served; `nil`: as its files have it.
  /// - Parameter learns: Whether something is learned on it, which says by itself whether it may be held so.
  /// - Parameter quiet: Whether what is odd about the base is not told.
  func load(
    for registry: Registry, answering task: String? = nil, usual: WeightMatrix.Precision? = nil, learns: Bool = false,
    quiet: Bool = false
  ) throws -> Base {
    try TorchRuntime.setThreads(threadCount)
    let known = try registry.base().path
    let folder = try EmbeddedResources.base(base ?? known, from: base == nil ? registry.url : nil)
    // What is served may need the files' own numbers, which have no name here.
    let isFree = try usual != nil && registry.servedDescriptions().isEmpty
    let held = try weights ?? registry.basePrecision(answering: task) ?? (isFree ? usual : nil)
    let loaded = try registry.loadBase(at: folder, on: Device(device ?? "cpu"), precision: held, answering: task)
    guard !quiet else { return loaded }
    var warnings = loaded.warnings + (learns ? [] : loaded.computeWarnings)
    if !learns,
      let other = try Self.warning(
        registry.learnedOtherwise(than: loaded, answering: task), loaded, isGiven: weights != nil)
    {
      warnings.append(other)
    }
    for warning in warnings { Console.error("warning: \(warning)") }
    return loaded
  }

  /// What is to be known where versions were learned on a base held otherwise; `nil`: none were.
  private static func warning(
    _ others: [(version: VersionRecord, description: TaskModelDescription)], _ base: Base, isGiven: Bool
  ) -> String? {
    guard let first = others.first else { return nil }
    let names = others.map { "\($0.version.reference)" }.listed
    let advice =
      first.description.computesElsewhere(than: base.model)
      ? " Use the --device that \(others.count == 1 ? "it was" : "they were") learned on, which computes so."
      : isGiven
        ? " Without --weights a task that is named answers as it was learned."
        : " Name the task (--task): it then answers as it was learned."
    return
      "the base is held in \(base.model.heldPrecision.rawValue), and \(names) \(others.count == 1 ? "was" : "were") learned and checked on it in"
      + " \(first.description.heldWords): answers may differ." + advice
  }
}
