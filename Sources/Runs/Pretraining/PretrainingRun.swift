import Decoder
import Files
public import Foundation
import Pretraining
import Tokenization
import Torch

/// Makes a base from text, in a folder of its own (docs/pretraining.md). Killed at any moment it goes on to the same bytes.
public final class PretrainingRun {
  public let folder: RunFolder
  public let manifest: PretrainingManifest
  public var configuration: PretrainingConfiguration { manifest.configuration }
  let material: PretrainingMaterial
  let report: (PretrainingProgress) -> Void
  private let lock: RunLock
  let trainer: BaseTrainer
  let events: EventLog
  let timings: EventLog
  let heldOutLog: EventLog
  var measurements: [HeldOutMeasurement]
  /// Seconds of earlier processes.
  let secondsBefore: Double

  /// Steps of all stages.
  public var totalSteps: Int { manifest.steps + manifest.longSteps }
  public var stepsDone: Int { trainer.step }
  public var isComplete: Bool { stepsDone >= totalSteps && FileManager.default.fileExists(atPath: folder.metrics.path) }

  /// Begins a run.
  /// - Throws: ``RunError``; what is wrong with configuration, tokenizer or text: `CorpusError`, `TokenizationError`, `DecoderError`,
  ///   `RateError`; `FileError`, `TorchError`.
  public static func start(
    _ configuration: PretrainingConfiguration, in place: URL,
    report: @escaping (PretrainingProgress) -> Void = { _ in }
  ) throws -> PretrainingRun {
    var configuration = configuration
    try configuration.check()
    configuration.threads = configuration.threads ?? ProcessInfo.processInfo.activeProcessorCount
    try TorchRuntime.setThreads(configuration.threads ?? 1)
    // What cannot be learned on is refused before text is read and anything is written.
    let base = try configuration.begunFromBase()
    let folder = RunFolder(place)
    try folder.create(with: [folder.checkpoints])
    let lock = try RunLock(folder)
    do {
      let material = try PretrainingMaterial(configuration, in: folder, report: report)
      let manifest = try material.manifest()
      try JSONFile.write(manifest, to: folder.pretraining)
      report(.prepared(manifest))
      return try PretrainingRun(folder, manifest, material, lock, checkpoint: nil, base: base, report)
    } catch {
      // Nothing was learned; a tokenizer or shards that are whole serve the next start.
      if !folder.isPretraining { try? FileManager.default.removeItem(at: place) }
      throw error
    }
  }

  /// Goes on with a run at its last checkpoint.
  /// - Throws: as ``start(_:in:report:)``, and ``RunError/changed(folder:what:recorded:now:)``.
  public static func resume(
    _ place: URL, report: @escaping (PretrainingProgress) -> Void = { _ in }
  ) throws -> PretrainingRun {
    let folder = RunFolder(place)
    try Containment.requireNoLinksOut(of: folder.url)
    let recorded = try JSONFile.read(PretrainingManifest.self, from: folder.pretraining)
    try recorded.configuration.check()
    try TorchRuntime.setThreads(recorded.configuration.threads ?? 1)
    let lock = try RunLock(folder)
    try folder.removeLeftovers()
    let material = try PretrainingMaterial(recorded.configuration, in: folder, report: report)
    try recorded.requireSame(material.manifest(), folder: place)
    report(.prepared(recorded))
    return try PretrainingRun(
      folder, recorded, material, lock, checkpoint: folder.newestPretrainingCheckpoint(), base: nil, report)
  }

  private init(
    _ folder: RunFolder, _ manifest: PretrainingManifest, _ material: PretrainingMaterial, _ lock: RunLock,
    checkpoint: PretrainingCheckpoint.Content?, base: TrainableDecoder?,
    _ report: @escaping (PretrainingProgress) -> Void
  ) throws {
    let configuration = manifest.configuration
    (self.folder, self.manifest, self.material, self.lock, self.report) = (folder, manifest, material, lock, report)
    if let checkpoint {
      try checkpoint.state.requireManifest(folder)
    }
    let step = checkpoint?.state.step ?? 0
    let shape = try material.shape(ofStep: step)
    let decoder =
      try checkpoint.map { try TrainableDecoder(shape, weights: $0.weights) }
      ?? base ?? configuration.begunFromBase()
      ?? TrainableDecoder(shape, seed: configuration.seed, deviation: configuration.initializerRange)
    trainer = try BaseTrainer(
      decoder,
      optimizer: OptimizerOptions(
        kind: configuration.optimizer, weightDecay: configuration.weightDecay,
        gradientClip: configuration.gradientClip, routedRateFactor: manifest.routedRateFactor),
      routing: configuration.routing, seed: configuration.seed, state: checkpoint?.optimizer, step: step)
    events = try EventLog(folder.events, keeping: checkpoint?.state.eventBytes ?? 0)
    heldOutLog = try EventLog(folder.heldOut, keeping: checkpoint?.state.heldOutBytes ?? 0)
    timings = try EventLog(folder.timings)
    measurements = checkpoint?.state.measurements ?? []
    secondsBefore = checkpoint == nil ? 0 : try folder.secondsSpent()
  }
}
