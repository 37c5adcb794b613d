import Decoder
import Files
public import Foundation
import Pretraining
public import Records
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
  let curves: TensorBoardLog
  var measurements: [HeldOutMeasurement]
  /// Seconds of earlier processes.
  let secondsBefore: Double

  /// Steps of all stages.
  public var totalSteps: Int { manifest.steps + manifest.longSteps }
  public var stepsDone: Int { trainer.step }
  public var isComplete: Bool { stepsDone >= totalSteps && FileManager.default.fileExists(atPath: folder.metrics.path) }

  /// Begins a run, or takes over a folder in which the same run was ended before it learned anything.
  ///
  /// Tokens are made where an earlier process left off; a tokenizer that was not whole is trained again, to the same bytes.
  ///
  /// - Parameters:
  ///   - configuration: What is asked of the run.
  ///   - url: Its folder.
  ///   - requests: Asked while the run is prepared: a stop ends that at once.
  ///   - report: Told of what happens.
  /// - Throws: `RunError`; what is wrong with configuration, tokenizer or text: `CorpusError`, `TokenizationError`, `DecoderError`,
  ///   `RateError`; `FileError`, `TorchError`.
  public static func start(
    _ configuration: PretrainingConfiguration, in url: URL, requests: () -> RunRequest? = { nil },
    report: @escaping (PretrainingProgress) -> Void = { _ in }
  ) throws -> PretrainingRun {
    try configuration.check()
    try TorchRuntime.setThreads(configuration.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    // What cannot be learned on is refused before text is read and anything is written.
    let base = try configuration.begunFromBase()
    let folder = RunFolder(url)
    let (begun, isNew) = try PretrainingPreparation.begin(configuration, in: folder)
    if !isNew, folder.hasManifest { return try resume(url, requests: requests, report: report) }
    do {
      return try prepare(begun, base: base, in: folder, requests, report)
    } catch {
      if case RunError.interrupted = error { throw error }
      // Nothing was learned, and the same command would end in the same error. A folder that was there stays as it is.
      if isNew, !folder.hasManifest { try? FileManager.default.removeItem(at: url) }
      throw error
    }
  }

  /// Goes on with a run at its last checkpoint, or with its preparation.
  ///
  /// - Parameters:
  ///   - url: The run's folder.
  ///   - requests: As ``start(_:in:requests:report:)``.
  ///   - report: Told of what happens.
  /// - Throws: As ``start(_:in:requests:report:)``, and `RunError.changed(folder:what:recorded:now:)`.
  public static func resume(
    _ url: URL, requests: () -> RunRequest? = { nil }, report: @escaping (PretrainingProgress) -> Void = { _ in }
  ) throws -> PretrainingRun {
    let folder = RunFolder(url)
    try Containment.requireNoLinksOut(of: folder.url)
    guard folder.hasManifest || !folder.isPretraining else {
      let configuration = try PretrainingPreparation.read(folder).configuration
      try configuration.check()
      try TorchRuntime.setThreads(configuration.threads ?? 1)
      return try prepare(configuration, base: configuration.begunFromBase(), in: folder, requests, report)
    }
    let recorded = try JSONFile.read(PretrainingManifest.self, from: folder.pretraining)
    try recorded.configuration.check()
    try TorchRuntime.setThreads(recorded.configuration.threads ?? 1)
    let lock = try RunLock(folder)
    try folder.removeLeftovers()
    try folder.removePreparation()
    let material = try PretrainingMaterial(
      recorded.configuration, in: folder, check: { try requireNoStop(requests, folder) }, report: report)
    try recorded.requireSame(material.manifest(), folder: url)
    report(.prepared(recorded))
    return try PretrainingRun(
      folder, recorded, material, lock, checkpoint: folder.newestPretrainingCheckpoint(), base: nil, report)
  }

  /// From a folder with `preparing.json` to a run before its first step.
  private static func prepare(
    _ configuration: PretrainingConfiguration, base: TrainableDecoder?, in folder: RunFolder,
    _ requests: () -> RunRequest?, _ report: @escaping (PretrainingProgress) -> Void
  ) throws -> PretrainingRun {
    let lock = try RunLock(folder)
    try folder.removeLeftovers()
    let material = try PretrainingMaterial(
      configuration, in: folder, check: { try requireNoStop(requests, folder) }, report: report)
    let manifest = try material.manifest()
    try JSONFile.write(manifest, to: folder.inside(folder.pretraining))
    try folder.removePreparation()
    report(.prepared(manifest))
    return try PretrainingRun(folder, manifest, material, lock, checkpoint: nil, base: base, report)
  }

  static func requireNoStop(
    _ requests: () -> RunRequest?, _ folder: RunFolder,
    _ moment: String = "while it was prepared; nothing is learned yet"
  ) throws {
    guard case .stop(let signal) = requests() else { return }
    throw RunError.interrupted(folder: folder.url.path, signal: signal, at: moment)
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
    let shape = material.shape(ofStep: step)
    let decoder =
      try checkpoint.map { try TrainableDecoder(shape, weights: $0.weights) }
      ?? base ?? configuration.begunFromBase()
      ?? TrainableDecoder(shape, seed: configuration.seed, deviation: configuration.initializerRange)
    trainer = try BaseTrainer(
      decoder,
      optimizer: configuration.optimizerOptions(routedRateFactor: manifest.routedRateFactor),
      routing: configuration.routing, seed: configuration.seed,
      documentEnd: configuration.documentMask == true ? manifest.endToken : nil, state: checkpoint?.optimizer,
      step: step)
    events = try EventLog(folder.events, keeping: checkpoint?.state.eventBytes ?? 0)
    heldOutLog = try EventLog(folder.heldOut, keeping: checkpoint?.state.heldOutBytes ?? 0)
    timings = try EventLog(folder.timings)
    curves = try TensorBoardLog(
      folder.inside(folder.tensorBoard.appendingPathComponent(TensorBoardLog.fileName)),
      keepingTo: checkpoint?.state.step)
    measurements = checkpoint?.state.measurements ?? []
    secondsBefore = checkpoint == nil ? 0 : try folder.secondsSpent()
  }
}
