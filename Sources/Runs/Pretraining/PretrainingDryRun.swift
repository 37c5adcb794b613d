import Decoder
import Files
public import Foundation
import ModelConfiguration
import Pretraining
import Randomness
public import Records
import Tokenization
import Torch

/// What a pretraining run would need, measured on whole steps with tokens drawn at random: of each stage one to warm up and one that counts.
/// Leaves nothing behind.
public struct PretrainingDryRun: Sendable, Codable {
  public var parameters: Int
  public var activatedParameters: Int
  /// Steps, those of the long stage included, and the tokens that they learn from.
  public var steps: Int
  public var tokens: Int

  /// Tokens of a step; seconds of one, and of one of the long stage where there is one.
  public var stepTokens: Int
  public var stepSeconds: Double
  public var longStepSeconds: Double?
  /// Seconds of one measurement of the held-out loss, at most; 0 where none is made.
  public var heldOutSeconds: Double

  /// Files of text, and their bytes as they lie on the disk.
  public var files: Int
  public var fileBytes: Int
  /// Tokens of all text, by its beginning, and the seconds that it takes to make them on one thread; `nil` where the tokenizer is trained
  /// first.
  public var textTokens: Int?
  public var preparingSeconds: Double?

  /// Largest resident memory of this process, and what the machine has free.
  public var peakResidentBytes: Int
  public var availableBytes: Int
  /// One checkpoint; all that the finished run takes, at most, and what is free where it goes: `Int.max` where the file system does not
  /// say.
  public var checkpointBytes: Int
  public var diskBytes: Int
  public var freeDiskBytes: Int
  /// All steps and measurements at these speeds, without preparation.
  public var estimatedSeconds: Double

  /// - Parameters:
  ///   - configuration: Of the run.
  ///   - out: Where its folder would go; it must not exist, and does not exist afterwards.
  /// - Throws: Whatever would stop the run before its first step, but for faults in the text beyond its beginning;
  ///   `RunError.notEnoughDisk(path:needed:free:)`.
  public init(_ configuration: PretrainingConfiguration, out: URL) throws {
    try configuration.check()
    guard !FileManager.default.fileExists(atPath: out.path) else { throw RunError.folderExists(out.path) }
    try TorchRuntime.setThreads(configuration.threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let text = try TextTrial(configuration)
    (files, fileBytes, textTokens, preparingSeconds) = (text.files, text.bytes, text.tokens, text.seconds)

    let trial = try StepTrial(configuration)
    let sizes = try TrainableDecoder.sizes(configuration.decoder())
    (parameters, activatedParameters) = try configuration.parameters(sizes)
    steps = configuration.steps + configuration.longSteps
    let longTokens = configuration.longSteps > 0 ? configuration.longWindows * configuration.longSequenceLength : 0
    stepTokens = configuration.batch * configuration.sequenceLength
    tokens = configuration.steps * stepTokens + configuration.longSteps * longTokens
    stepSeconds = try trial.step(length: configuration.sequenceLength)
    heldOutSeconds = try configuration.heldOut > 0 ? trial.heldOut(sources: configuration.sources.count) : 0
    if configuration.longSteps > 0 {
      try trial.reconfigure()
      longStepSeconds = try trial.step(length: configuration.longSequenceLength)
    }
    (checkpointBytes, peakResidentBytes, availableBytes) = (
      trial.checkpointBytes, ProcessMemory.peakResidentBytes, ProcessMemory.availableBytes
    )
    // Two checkpoints that stay and one that is written, the base in bfloat16, tokens, lines of a few hundred bytes for each step.
    let shards = configuration.tokensFolder == nil ? 4 * (text.tokens ?? text.bytes) : 0
    diskBytes = 3 * checkpointBytes + 2 * parameters + shards + steps * 2000
    freeDiskBytes = Self.freeBytes(near: out)
    let measurements = tokens / max(configuration.heldOutEvery, 1) + 2
    estimatedSeconds =
      Double(configuration.steps) * stepSeconds + Double(configuration.longSteps) * (longStepSeconds ?? 0)
      + Double(measurements) * heldOutSeconds
    guard diskBytes <= freeDiskBytes else {
      throw RunError.notEnoughDisk(path: out.path, needed: diskBytes, free: freeDiskBytes)
    }
  }

  /// What the file system has where a folder would go.
  private static func freeBytes(near out: URL) -> Int {
    var folder = out.deletingLastPathComponent().standardizedFileURL
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) { folder.deleteLastPathComponent() }
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
    return (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? .max
  }
}

/// The beginning of the text.
private struct TextTrial {
  private(set) var files = 0
  private(set) var bytes = 0
  private(set) var tokens: Int?
  private(set) var seconds: Double?

  /// Bytes of text of each source that are tokenized.
  private static let sample = 1 << 19

  init(_ configuration: PretrainingConfiguration) throws {
    let sources = try configuration.textSources()
    let tokenizer = try configuration.tokenizer.map {
      try configuration.corpusTokenizer(in: URL(fileURLWithPath: $0))
    }
    var (count, time) = (0.0, 0.0)
    for source in sources {
      files += source.files.count
      let size = try source.files.reduce(0) { try $0 + Self.size(of: $1) }
      bytes += size
      var (reader, read, made) = (DocumentReader(source), 0, 0)
      let clock = ContinuousClock()
      let start = clock.now
      while read < Self.sample, let document = try reader.nextDocument() {
        read += document.count
        made += try tokenizer?.tokenizer.encodePlain(String(decoding: document, as: UTF8.self)).count ?? 0
      }
      let share = Double(size) / Double(max(reader.bytesRead, 1))
      count += Double(made) * share
      time += start.duration(to: clock.now).seconds * share
    }
    if tokenizer != nil { (tokens, seconds) = (Int(exactly: count.rounded()), time) }
  }

  private static func size(of file: URL) throws -> Int {
    var status = stat()
    guard stat(file.path, &status) == 0 else { throw FileError.system(errno, reading: file.path) }
    return Int(status.st_size)
  }
}

/// Steps of a model that is thrown away.
private struct StepTrial {
  private let configuration: PretrainingConfiguration
  private let trainer: BaseTrainer
  private let vocabulary: Int

  init(_ configuration: PretrainingConfiguration) throws {
    let shape = try configuration.decoder()
    self.configuration = configuration
    vocabulary = shape.vocabularySize
    let decoder =
      try configuration.begunFromBase()
      ?? TrainableDecoder(shape, seed: configuration.seed, deviation: configuration.initializerRange)
    trainer = try BaseTrainer(
      decoder,
      optimizer: configuration.optimizerOptions(routedRateFactor: configuration.routedRateFactor(shape.moe)),
      routing: configuration.routing, seed: configuration.seed)
  }

  private func windows(_ count: Int, length: Int) -> [[Int]] {
    var stream = RandomStream(seed: configuration.seed, "dry-run")
    return (0..<count).map { _ in (0...length).map { _ in stream.below(vocabulary) } }
  }

  /// Seconds of a step.
  func step(length: Int) throws -> Double {
    let count = length == configuration.sequenceLength ? configuration.batch : configuration.longWindows
    let size = configuration.microBatchSize(length: length)
    let windows = windows(count, length: length)
    let parts = stride(from: 0, to: count, by: size).map { Array(windows[$0..<min($0 + size, count)]) }
    func once() throws { _ = try trainer.advance(microBatches: parts, rate: 1e-6, stage: "dry-run") }
    try once()
    return try ContinuousClock.seconds(once)
  }

  /// Seconds of a measurement, by one micro-batch of it.
  func heldOut(sources: Int) throws -> Double {
    let length = configuration.sequenceLength
    let windows = windows(configuration.microBatch, length: length)
    let once = try ContinuousClock.seconds { _ = try trainer.heldOutLoss(windows, batch: configuration.microBatch) }
    return once * Double(sources * configuration.heldOutTokens) / Double(windows.count * length)
  }

  func reconfigure() throws {
    try trainer.reconfigure(DecoderConfiguration(data: JSONFile.encode(configuration.longModel()), path: "model"))
  }

  /// Weights and the optimizer's tensors in float32.
  var checkpointBytes: Int {
    4 * (trainer.decoder.weights.reduce(0) { $0 + $1.tensor.count } + trainer.state.values.reduce(0) { $0 + $1.count })
  }
}
