import Decoder
import Files
import Foundation
import ModelConfiguration
import Planning
import Pretraining
import Records
import Tokenization
import Torch

/// What a pretraining run learns from: tokenizer, tokens, and which windows come when.
struct PretrainingMaterial {
  let configuration: PretrainingConfiguration
  let tokenizerFolder: URL
  let tokenizer: CorpusTokenizer
  let corpus: TokenCorpus
  let plan: WindowPlan
  let schedule: TrainingSchedule
  private let shape: DecoderConfiguration
  private let longShape: DecoderConfiguration

  init(
    _ configuration: PretrainingConfiguration, in folder: RunFolder, check: () throws -> Void,
    report: (PretrainingProgress) -> Void
  ) throws {
    self.configuration = configuration
    shape = try configuration.decoder()
    longShape = try DecoderConfiguration(data: JSONFile.encode(configuration.longModel()), path: "model")
    schedule = try configuration.schedule()
    let sources = try configuration.textSources()
    tokenizerFolder = try Self.tokenizer(configuration, sources, in: folder) {
      report($0)
      try check()
    }
    tokenizer = try configuration.corpusTokenizer(in: tokenizerFolder)
    let shards = try TokenShards(sources, tokenizer: tokenizer, rule: HeldOutRule(share: configuration.heldOut))
    corpus = try shards.prepare(
      in: configuration.tokensFolder.map { URL(fileURLWithPath: $0) } ?? folder.tokens,
      threads: configuration.threads ?? 1, verification: .digests
    ) {
      report(.tokenizing($0))
      try check()
    }.corpus
    plan = try configuration.plan(WindowReader(corpus).sources)
    try requireHeldOut()
  }

  /// Refuses, before anything is learned, a share that holds out too little to be measured.
  private func requireHeldOut() throws {
    let lengths =
      [configuration.sequenceLength] + (configuration.longSteps > 0 ? [configuration.longSequenceLength] : [])
    guard configuration.heldOut > 0, let length = lengths.max() else { return }
    guard !corpus.sources.contains(where: { $0.heldOut.windows(length: length) > 0 }) else { return }
    let tokens = corpus.sources.reduce(0) { $0 + $1.heldOut.count }
    throw RunError.invalidConfiguration(
      key: "held-out", got: "\(configuration.heldOut), which holds out \(tokens) tokens, less than one window",
      allowed:
        "a share that holds out more than \(length) tokens of a source (a source of one document is cut by position), or 0: no loss is measured on held-out text"
    )
  }

  /// The model's shape for a step, counted from 0.
  func shape(ofStep step: Int) -> DecoderConfiguration {
    step >= configuration.steps && configuration.longSteps > 0 ? longShape : shape
  }

  /// The tokens of a step, counted from 0, in micro-batches.
  func microBatches(ofStep step: Int) throws -> [[[Int]]] {
    let reader = WindowReader(corpus)
    let windows = try plan.windows(at: configuration.positions(ofStep: step)).map { try reader.tokens(of: $0) }
    let isLong = step >= configuration.steps
    let size = configuration.microBatchSize(
      length: isLong ? configuration.longSequenceLength : configuration.sequenceLength)
    return stride(from: 0, to: windows.count, by: size).map { Array(windows[$0..<min($0 + size, windows.count)]) }
  }

  /// The first held-out windows of each source, and how many bytes of text their targets spell.
  func heldOutWindows(length: Int) throws -> [(source: String, windows: [[Int]], bytes: Int)] {
    try corpus.sources.compactMap { source in
      let count = min(source.heldOut.windows(length: length), configuration.heldOutTokens / length)
      guard count > 0 else { return nil }
      let windows = try (0..<count).map { try source.heldOut.window($0, length: length) }
      return (source.name, windows, try bytes(of: source.heldOut.tokens(at: 1..<count * length + 1)))
    }
  }

  /// UTF-8 that tokens spell, document by document: some tokenizers write a document's beginning in another way than its middle.
  private func bytes(of tokens: [Int]) throws -> Int {
    try tokens.split(separator: corpus.endToken).reduce(0) {
      try $0 + tokenizer.tokenizer.decode(Array($1), skipSpecialTokens: true).utf8.count
    }
  }

  func manifest() throws -> PretrainingManifest {
    let (all, activated) = try configuration.parameters(TrainableDecoder.sizes(shape))
    return PretrainingManifest(
      accrete: Manifest.accreteVersion, libtorch: TorchRuntime.version, configuration: configuration,
      baseDigest: try configuration.base.map { try Checkpoint(folder: URL(fileURLWithPath: $0)).digest },
      tokenizerDigest: tokenizer.digest, endToken: tokenizer.end,
      sources: corpus.sources.map {
        PretrainingManifest.Source(
          name: $0.name, files: $0.fileDigests, trainTokens: $0.train.count, heldOutTokens: $0.heldOut.count,
          textBytes: $0.textBytes, emptyDocuments: $0.emptyDocuments)
      },
      uses: plan.uses.map {
        PretrainingManifest.Use(
          source: $0.source, sequenceLength: $0.sequenceLength, windows: $0.taken, epochs: $0.epochs)
      },
      steps: configuration.steps, longSteps: configuration.longSteps, parameters: all,
      activatedParameters: activated, routedRateFactor: try configuration.routedRateFactor(shape.moe))
  }

  /// The folder of the tokenizer that is given, or of one that is trained on the first bytes of each source.
  private static func tokenizer(
    _ configuration: PretrainingConfiguration, _ sources: [TextSource], in folder: RunFolder,
    _ report: (PretrainingProgress) throws -> Void
  ) throws -> URL {
    if let given = configuration.tokenizer { return URL(fileURLWithPath: given) }
    if FileManager.default.fileExists(atPath: BPETokenizer.file(in: folder.tokenizer).path) { return folder.tokenizer }
    var trainer = try BPETrainer(
      BPETrainer.Options(vocabularySize: configuration.vocabulary))
    let share = max(1, configuration.tokenizerBytes / sources.count)
    let rule = try HeldOutRule(share: configuration.heldOut)
    for source in sources {
      let start = trainer.textBytes
      var reader = DocumentReader(source)
      while trainer.textBytes - start < share, let parts = try reader.nextParts(rule) {
        // What is held out is not seen by the tokenizer either.
        for part in parts where part.side == .train { try trainer.add(String(decoding: part.text, as: UTF8.self)) }
        try report(.trainingTokenizer(bytesRead: trainer.textBytes, entries: 0, goal: configuration.vocabulary))
      }
    }
    let bytes = trainer.textBytes
    let trained = try trainer.train { progress in
      try report(.trainingTokenizer(bytesRead: bytes, entries: progress.vocabularySize, goal: progress.goal))
    }
    guard trained.stop == .sizeReached else {
      throw RunError.invalidConfiguration(
        key: "vocabulary",
        got: "\(configuration.vocabulary), of which \(trained.vocabularySize) were found (\(trained.stop))",
        allowed: "a size that the text supports")
    }
    // There whole or not at all: a process that is killed here trains it again, to the same bytes.
    let positions = try configuration.decoder().maxPositions
    try NewFolder.make(folder.tokenizer) {
      try trained.write(to: $0, chatTemplate: .chatML, modelMaxLength: positions)
    }
    return folder.tokenizer
  }
}
